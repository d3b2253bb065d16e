interface PostOptions {
  readonly variables?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal | undefined;
}

/** Sends an operation to a GraphQL endpoint by POST, as JSON. */
export function postOperation(
  url: string | URL,
  query: string,
  { variables, headers = {}, signal }: PostOptions = {},
): Promise<Response> {
  return fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
    ...(signal && { signal }),
  });
}
