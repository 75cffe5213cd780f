import { allowList } from '../agents/mcp/allow-list.ts';
import type { Path } from '../config/places.ts';
import type { AgentConfig } from '../config/schema/agent.ts';
import { didYouMean } from '../config/suggest.ts';
import type { BuildContext } from './context.ts';

/** Says which servers and tools of an agent could never be used. */
export function checkTools({ problems }: BuildContext, path: Path, config: AgentConfig): void {
  const servers = Object.keys(config.mcp_servers);
  // What is wrong has been complained about where it stands, and may be what is missing here.
  if (!problems.trusts([...path, 'mcp_servers'])) return;
  const allowed = [...config.tools, ...(config.tools_on_webhook ?? [])];
  const isKnown = problems.trusts([...path, 'tools']) && problems.trusts([...path, 'tools_on_webhook']);
  if (servers.length > 0 && allowed.length === 0 && isKnown) {
    const message = 'no tool of mcp_servers may be used: none is allowed that tools does not list';
    problems.warning([...path, 'mcp_servers'], message, { at: 'key' });
  }
  for (const field of ['tools', 'tools_on_webhook'] as const) {
    for (const [index, glob] of (config[field] ?? []).entries()) {
      const server = glob.includes('/') ? glob.slice(0, glob.indexOf('/')) : '*';
      const isServed = allowList([`${server}/*`]);
      if (servers.some((name) => isServed(name, ''))) continue;
      const why =
        servers.length === 0
          ? 'there are no mcp_servers'
          : `there is no "${server}" under mcp_servers${didYouMean(server, servers)}`;
      problems.warning([...path, field, index], `${JSON.stringify(glob)} allows nothing: ${why}`);
    }
  }
}
