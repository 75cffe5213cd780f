import { Hono } from 'hono';
import { redactedJson } from '../../core/redacted-json.ts';
import { sameText, statusKey } from '../local-token.ts';
import { problem } from '../problem.ts';
import { statusView } from '../views.ts';
import type { HttpEnvironment, HttpWorld } from '../world.ts';

/** `/status/ID?key=…`: one task's state and result, for whoever was given the link. */
export function statusRoutes({ runtime, redactor, token }: HttpWorld) {
  const routes = new Hono<HttpEnvironment>();
  routes.get('/:id', async (c) => {
    const id = c.req.param('id');
    // The same answer for a wrong key and an unknown task: the link must not tell which ids exist.
    const task = sameText(c.req.query('key') ?? '', statusKey(token(), id))
      ? await runtime.journal.getTask(id)
      : undefined;
    if (task === undefined) return problem(c, 404, 'There is no such task, or the key of the link is wrong.');
    return c.body(redactedJson(redactor, JSON.stringify(statusView(task))), 200, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
    });
  });
  return routes;
}
