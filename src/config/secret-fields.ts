import type { Path } from './places.ts';

/** Also of fields that no schema has: whoever misplaces a secret gives it such a name. */
const secretName =
  /^headers?$|(?:^|[_\s-])(?:secret|token|password|passwd|passphrase|credential|api[_-]?key|authorization)s?$/i;
/** Below these stand names that people chose. */
const named: ReadonlySet<PropertyKey | undefined> = new Set(['agents', 'llms', 'mcp_servers']);
/** What stands beside a key under `api_keys`. */
const besideKey: ReadonlySet<PropertyKey | undefined> = new Set(['name', 'scopes']);

/** Whether a field of this name holds a secret, or a map or list of them. */
export function isSecretName(name: string): boolean {
  return name !== 'max_tokens' && secretName.test(name);
}

/** Whether a key below `parent` is a name that somebody chose, whatever field is called the same. */
export function isChosenName(parent: PropertyKey | undefined): boolean {
  return named.has(parent);
}

/** Whether what stands at `path`, keys included, may be a secret: no message shows any of it. */
export function holdsSecret(path: Path): boolean {
  // Of a webhook: `none`, or else what somebody took it for.
  if (path.at(-1) === 'auth') return true;
  const at = path.findIndex(
    (step, index) => typeof step === 'string' && isSecretName(step) && !isChosenName(path[index - 1]),
  );
  if (at === -1) return false;
  return path[at] !== 'api_keys' || !besideKey.has(path[at + 2]);
}

/** Whether a text is `${VAR}` and nothing else: that names a secret, but for a default, and is none. */
export function isPlainReference(text: string): boolean {
  return /^\$\{\w+\}$/.test(text);
}

/** A URL without its credentials still tells where it leads; its path may be a secret as well (chat services). */
export function isOpenUrl(text: string): boolean {
  return /^(?:[a-z][a-z0-9+.-]*:\/\/)?(?:[\w.-]+|\[[\da-f:.]*\])?(?::\d+)?\/?$/i.test(text);
}
