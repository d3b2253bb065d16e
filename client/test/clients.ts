import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import type { SubscriptionClient } from '../src/index.ts';

/** A subscription client under test. `token` is read for each connection. */
interface ConnectedClient extends AsyncDisposable {
  readonly client: SubscriptionClient;
}

interface ClientOptions {
  readonly token?: () => string;
  /** Whether the client itself connects again after an interruption. */
  readonly retries?: boolean;
}

export type Connect = (url: string, options?: ClientOptions) => ConnectedClient;

const RETRY_MS = 20;

/** Clients of both transports, which leave retries to the package or retry by themselves. */
export const transports: readonly (readonly [name: string, connect: Connect])[] = [
  ['graphql-ws', connectWebSocket],
  ['graphql-sse', connectSse],
];

function connectWebSocket(url: string, { token, retries = false }: ClientOptions = {}): ConnectedClient {
  const client = createWebSocketClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: retries ? Number.POSITIVE_INFINITY : 0,
    retryWait: waitToRetry,
    shouldRetry: () => true,
    ...(token && { connectionParams: () => ({ authorization: `Bearer ${token()}` }) }),
  });
  // Rejects if the client is connecting and cannot: there is no connection to close then.
  const dispose = async () => void (await Promise.allSettled([client.dispose()]));
  return { client, [Symbol.asyncDispose]: dispose };
}

function connectSse(url: string, { token, retries = false }: ClientOptions = {}): ConnectedClient {
  const client = createSseClient({
    url,
    retryAttempts: retries ? Number.POSITIVE_INFINITY : 0,
    retry: waitToRetry,
    ...(token && { headers: () => ({ authorization: `Bearer ${token()}` }) }),
  });
  return { client, [Symbol.asyncDispose]: () => Promise.resolve(client.dispose()) };
}

async function waitToRetry(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, RETRY_MS);
  });
}
