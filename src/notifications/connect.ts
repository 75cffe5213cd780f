import { lookup as systemLookup } from 'node:dns/promises';
import type { LookupFunction } from 'node:net';
import { buildConnector } from 'undici';
import { type AddressGuard, AddressRefused, assertPublic, forbiddenAddress } from './address-guard.ts';

/** One address of a name; `family` is 4 or 6. */
export interface ResolvedAddress {
  readonly address: string;
  readonly family: number;
}

/** All addresses of a name, in the order in which they are to be tried. */
export type Lookup = (hostname: string) => Promise<readonly ResolvedAddress[]>;

/**
 * The machine's own resolver. Questions for one name that come while it is being looked up share the answer: the
 * resolver has few threads, and a name whose server is silent must not take them all.
 */
export function createLookup(): Lookup {
  const underWay = new Map<string, Promise<readonly ResolvedAddress[]>>();
  return (hostname) => {
    const known = underWay.get(hostname);
    if (known !== undefined) return known;
    const asked = systemLookup(hostname, { all: true }).finally(() => underWay.delete(hostname));
    underWay.set(hostname, asked);
    return asked;
  };
}

/** Milliseconds that one of several addresses has to answer, before the next one is tried. */
const attemptTimeout = 2_500;

/**
 * Makes the connections of an HTTP client, under a guard. The addresses that were checked are the ones that are
 * connected to: a name is looked up once for each connection. Sockets do not look up literal addresses: the caller
 * checks those beforehand. Fails with {@linkcode AddressRefused}.
 */
export function createConnector(guard: AddressGuard, lookup: Lookup): buildConnector.connector {
  const connect = buildConnector({
    lookup: toNodeLookup(guard, lookup),
    // Node's own quarter of a second gives up an address for one lost packet, or for a receiver that is far away.
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: attemptTimeout,
  });
  if (guard === 'none') return connect;
  return (options, callback) => {
    connect(options, (...[error, socket]) => {
      if (error !== null) return callback(error, null);
      // Holds even where a runtime's sockets do not ask our look-up.
      const reached = socket.remoteAddress ?? '';
      const why = forbiddenAddress(reached);
      if (why === undefined) return callback(null, socket);
      socket.destroy();
      callback(
        new AddressRefused(`${options.hostname} led to ${reached}, which is no public address (${why})`),
        null,
      );
    });
  };
}

/** Answers a socket's question for a name with addresses that passed the guard. */
export function toNodeLookup(guard: AddressGuard, lookup: Lookup): LookupFunction {
  return (hostname, options, callback) => {
    const answer = async () => {
      const addresses = await lookup(hostname);
      if (guard === 'public') assertPublic(hostname, addresses);
      return addresses;
    };
    answer().then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined) callback(new Error(`${hostname} has no address`), '');
        else if (options.all)
          callback(
            null,
            addresses.map(({ address, family }) => ({ address, family })),
          );
        else callback(null, first.address, first.family);
      },
      (error) => callback(error instanceof Error ? error : new Error(String(error)), ''),
    );
  };
}
