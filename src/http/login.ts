import type { IncomingMessage } from 'node:http';
import type { Verdict } from './access/access.ts';
import { credentialsOf } from './access/credentials.ts';
import type { Scope } from './access/scope.ts';
import { type Answer, problemAnswer } from './answer.ts';
import { callerAddress } from './client-address.ts';
import { plainPath } from './target.ts';
import type { HttpWorld } from './world.ts';

/** What somebody is told who may not: to look wants `read`, to start or change something `write`; undefined for who may. */
export async function loginRefusal(world: HttpWorld, incoming: IncomingMessage): Promise<Answer | undefined> {
  const { method = '', headers, url = '/' } = incoming;
  const scope = method === 'GET' || method === 'HEAD' ? 'read' : 'write';
  const verdict = await world.access.judge(
    credentialsOf((name) => {
      const value = headers[name];
      return typeof value === 'string' ? value : value?.join(', ');
    }),
    scope,
  );
  if (verdict.kind === 'granted') return undefined;
  const { cause } = verdict;
  const from = callerAddress(incoming, world.runtime.plan.server);
  world.log.warn('request refused', { path: plainPath(url), method, cause, from });
  return refusal(verdict, method, scope, world.access.wantsLogin);
}

function refusal(
  { kind }: Exclude<Verdict, { kind: 'granted' }>,
  method: string,
  scope: Scope,
  wantsLogin: boolean,
): Answer {
  switch (kind) {
    case 'unavailable':
      return problemAnswer(503, 'The keys that sign tokens cannot be had now; the log says why.', {
        'Retry-After': '5',
      });
    case 'forbidden':
      return problemAnswer(403, `This login has not the scope "${scope}", which ${method} needs.`, {
        'WWW-Authenticate': `Bearer error="insufficient_scope", scope="${scope}"`,
      });
    case 'refused':
      return problemAnswer(
        401,
        wantsLogin
          ? 'Send a token of the issuer or an API key as "Authorization: Bearer …" (commands: --token). The log says what was wrong with one.'
          : 'Send the token of the data folder (api-token) as "Authorization: Bearer …".',
        { 'WWW-Authenticate': 'Bearer' },
      );
  }
}
