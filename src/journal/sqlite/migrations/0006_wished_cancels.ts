// Why a running task is to be cancelled, so that a crash before its end is recorded does not undo the wish.

export const wishedCancels = `
ALTER TABLE tasks ADD COLUMN cancel_reason ANY;
`;
