// The path of a request's target (RFC 9112, section 3.2), for what is looked up past Hono's router.

/** As it stands there. */
export function plainPath(target: string): string {
  const end = target.indexOf('?');
  return end === -1 ? target : target.slice(0, end);
}

/** Of a target that is spelled in another way: percent-encoded, with dots, or as a whole URL. */
export function normalPath(target: string): string {
  try {
    return decodeURI(new URL(target, 'http://localhost').pathname);
  } catch {
    return target;
  }
}
