// When a schedule's last pause ended, so that a stop before its instants are on record does not let them run.

export const pauseEnds = `
ALTER TABLE triggers ADD COLUMN paused_until INTEGER;
`;
