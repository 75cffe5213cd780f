/** Text of a URL without its percent-encoding; as it stands where it has none that can be read, such as a lone `%`. */
export function percentDecoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
