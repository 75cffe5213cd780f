// When an endpoint's row last changed, so that the origins of callbacks, which come from payloads, do not pile up. Rows
// from before are of unknown age, and count as old.

export const endpointAge = `
ALTER TABLE endpoints ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
CREATE INDEX endpoints_of_callbacks ON endpoints (changed_at) WHERE endpoint >= 'callback:' AND endpoint < 'callback;';
`;
