import { createClient, type Client } from 'graphql-ws';
import type { Session } from './page.ts';

/** Returns a `fetch` that sends the token of the session, and renews it once when the gateway refuses it. */
export function authenticatedFetch(session: Session): typeof fetch {
  return async (input, init) => {
    const send = () => {
      const headers = new Headers(init?.headers);
      headers.set('authorization', `Bearer ${session.token()}`);
      return fetch(input, { ...init, headers });
    };
    const response = await send();
    if (response.status !== 401) return response;
    await session.renew();
    return send();
  };
}

/** Interval of pings. */
const PING_MS = 10_000;
/** Time in which a connection has to be made, and in which the gateway has to answer a ping. */
const ANSWER_MS = 10_000;

/**
 * Returns a client for subscriptions. The token is read for each connection; `followList` renews it and connects again, so
 * the client itself does not retry. A connection can break without a close event, for example when a laptop sleeps or a
 * proxy drops it: one that does not answer is ended.
 */
export function subscriptionClient(url: string, session: Session): Client {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const endUnanswered = () => {
    timer = setTimeout(() => client.terminate(), ANSWER_MS);
  };
  const stopTimer = () => clearTimeout(timer);
  const client = createClient({
    url: url.replace(/^http/u, 'ws'),
    retryAttempts: 0,
    connectionParams: () => ({ authorization: `Bearer ${session.token()}` }),
    keepAlive: PING_MS,
    on: {
      connecting: endUnanswered,
      connected: stopTimer,
      ping: (received) => received || endUnanswered(),
      pong: (received) => received && stopTimer(),
      closed: stopTimer,
    },
  });
  return client;
}
