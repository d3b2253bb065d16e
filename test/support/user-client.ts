import { createClient, type Client, type ClientOptions } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Answer, Subscription } from './test-gateway.ts';

/** Credentials of a user: a bearer token, or headers of an authenticating proxy on every request and upgrade. */
export type UserCredentials =
  | { readonly token: string }
  | { readonly headers: Readonly<Record<string, string | string[]>> };

/** A client of one user. Disposal closes its connections. */
export interface UserClient extends AsyncDisposable {
  /** Sends an operation over HTTP. `status` is the HTTP status. */
  ask(
    query: string,
    variables?: Readonly<Record<string, unknown>>,
    signal?: AbortSignal,
  ): Promise<Answer & { readonly status: number }>;
  /** Subscribes on a separate WebSocket. `next()` throws the close event. */
  subscribe<D = Record<string, unknown>>(query: string, variables?: Readonly<Record<string, unknown>>): Subscription<D>;
  connect(options?: Partial<ClientOptions>): Client;
}

export function connectUser(url: string, passport: UserCredentials): UserClient {
  const clients: Client[] = [];
  const headers = 'headers' in passport ? passport.headers : {};
  const connect = (options: Partial<ClientOptions> = {}): Client => {
    const client = createClient({
      url: url.replace('http', 'ws'),
      webSocketImpl: socketWith(headers),
      retryAttempts: 0,
      ...('token' in passport && { connectionParams: { authorization: `Bearer ${passport.token}` } }),
      ...options,
    });
    clients.push(client);
    return client;
  };
  return {
    async ask(query, variables, signal) {
      const response = await fetch(url, {
        method: 'POST',
        headers: headersOf(passport),
        body: JSON.stringify({ query, variables }),
        ...(signal && { signal }),
      });
      return { ...((await response.json()) as Answer), status: response.status };
    },
    subscribe: (query, variables) => connect().iterate({ query, variables }) as Subscription<never>,
    connect,
    async [Symbol.asyncDispose]() {
      await Promise.all(clients.map(async (client) => client.dispose()));
    },
  };
}

function headersOf(passport: UserCredentials): Headers {
  const headers = new Headers({ 'content-type': 'application/json' });
  if ('token' in passport) headers.set('authorization', `Bearer ${passport.token}`);
  else
    for (const [name, values] of Object.entries(passport.headers))
      for (const value of [values].flat()) headers.append(name, value);
  return headers;
}

/** Returns a WebSocket class that sends these headers with the upgrade. */
function socketWith(headers: Readonly<Record<string, string | string[]>>): new (address: string) => WebSocket {
  return class extends WebSocket {
    constructor(address: string, protocols?: string | string[]) {
      super(address, protocols, { headers });
    }
  };
}
