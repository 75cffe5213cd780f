/** What does not fit a schema, in one line: `limit: must be …; since: …`. Of the whole the place is left out. */
export function issuesLine(
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string {
  return issues
    .map(({ path, message }) => (path.length === 0 ? message : `${path.map(String).join('.')}: ${message}`))
    .join('; ');
}
