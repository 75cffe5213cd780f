// Which trigger's callback a delivery is: what that one allows is not allowed to the others of its agent.

export const callbackTriggers = `
ALTER TABLE deliveries ADD COLUMN trigger TEXT;
UPDATE deliveries SET trigger = (SELECT trigger FROM tasks WHERE tasks.id = task_id) WHERE url IS NOT NULL;
`;
