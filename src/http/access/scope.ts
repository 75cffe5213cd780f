/** What a login may do: look, or start and change things. Neither includes the other. */
export const scopes = ['read', 'write'] as const;
export type Scope = (typeof scopes)[number];
