import vm from 'node:vm';
import { createClient, type ClientOptions } from 'graphql-ws';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { freePort } from '../../dev/simulator/free-port.ts';
import { namespace, workspace, workspaceKind } from '../../test/support/manifests.ts';
import { TcpProxy } from '../../test/support/tcp-proxy.ts';
import { startGatewayFor, startTestGateway } from '../../test/support/test-gateway.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { clientScript } from './graphiql-page.ts';

type Fetcher = (
  request: { readonly query: string },
  options: { readonly headers: Readonly<Record<string, string>> },
) => AsyncIterator<unknown> & Promise<unknown>;

/** Factor by which the timers of the page are faster, so that a test does not wait between its attempts to connect. */
const FASTER = 50;

/**
 * Runs the script of the page at a URL. Returns the fetcher that it gives to GraphiQL.
 * @param onConnecting called for each attempt to open a WebSocket
 */
function fetcherOf(url: string, onConnecting: () => void = () => {}): Fetcher {
  const given: { fetcher?: Fetcher } = {};
  vm.runInNewContext(clientScript, {
    URL,
    URLSearchParams,
    fetch,
    setTimeout: (run: () => void, ms: number) => setTimeout(run, ms / FASTER),
    clearTimeout,
    self: {},
    operationsPanel: {
      headers: () => ({}),
      actor: () => undefined,
      missingValue: () => undefined,
      follow: (_: string, events: unknown) => events,
    },
    location: { href: url, pathname: new URL(url).pathname, search: '' },
    localStorage: { getItem: () => null },
    document: { getElementById: () => ({ textContent: '{"tabs":[]}' }) },
    graphqlWs: {
      createClient: (options: ClientOptions) => {
        const client = createClient({ ...options, webSocketImpl: WebSocket });
        client.on('connecting', onConnecting);
        return client;
      },
    },
    YogaGraphiQL: { renderYogaGraphiQL: (_: unknown, options: { fetcher: Fetcher }) => Object.assign(given, options) },
  });
  if (!given.fetcher) throw new Error('Expected the script to render GraphiQL.');
  return given.fetcher;
}

it('shows a coded error instead of a stack when a subscription is not authenticated', async () => {
  await using gateway = await startTestGateway({ authentication: { mode: 'token' } });
  const events = fetcherOf(gateway.url)(
    { query: 'subscription { namespaces { type } }' },
    { headers: { authorization: 'Bearer unknown' } },
  );
  expect(await events.next()).toEqual({
    done: false,
    value: {
      errors: [
        {
          message: expect.stringMatching(/^The cluster does not accept this bearer token/u),
          extensions: { code: 'UNAUTHENTICATED' },
        },
      ],
    },
  });
  expect(await events.next()).toEqual({ done: true, value: undefined });
});

it('shows an error instead of a stack when the gateway does not answer', async () => {
  const url = `http://127.0.0.1:${await freePort()}/graphql`;
  const answer = await fetcherOf(url)({ query: '{ viewer { name } }' }, { headers: {} });
  expect(answer).toEqual({ errors: [{ message: 'The gateway has not answered: fetch failed' }] });
});

it('shows the errors of a subscription that cannot start', async () => {
  await using gateway = await startTestGateway();
  const events = fetcherOf(gateway.url)({ query: 'subscription { none { type } }' }, { headers: {} });
  expect(await events.next()).toMatchObject({ value: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] } });
});

/** Reads the events of a subscription until one contains the text. */
async function readUntil(text: string, events: AsyncIterator<unknown>): Promise<void> {
  for (let { done, value } = await events.next(); !done; { done, value } = await events.next())
    if (JSON.stringify(value).includes(text)) return;
  throw new Error(`Expected an event with ${text}, got the end of the subscription.`);
}

it('continues a subscription with the next gateway when one is restarted', { timeout: 60_000 }, async () => {
  await using gateway = await startTestGateway();
  const { cluster } = gateway;
  const port = await freePort();
  const first = await startGatewayFor(cluster.kubeconfig, { port });
  const events = fetcherOf(first.url)(
    { query: 'subscription { namespaces { type object { name } } }' },
    { headers: {} },
  );
  await readUntil('SYNCED', events);
  await first[Symbol.asyncDispose]();
  await using _second = await startGatewayFor(cluster.kubeconfig, { port });
  await readUntil('SYNCED', events);
  cluster.apply(namespace('later'));
  await readUntil('later', events);
  await events.return?.();
  expect(await events.next()).toEqual({ done: true, value: undefined });
});

it('continues a subscription when eight attempts to connect again have failed', { timeout: 60_000 }, async () => {
  await using gateway = await startTestGateway();
  await using proxy = await TcpProxy.to(gateway);
  let attempts = 0;
  const count = () => {
    attempts += 1;
  };
  const query = 'subscription { namespaces { type object { name } } }';
  const events = fetcherOf(proxy.url, count)({ query }, { headers: {} });
  await readUntil('SYNCED', events);
  await proxy.disconnect();
  const next = readUntil('SYNCED', events);
  await waitFor(() => attempts >= 9, 'the page has tried eight times to connect again');
  await proxy.reconnect();
  await next;
  await events.return?.();
  expect(await events.next()).toEqual({ done: true, value: undefined });
});

it('says what to check when a first connection is refused five times', { timeout: 60_000 }, async () => {
  let attempts = 0;
  const count = () => {
    attempts += 1;
  };
  const url = `http://127.0.0.1:${await freePort()}/graphql`;
  const events = fetcherOf(url, count)({ query: 'subscription { namespaces { type } }' }, { headers: {} });
  expect(await events.next()).toEqual({
    done: false,
    value: {
      errors: [
        {
          message: expect.stringMatching(/got none in 5 attempts.*Then run the subscription again\.$/u),
          extensions: { code: 1006 },
        },
      ],
    },
  });
  expect(attempts).toBe(5);
});

it('ends a subscription when the gateway has completed it', async () => {
  const objects = [namespace('team-a'), workspaceKind('jupyterlab'), workspace('one', { state: 'Running' })];
  await using gateway = await startTestGateway({ objects });
  const input = '{ actionId: "action-1", namespace: "team-a", names: ["one"] }';
  await gateway.query(`mutation { pauseWorkspaces(input: ${input}) { action { actionId } } }`);
  const query = 'subscription { bulkAction(actionId: "action-1") { action { state } } }';
  const events = fetcherOf(gateway.url)({ query }, { headers: {} });
  await readUntil('COMPLETED', events);
  expect(await events.next()).toEqual({ done: true, value: undefined });
});
