import { fieldName } from '../config/check.ts';
import type { Path } from '../config/places.ts';
import { isOpenUrl, isPlainReference } from '../config/secret-fields.ts';
import type { BuildContext } from './context.ts';

/** The URL at `path`, or undefined where it is none of `protocols`: that is a problem. Its password is a secret. */
export function checkUrl(
  context: BuildContext,
  path: Path,
  text: string,
  protocols: readonly string[] = ['http:', 'https:'],
): URL | undefined {
  const { problems, secrets } = context;
  const wanted = `an absolute ${protocols.map((protocol) => `${protocol}//`).join(' or ')} URL`;
  if (!URL.canParse(text)) {
    const shown = problems.shown(path, text);
    const not = isOpenUrl(text) || isPlainReference(shown) ? `, not ${shown}` : '';
    problems.error(path, `${fieldName(path)} must be ${wanted}${not}`);
    return undefined;
  }
  const url = new URL(text);
  if (!protocols.includes(url.protocol)) {
    // Of `password:...` the first part is no scheme that anybody meant.
    const why = text.includes('://') ? `: its scheme is ${url.protocol}` : '';
    problems.error(path, `${fieldName(path)} must be ${wanted}${why}`);
    return undefined;
  }
  if (url.password !== '') {
    secrets.add(url.password);
    secrets.add(decoded(url.password));
  }
  return url;
}

/** Whether a URL's host is this machine by its very spelling. */
export function isLoopback(url: URL): boolean {
  return /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/.test(url.hostname);
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
