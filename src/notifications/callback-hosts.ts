import { isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import { forbiddenHost } from './address-guard.ts';

/** How one entry of `callback_hosts` bears on a URL. */
type Match = 'names' | 'fits' | 'none';

/**
 * Why a callback may not go to this URL, as far as its text tells; undefined when it may. It must be an absolute
 * `http:` or `https:` URL without credentials (they would stand in the journal), and its host must fit one of
 * `hosts` where those are given. A local name or a literal address that is not public is refused unless `hosts`
 * names that very host. What a name resolves to is checked when the callback is sent.
 *
 * An entry of `hosts` is a host, or a pattern in which `*` stands for any text (`*.zapier.com`: not `zapier.com`
 * itself), either with `:PORT` after it; without a port, all ports are meant. Letter case, and how an address or
 * an international name is spelled, make no difference.
 */
export function refuseCallback(url: string, hosts: readonly string[] | undefined): string | undefined {
  if (!URL.canParse(url)) return `${JSON.stringify(url.slice(0, 200))} is no absolute URL`;
  const target = new URL(url);
  if (target.protocol !== 'http:' && target.protocol !== 'https:') {
    return `its scheme is ${target.protocol} instead of http: or https:`;
  }
  if (target.username !== '' || target.password !== '') return 'it carries credentials';
  const matches = hosts?.map((entry) => match(entry, target));
  if (matches?.every((found) => found === 'none')) return `callback_hosts does not list ${target.host}`;
  return matches?.includes('names') ? undefined : forbiddenHost(target.hostname);
}

/** Whether an entry of `callback_hosts` names the URL's very host: then its address may be private. A pattern names none. */
export function namesHost(entry: string, url: URL): boolean {
  return match(entry, url) === 'names';
}

function match(entry: string, url: URL): Match {
  const { host, port } = split(entry);
  const actualPort = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  if (port !== undefined && port !== actualPort) return 'none';
  const actual = withoutFinalDot(url.hostname);
  if (host.includes('*')) {
    const source = asciiLabels(host)
      .split('*')
      .map((text) => text.replace(/[^\p{L}\p{N}]/gu, '\\$&'));
    return new RegExp(`^${source.join('.*')}$`, 'i').test(actual) ? 'fits' : 'none';
  }
  const named = `http://${isIPv6(host) ? `[${host}]` : host}/`;
  return URL.canParse(named) && withoutFinalDot(new URL(named).hostname) === actual ? 'names' : 'none';
}

/** A pattern is no URL, so that its international labels are spelled as a URL has them one by one. */
function asciiLabels(host: string): string {
  return host
    .split('.')
    .map((label) => (/^[^*]*[^\p{ASCII}*][^*]*$/u.test(label) ? domainToASCII(label) : label))
    .join('.');
}

function split(entry: string): { readonly host: string; readonly port: string | undefined } {
  const [, host = entry, port] = isIPv6(entry) ? [] : (/^(.*):(\d+)$/.exec(entry) ?? []);
  return { host: withoutFinalDot(host), port };
}

function withoutFinalDot(host: string): string {
  return host.replace(/\.$/, '');
}
