// What other machines ask every few seconds for as long as the process lives. Answered past Hono, whose request and
// response objects would be loaded for them alone.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { type Answer, jsonAnswer, problemAnswer, sendAnswer } from './answer.ts';
import { loginRefusal } from './login.ts';
import { normalPath, plainPath } from './target.ts';
import { unexpectedAnswer } from './unexpected.ts';
import type { HttpWorld } from './world.ts';

type Probe = (incoming: IncomingMessage) => Promise<Answer>;

/**
 * What answers `/health` (the process answers), `/ready` (it takes work) and `/metrics`, which is open unless logins
 * are configured, and not there where the file switches metrics off. Undefined for a request of any other path.
 */
export function probeCalls(world: HttpWorld) {
  const { vitals, metrics, access } = world;
  const probes = new Map<string, Probe>([
    ['/health', async () => jsonAnswer(200, { status: 'ok' })],
    [
      '/ready',
      async () => {
        if (vitals.trouble === undefined) await vitals.check();
        const { trouble } = vitals;
        return trouble === undefined
          ? jsonAnswer(200, { status: 'ready' })
          : problemAnswer(503, trouble, { 'Retry-After': '5' });
      },
    ],
  ]);
  if (metrics !== undefined) {
    probes.set('/metrics', async (incoming) => {
      const refusal = access.wantsLogin ? await loginRefusal(world, incoming) : undefined;
      if (refusal !== undefined) return refusal;
      const { type, text } = await metrics.page();
      return { status: 200, headers: { 'Content-Type': type, 'Cache-Control': 'no-store' }, body: text };
    });
  }
  return (incoming: IncomingMessage) => {
    const { method, url: target = '/' } = incoming;
    const path = probes.has(plainPath(target)) ? plainPath(target) : normalPath(target);
    const probe = probes.get(path);
    if (probe === undefined) return undefined;
    return async (outgoing: ServerResponse): Promise<void> => {
      const answer =
        method === 'GET' || method === 'HEAD'
          ? await probe(incoming).catch((thrown) => unexpectedAnswer(path, world, thrown))
          : problemAnswer(405, `${path} takes GET, HEAD.`, { Allow: 'GET, HEAD' });
      sendAnswer(incoming, outgoing, answer);
    };
  };
}
