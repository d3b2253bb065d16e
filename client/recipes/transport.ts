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

/**
 * Returns a client for subscriptions. The token is read for each connection; `followList` renews it and connects again, so
 * the client itself does not retry.
 */
export function subscriptionClient(url: string, session: Session): Client {
  return createClient({
    url: url.replace(/^http/u, 'ws'),
    retryAttempts: 0,
    connectionParams: () => ({ authorization: `Bearer ${session.token()}` }),
  });
}
