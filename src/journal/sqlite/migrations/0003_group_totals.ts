// Counting and finding in fewer writes: the counters of `depths` are added up in the program and written once a
// group, and events name their task in a column, which an index reads without parsing JSON.

export const groupTotals = `
DROP TRIGGER tasks_counted_in;
DROP TRIGGER tasks_counted_on;
DROP TRIGGER tasks_counted_out;
DROP INDEX events_of_task;
ALTER TABLE events ADD COLUMN task_id TEXT;
UPDATE events SET task_id = json_extract(data, '$.taskId');
CREATE INDEX events_of_task ON events (task_id, sequence) WHERE task_id IS NOT NULL;
`;
