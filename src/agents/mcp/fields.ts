/** The members of a value of unknown shape; none where it is no object. */
export function fields(value: unknown): { readonly [name: string]: unknown } {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}
