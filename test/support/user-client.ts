import { createClient, type Client, type ClientOptions } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { Answer, Subscription } from './test-gateway.ts';

/** How somebody says who they are: a mesh's headers go with every request, and with the upgrade of a WebSocket. */
export type UserCredentials =
  | { readonly token: string }
  | { readonly headers: Readonly<Record<string, string | string[]>> };

/** A gateway as somebody uses it. Disposed of, it has no connection any more. */
export interface UserClient extends AsyncDisposable {
  /** The status is the HTTP response's. */
  ask(query: string, variables?: Readonly<Record<string, unknown>>): Promise<Answer & { readonly status: number }>;
  /** On a WebSocket of its own; what closes it is thrown by `next()`. */
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
    async ask(query, variables) {
      const response = await fetch(url, {
        method: 'POST',
        headers: headersOf(passport),
        body: JSON.stringify({ query, variables }),
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

/** A WebSocket as a mesh lets it through. */
function socketWith(headers: Readonly<Record<string, string | string[]>>): new (address: string) => WebSocket {
  return class extends WebSocket {
    constructor(address: string, protocols?: string | string[]) {
      super(address, protocols, { headers });
    }
  };
}
