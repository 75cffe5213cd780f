// The span that made a row, so that what follows from it, perhaps in another process, joins its trace.

export const traceparent = `
ALTER TABLE tasks ADD COLUMN traceparent TEXT;
ALTER TABLE deliveries ADD COLUMN traceparent TEXT;
`;
