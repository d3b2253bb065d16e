import { once } from 'node:events';
import { setImmediate as nextIteration } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { RequestPredicate } from '../../dev/simulator/faults.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { postOperation } from '../support/post-operation.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';
import { recordingLog } from '../support/recording-log.ts';

const objects = [namespace('team-a'), workspace('nb-1', { state: 'Running' })];
const NAMES = '{ workspaces { nodes { name } } }';
const SECRETS = '{ secrets(namespace: "team-a") { nodes { name } } }';
const CHANGES = 'subscription { workspaces { type object { name state } } }';
const pause = (more = '') =>
  `mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1" ${more} }) { stateReached workspace { paused } } }`;

/** Longer than any test. */
const HANGS_MS = 600_000;
/** Time limit of requests, many times what one takes before it hangs. */
const TIMEOUT_SECONDS = 3;
const isReview: RequestPredicate = ({ resource }) => resource.endsWith('accessreviews');
const isSecretList: RequestPredicate = ({ resource, verb }) => resource === 'secrets' && verb === 'list';
const isPatch: RequestPredicate = ({ verb }) => verb === 'patch';

/** Returns the error codes of an operation by a transport. */
const transports = {
  POST: async ({ url }: SimulatedGateway, query: string) => {
    const response = await post(url, query, 'application/json');
    return codesOf((await response.json()) as Answer);
  },
  'Server-Sent Events': async ({ url }: SimulatedGateway, query: string) => {
    const text = await (await post(url, query, 'text/event-stream')).text();
    return codesOf(JSON.parse(/^data: (\{.*)$/mu.exec(text)?.[1] ?? '{}') as Answer);
  },
  WebSocket: async (gateway: SimulatedGateway, query: string) =>
    codesOf((await gateway.subscribe(query).next()).value as Answer),
} as const;

function codesOf({ errors = [] }: Answer): readonly unknown[] {
  return errors.map(({ extensions }) => extensions['code']);
}

function post(url: string, query: string, accept: string, signal?: AbortSignal): Promise<Response> {
  return postOperation(url, query, { headers: { accept }, signal });
}

/** Delays matching requests of the gateway until it is disposed of. `arrived` resolves at the first one. */
function hang(
  { cluster }: SimulatedGateway,
  matches: RequestPredicate,
): Disposable & { readonly arrived: Promise<void> } {
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  const undo = cluster.faults.delay(HANGS_MS, (request) => {
    if (!matches(request)) return false;
    resolve();
    return true;
  });
  return { arrived, [Symbol.dispose]: undo };
}

function wasCancelled({ cluster }: SimulatedGateway, matches: RequestPredicate): Promise<void> {
  return waitFor(() => cluster.cancelled.some(matches), 'the request to the API server is cancelled');
}

it('leaves no rejected promise behind when the deadline passes while fields of rows wait for reviews', async () => {
  const rejections: unknown[] = [];
  const record = (reason: unknown) => void rejections.push(reason);
  process.on('unhandledRejection', record);
  try {
    await using gateway = await startTestGateway({ objects, requestTimeoutSeconds: TIMEOUT_SECONDS });
    expect(await transports.POST(gateway, NAMES)).toEqual([]);
    using _hanging = hang(gateway, isReview);
    const query =
      '{ workspaces { nodes { name canPause: viewerCan(action: PAUSE) canDelete: viewerCan(action: DELETE) } } }';
    expect(await transports.POST(gateway, query)).toEqual(['TIMEOUT']);
    await wasCancelled(gateway, isReview);
    await nextIteration();
  } finally {
    process.off('unhandledRejection', record);
  }
  expect(rejections).toEqual([]);
});

it.each(Object.entries(transports))(
  'responds TIMEOUT over %s and cancels access reviews when the deadline passes',
  async (_, codesOver) => {
    await using gateway = await startTestGateway({ objects, requestTimeoutSeconds: TIMEOUT_SECONDS });
    using _hanging = hang(gateway, isReview);
    expect(await codesOver(gateway, NAMES)).toEqual(['TIMEOUT']);
    await wasCancelled(gateway, isReview);
  },
);

it.each(Object.entries(transports))(
  'responds TIMEOUT over %s and cancels reads when the deadline passes',
  async (_, codesOver) => {
    await using gateway = await startTestGateway({ objects, requestTimeoutSeconds: TIMEOUT_SECONDS });
    using _hanging = hang(gateway, isSecretList);
    expect(await codesOver(gateway, SECRETS)).toEqual(['TIMEOUT']);
    await wasCancelled(gateway, isSecretList);
  },
);

it('responds 504 when the deadline of a POST passes', async () => {
  await using gateway = await startTestGateway({ objects, requestTimeoutSeconds: TIMEOUT_SECONDS });
  using _hanging = hang(gateway, isReview);
  const { status } = await post(gateway.url, NAMES, 'application/graphql-response+json');
  expect(status).toBe(504);
});

it('responds 504 when the deadline passes while a token is reviewed', async () => {
  await using gateway = await startTestGateway({
    objects,
    authentication: { mode: 'token' },
    requestTimeoutSeconds: TIMEOUT_SECONDS,
  });
  using _hanging = hang(gateway, ({ resource }) => resource === 'tokenreviews');
  const { status } = await postOperation(gateway.url, NAMES, { headers: { authorization: 'Bearer one' } });
  expect(status).toBe(504);
});

it('responds TIMEOUT and cancels the access reviews of a subscription when its start takes too long', async () => {
  await using gateway = await startTestGateway({ objects, requestTimeoutSeconds: TIMEOUT_SECONDS });
  using _hanging = hang(gateway, isReview);
  const { value } = await gateway.subscribe(CHANGES).next();
  expect(codesOf(value as Answer)).toEqual(['TIMEOUT']);
  await wasCancelled(gateway, isReview);
  expect(gateway.subscribers()).toBe(0);
});

it.each([
  ['access reviews', NAMES, isReview],
  ['reads', SECRETS, isSecretList],
])('cancels %s when the client of a POST or an event stream disconnects', async (_, query, matches) => {
  await using gateway = await startTestGateway({ objects });
  for (const accept of ['application/json', 'text/event-stream']) {
    using hanging = hang(gateway, matches);
    const leaving = new AbortController();
    const before = gateway.cluster.cancelled.length;
    const response = post(gateway.url, query, accept, leaving.signal).catch(() => 'left');
    await hanging.arrived;
    leaving.abort();
    expect(await response).toBe('left');
    await waitFor(() => gateway.cluster.cancelled.length > before, 'the request to the API server is cancelled');
  }
});

it('cancels reads when the client of a WebSocket completes its query', async () => {
  await using gateway = await startTestGateway({ objects });
  using hanging = hang(gateway, isSecretList);
  const results = gateway.connect().iterate({ query: SECRETS });
  void results.next();
  await hanging.arrived;
  await results.return?.();
  await wasCancelled(gateway, isSecretList);
  expect(gateway.cluster.requests.filter(isSecretList)).toEqual([]);
});

it.each([
  ['completes its query', SECRETS, 'query'],
  ['completes its subscription while it starts', CHANGES, 'subscription'],
  ['disconnects', SECRETS, 'query'],
])('counts no TIMEOUT when the client of a WebSocket %s', async (action, query, type) => {
  const { log, lines } = recordingLog();
  await using gateway = await startTestGateway({ objects, log, metricsPort: 0 });
  using hanging = hang(gateway, isReview);
  const client = await connectRaw(gateway);
  client.send({ id: '1', type: 'subscribe', payload: { query } });
  await hanging.arrived;
  if (action === 'disconnects') client.socket.terminate();
  else await client.complete('1');
  await waitFor(() => lines('request').length === 1, 'the line is written');
  expect(lines('request')).toMatchObject([{ status: 499, outcome: 'error', codes: ['TIMEOUT'] }]);
  expect(await gateway.metrics()).toContain(
    `operations_total{operation="anonymous",type="${type}",code="HTTP_499"} 1\n`,
  );
  client.socket.terminate();
});

it('continues a subscription after the time limit of requests', async () => {
  await using gateway = await startTestGateway({ objects, requestTimeoutSeconds: TIMEOUT_SECONDS });
  const changes = gateway.subscribe<{ readonly workspaces: { readonly type: string } }>(CHANGES);
  while ((await changes.next()).value?.data?.workspaces.type !== 'SYNCED');
  using _hanging = hang(gateway, isSecretList);
  expect(await transports.POST(gateway, SECRETS)).toEqual(['TIMEOUT']); // the time has passed
  gateway.cluster.apply(workspace('nb-1', { state: 'Paused' }));
  expect((await changes.next()).value).toMatchObject({ data: { workspaces: { type: 'MODIFIED' } } });
});

it('allows a mutation with waitFor its timeoutSeconds', async () => {
  await using gateway = await startTestGateway({ objects, requestTimeoutSeconds: 1 });
  const { data, errors } = await gateway.query(pause('waitFor: PAUSED, timeoutSeconds: 2'));
  expect(errors).toBeUndefined();
  expect(data).toEqual({ pauseWorkspace: { stateReached: false, workspace: { paused: true } } });
});

it('responds TIMEOUT 5 seconds after the timeoutSeconds of a mutation whose write hangs', async () => {
  await using gateway = await startTestGateway({ objects, requestTimeoutSeconds: 600 });
  using _hanging = hang(gateway, isPatch);
  expect(codesOf(await gateway.query(pause('waitFor: PAUSED, timeoutSeconds: 0')))).toEqual(['TIMEOUT']);
});

it.each([
  ['client cancels it', 600],
  ['deadline passes', TIMEOUT_SECONDS],
])('completes a write that was sent, and logs its outcome, when the %s', async (reason, requestTimeoutSeconds) => {
  const { log, texts: lines } = recordingLog();
  await using gateway = await startTestGateway({ objects, log, requestTimeoutSeconds });
  const hanging = hang(gateway, isPatch);
  const client = await connectRaw(gateway);
  client.send({ id: '1', type: 'subscribe', payload: { query: pause() } });
  await hanging.arrived;
  if (reason === 'deadline passes') await waitFor(() => client.received('"TIMEOUT"'), 'the deadline has passed');
  else await client.complete('1');
  expect(gateway.cluster.cancelled.filter(isPatch)).toEqual([]);
  hanging[Symbol.dispose]();
  await waitFor(() => lines.some((line) => line.includes('write succeeded')), 'the outcome is logged');
  expect(gateway.cluster.requests.find(isPatch)).toMatchObject({ status: 200 });
  expect(lines.find((line) => line.includes('write succeeded'))).toContain('"verb":"patch","resource":"workspaces"');
  client.socket.terminate();
});

/** Opens a WebSocket whose messages the test writes. */
async function connectRaw({ url }: SimulatedGateway) {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const messages: string[] = [];
  socket.on('message', (message: Buffer) => messages.push(message.toString()));
  const received = (text: string) => messages.some((message) => message.includes(text));
  const send = (message: object) => socket.send(JSON.stringify(message));
  await once(socket, 'open');
  send({ type: 'connection_init' });
  await waitFor(() => received('connection_ack'), 'the connection is acknowledged');
  return {
    socket,
    send,
    received,
    /** Resolves when the gateway has handled the message. */
    async complete(id: string) {
      send({ id, type: 'complete' });
      send({ type: 'ping' });
      await waitFor(() => received('pong'), 'the gateway has handled the messages');
    },
  };
}
