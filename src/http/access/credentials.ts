/** What a caller brings along to be let in. */
export interface Credentials {
  /** Of `Authorization: Bearer …` (RFC 6750). */
  readonly bearer: string | undefined;
  /** Of `X-API-Key`, for senders that can set no `Authorization`. */
  readonly apiKey: string | undefined;
}

/** Reads the credentials of a request; `header` gives a header by its name in lower case. */
export function credentialsOf(header: (name: string) => string | undefined): Credentials {
  return {
    bearer: /^Bearer +(\S+)$/i.exec(header('authorization') ?? '')?.[1],
    apiKey: header('x-api-key'),
  };
}
