/**
 * Returns the URL of a text that requests can be sent to, or through. Undefined if it is none, or its user and password are not
 * percent-encoded: Node and the agents of proxies decode them for each connection, and throw if they cannot.
 */
export function parseUrl(text: string): URL | undefined {
  const url = URL.parse(text);
  if (!url) return undefined;
  try {
    decodeURIComponent(url.username + url.password);
    return url;
  } catch {
    return undefined; // the caller rejects the text
  }
}

/**
 * Returns a text with `***` for the user and password of the URL, or of the list of URLs, that it should be. It may be invalid: all that may
 * be a part of them is replaced, up to the last `@`.
 */
export function withoutUserInfo(text: string): string {
  return text.replace(/^([a-z][\w+.-]*:\/\/)?.*@/isu, '$1***@');
}
