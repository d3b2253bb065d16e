import { type Client, createClient } from 'graphql-ws';
import { signal, type ReadonlySignal } from '@preact/signals';
import { IdentityDocument, type TypedDocumentString } from '../__generated__/graphql.ts';
import { gatewayUrl } from '../router.ts';
import { RequestError, resultOf } from './request-error.ts';

/** Interval of pings. */
const PING_MS = 10_000;
/** Time in which the gateway has to answer a ping. */
const PONG_MS = 5_000;
/** Time in which a connection has to be made. */
const CONNECT_MS = 10_000;

/** Interval of looks at the clock, and the time between two of them after which the machine has slept. Hidden pages look once a minute. */
const CLOCK_MS = 5_000;
const ASLEEP_MS = 120_000;

/** The connection of one person. Another person gets another session, and nothing is shared between them. */
export interface Session {
  /** Client of subscriptions, all on one WebSocket, which is closed after the last one. */
  readonly live: Client;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether the gateway has refused the credentials. */
  readonly isRefused: ReadonlySignal<boolean>;
  /** Called when the gateway refuses the credentials. */
  readonly refuse: () => void;
  /** Aborts when the session is disposed. */
  readonly ended: AbortSignal;
  /** Sends a query or mutation. @throws {RequestError} */
  readonly request: <Result, Variables>(
    document: TypedDocumentString<Result, Variables>,
    variables: Variables,
    signal?: AbortSignal,
  ) => Promise<Result>;
  readonly dispose: () => void;
}

/** Starts a session. Without a token, the gateway identifies the person by the headers of a proxy or by its own kubeconfig. */
export function createSession(token?: string): Session {
  const isRefused = signal(false);
  const headers: Readonly<Record<string, string>> = token ? { authorization: `Bearer ${token}` } : {};
  const ending = new AbortController();
  const refuse = () => {
    isRefused.value = true;
  };
  const request: Session['request'] = async (document, variables, abort) => {
    try {
      return await post(document, variables, { headers, signal: abort });
    } catch (error) {
      if (error instanceof RequestError && error.code === 'UNAUTHENTICATED') refuse();
      throw error;
    }
  };
  // A page does not get the status with which a proxy refuses a WebSocket, but that of a request.
  const findReason = () => void request(IdentityDocument, {}, ending.signal).catch(() => undefined);
  const live = createLiveClient(headers, findReason);
  const stopWaking = onWake(() => live.terminate());
  return {
    live,
    headers,
    isRefused,
    refuse,
    ended: ending.signal,
    request,
    dispose: () => {
      ending.abort();
      stopWaking();
    },
  };
}

/**
 * A connection can break without a close event, for example when a laptop sleeps: one that does not answer is ended. A browser waits
 * for minutes until a connection is made.
 * @param onNotOpened called when an attempt to connect has failed
 */
function createLiveClient(connectionParams: Readonly<Record<string, string>>, onNotOpened: () => void): Client {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const endUnanswered = (ms: number) => {
    timer = setTimeout(() => client.terminate(), ms);
  };
  const stopTimer = () => clearTimeout(timer);
  let isOpened = false;
  const client = createClient({
    url: gatewayUrl('graphql').href.replace(/^http/u, 'ws'),
    connectionParams,
    retryAttempts: 0,
    keepAlive: PING_MS,
    on: {
      connecting: () => endUnanswered(CONNECT_MS),
      opened: () => {
        isOpened = true;
      },
      connected: stopTimer,
      ping: (received) => received || endUnanswered(PONG_MS),
      pong: (received) => received && stopTimer(),
      closed: () => {
        stopTimer();
        if (!isOpened) onNotOpened();
        isOpened = false;
      },
    },
  });
  return client;
}

/** Calls the function when the machine has slept: what the page shows is old then, and its connections may be broken. */
function onWake(wake: () => void): () => void {
  let seenAt = Date.now();
  const timer = setInterval(() => {
    const now = Date.now();
    if (now - seenAt > ASLEEP_MS) wake();
    seenAt = now;
  }, CLOCK_MS);
  return () => clearInterval(timer);
}

interface RequestOptions {
  readonly headers: Readonly<Record<string, string>>;
  readonly signal: AbortSignal | undefined;
}

async function post<Result, Variables>(
  document: TypedDocumentString<Result, Variables>,
  variables: Variables,
  { headers, signal: abort }: RequestOptions,
): Promise<Result> {
  const response = await fetch(gatewayUrl('graphql'), {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json', accept: 'application/graphql-response+json' },
    body: JSON.stringify({ query: document.toString(), variables }),
    ...(abort && { signal: abort }),
  }).catch((cause: unknown) => {
    if (abort?.aborted) throw cause;
    throw new RequestError([{ message: 'The gateway cannot be reached. Is the network connected?' }]);
  });
  return resultOf<Result>(response);
}
