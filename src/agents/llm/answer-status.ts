/** What a provider's HTTP status means for the task, where it is no success. */
export function failureOfStatus(status: number): { readonly code: string; readonly retryable: boolean } {
  if (status === 401 || status === 403) return { code: 'unauthorized', retryable: false };
  if (status === 429) return { code: 'rate_limited', retryable: true };
  return { code: 'provider_error', retryable: status >= 500 || status === 408 || status === 409 };
}
