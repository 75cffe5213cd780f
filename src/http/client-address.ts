// Who a request comes from, when proxies stand in between.
import type { IncomingMessage } from 'node:http';
import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';
import type { ServerPlan } from '../plan/plan.ts';

type Address = ipaddr.IPv4 | ipaddr.IPv6;

export interface ClientAddressOptions {
  /** The address at the other end of the connection. */
  readonly remoteAddress: string | undefined;
  /** The `X-Forwarded-For` header; repeated ones joined with commas. */
  readonly forwardedFor: string | undefined;
  /** CIDRs or addresses of the proxies whose word counts. */
  readonly trustProxy: readonly string[];
}

/** Who a request comes from, as far as `server.trust_proxy` lets one tell. */
export function callerAddress(
  { socket, headers }: IncomingMessage,
  { trustProxy }: Pick<ServerPlan, 'trustProxy'>,
): string {
  const forwardedFor = headers['x-forwarded-for'];
  return clientAddress({
    remoteAddress: socket.remoteAddress,
    forwardedFor: typeof forwardedFor === 'string' ? forwardedFor : forwardedFor?.join(', '),
    trustProxy,
  });
}

/**
 * The client's address: the last one in `X-Forwarded-For` that is no trusted proxy's. Each proxy adds at the end who
 * it heard from, so what stands before the first untrusted one is the client's own claim and counts for nothing; a
 * header from an untrusted address is not read at all. An entry that is no address ends the walk at the proxy that
 * wrote it. IPv4 in IPv6 comes back as IPv4. `unknown`, which no CIDR matches, where the connection has no address any more.
 */
export function clientAddress(options: ClientAddressOptions): string {
  const { remoteAddress, forwardedFor = '', trustProxy } = options;
  let client = parseAddress(remoteAddress ?? '');
  if (client === undefined) return 'unknown';
  let rest = forwardedFor;
  while (rest !== '' && isWithin(client, trustProxy)) {
    const comma = rest.lastIndexOf(',');
    const claimed = parseAddress(withoutPort(rest.slice(comma + 1).trim()));
    if (claimed === undefined) break;
    client = claimed;
    rest = rest.slice(0, Math.max(0, comma));
  }
  return client.toString();
}

/** Whether the address lies in one of the CIDRs; a bare address is the range of itself. What is no address or no CIDR matches nothing. */
export function matchesCidr(address: string | undefined, cidrs: readonly string[]): boolean {
  const parsed = parseAddress(address ?? '');
  return parsed !== undefined && isWithin(parsed, cidrs);
}

function isWithin(address: Address, cidrs: readonly string[]): boolean {
  return cidrs.some((cidr) => {
    const range = parseCidr(cidr);
    return range !== undefined && range[0].kind() === address.kind() && address.match(range);
  });
}

function parseAddress(text: string): Address | undefined {
  return isAddress(text) ? ipaddr.process(text) : undefined;
}

/**
 * Both are asked: the library takes `1` and `010.0.0.1` too, which nobody else reads as it does, and it refuses
 * zones that `isIP` takes.
 */
function isAddress(text: string): boolean {
  return isIP(text) !== 0 && ipaddr.isValid(text);
}

function parseCidr(text: string): [Address, number] | undefined {
  const [address = '', bits, ...more] = text.trim().split('/');
  if (!isAddress(address) || more.length > 0) return undefined;
  const parsed = ipaddr.parse(address);
  const width = parsed.kind() === 'ipv4' ? 32 : 128;
  const length = bits === undefined ? width : /^\d{1,3}$/.test(bits) ? Number(bits) : width + 1;
  if (length > width) return undefined;
  const mapped = parsed instanceof ipaddr.IPv6 && parsed.isIPv4MappedAddress();
  return mapped && length >= 96 ? [parsed.toIPv4Address(), length - 96] : [parsed, length];
}

/** `192.0.2.1:4711` and `[2001:db8::1]:4711`, as some proxies write. */
function withoutPort(text: string): string {
  return /^\[([^\]]*)\](?::\d+)?$/.exec(text)?.[1] ?? /^([\d.]+):\d+$/.exec(text)?.[1] ?? text;
}
