// The path of a request's target (RFC 9112, section 3.2), for what is looked up past Hono's router.

/** As it stands there. */
export function plainPath(target: string): string {
  const end = target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}

/** Of a target that is spelled in another way: percent-encoded, with dots, or as a whole URL. */
export function normalPath(target: string): string {
  // What begins with a slash is a path, also one that begins with two; to `URL` that would be a host.
  const url = target.startsWith('/') ? `http://localhost${target}` : target;
  try {
    return decodeURI(new URL(url, 'http://localhost').pathname);
  } catch {
    return target;
  }
}
