// Lists of tasks with five index writes fewer in a task's life. What a filter does not begin with stands behind the
// order, where it is compared without a look at the row. `seq` belongs to the order, so it comes before that.

export const fewerIndexes = `
DROP INDEX tasks_by_agent;
DROP INDEX tasks_by_trigger;
DROP INDEX tasks_by_status;
DROP INDEX tasks_by_agent_status;
CREATE INDEX tasks_by_agent ON tasks (agent, created_at, seq, trigger);
CREATE INDEX tasks_by_status ON tasks (status, created_at, seq, agent);
-- With the time, so that the oldest of what waits is found without a look at the rows.
DROP INDEX tasks_ready;
CREATE INDEX tasks_ready ON tasks (agent, seq, created_at) WHERE stage = 'ready';
CREATE INDEX tasks_delayed ON tasks (agent, created_at) WHERE stage IN ('timed', 'held');
`;
