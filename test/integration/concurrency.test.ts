import { once } from 'node:events';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { RequestPredicate } from '../../dev/simulator/faults.ts';
import { headerAuthentication as header } from '../support/authentication.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { postOperation } from '../support/post-operation.ts';
import { startTestGateway, type Answer, type SimulatedGateway } from '../support/test-gateway.ts';
import { connectUser } from '../support/user-client.ts';
import { waitFor } from '../support/wait-for.ts';

const objects = [namespace('team-a'), workspace('nb-1', { state: 'Running' })];
const SECRETS = '{ secrets(namespace: "team-a") { nodes { name } } }';
const CHANGES = 'subscription { workspaces { type } }';
const isSecretList: RequestPredicate = ({ resource, verb }) => resource === 'secrets' && verb === 'list';
const isReview: RequestPredicate = ({ resource }) => resource === 'subjectaccessreviews';
/** Longer than any test. */
const HANGS_MS = 600_000;

/** Delays lists of secrets until it is disposed of. */
function hang({ cluster }: SimulatedGateway): Disposable & { readonly count: () => number } {
  let count = 0;
  const undo = cluster.faults.delay(HANGS_MS, (request) => {
    if (!isSecretList(request)) return false;
    count += 1;
    return true;
  });
  return { count: () => count, [Symbol.dispose]: undo };
}

async function post(gateway: SimulatedGateway, query: string, accept = 'application/json') {
  const response = await postOperation(gateway.url, query, { headers: { accept } });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

const rateLimited = (name: string, max: number) => ({
  extensions: { code: 'RATE_LIMITED', retryAfterSeconds: 1, limit: { name, max, actual: max + 1 } },
});

interface Message {
  readonly type: string;
  readonly id?: string;
  readonly payload?: unknown;
}

/** Opens a WebSocket whose messages the test writes and reads. */
async function connectRaw({ url }: SimulatedGateway) {
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const messages: Message[] = [];
  socket.on('message', (message: Buffer) => messages.push(JSON.parse(message.toString()) as Message));
  const send = (message: Message) => socket.send(JSON.stringify(message));
  await once(socket, 'open');
  send({ type: 'connection_init' });
  await waitFor(() => messages.length > 0, 'the connection is acknowledged');
  const subscribe = (id: string, query: string) => send({ id, type: 'subscribe', payload: { query } });
  return { socket, messages, send, subscribe, [Symbol.dispose]: () => socket.terminate() };
}

it.each(['application/json', 'text/event-stream'])(
  'responds 429 to a query that accepts %s when its viewer has too many in progress',
  async (accept) => {
    await using gateway = await startTestGateway({ objects, maxRequestsPerViewer: 5 });
    const hanging = hang(gateway);
    const answers = Array.from({ length: 20 }, () => post(gateway, SECRETS, accept));
    const refused: Awaited<ReturnType<typeof post>>[] = [];
    while (refused.length < 15) refused.push(await nextOf(answers)); // one after the other: each removes its answer
    expect(new Set(refused.map(({ status }) => status))).toEqual(new Set([429]));
    expect(refused[0]?.headers.get('retry-after')).toBe('1');
    expect(JSON.parse(refused[0]?.text ?? '')).toMatchObject({ errors: [rateLimited('MAX_REQUESTS_PER_VIEWER', 5)] });
    hanging[Symbol.dispose]();
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual([200, 200, 200, 200, 200]);
    expect((await post(gateway, SECRETS, accept)).status).toBe(200);
  },
);

/** Resolves with the first of the answers that comes, and removes it. */
async function nextOf<T>(answers: Promise<T>[]): Promise<T> {
  const first = await Promise.race(answers.map((answer) => answer.then((value) => ({ answer, value }))));
  void answers.splice(answers.indexOf(first.answer), 1);
  return first.value;
}

it('responds 429 when all viewers together have too many queries in progress, and counts viewers apart', async () => {
  await using gateway = await startTestGateway({
    objects,
    authentication: header,
    maxRequestsPerViewer: 1,
    maxRequests: 2,
    users: [],
  });
  const viewers = ['ada', 'erin', 'victor'].map((name) =>
    connectUser(gateway.url, { headers: { 'kubeflow-userid': name } }),
  );
  const arrived: string[] = [];
  const undo = gateway.cluster.faults.delay(HANGS_MS, (request) => isReview(request) && arrived.push(request.url) > 0);
  const waiting = viewers.slice(0, 2).map((viewer) => viewer.ask(SECRETS));
  await waitFor(() => arrived.length >= 2, 'two queries are in progress');
  expect(await viewers[2]?.ask(SECRETS)).toMatchObject({ status: 429, errors: [rateLimited('MAX_REQUESTS', 2)] });
  undo();
  await Promise.all(waiting);
  expect(await viewers[2]?.ask(SECRETS)).toMatchObject({ status: 200 });
});

it('does not count running subscriptions as requests in progress', async () => {
  await using gateway = await startTestGateway({ objects, maxRequestsPerViewer: 1 });
  const leaving = new AbortController();
  const streams = [1, 2, 3].map(() =>
    fetch(`${gateway.url}?query=${encodeURIComponent(CHANGES)}`, {
      headers: { accept: 'text/event-stream' },
      signal: leaving.signal,
    }),
  );
  expect((await Promise.all(streams)).map(({ status }) => status)).toEqual([200, 200, 200]);
  const overSocket = [1, 2, 3].map(() => gateway.subscribe(CHANGES));
  await Promise.all(overSocket.map(async (stream) => stream.next()));
  expect((await post(gateway, SECRETS)).status).toBe(200);
  leaving.abort();
});

it('responds RATE_LIMITED over a WebSocket when it has too many operations in progress, and completes the others', async () => {
  await using gateway = await startTestGateway({ objects, maxOperationsPerConnection: 3 });
  const hanging = hang(gateway);
  using client = await connectRaw(gateway);
  for (let id = 1; id <= 10; id += 1) client.subscribe(String(id), SECRETS);
  const ofType = (type: string) => client.messages.filter((message) => message.type === type);
  await waitFor(() => ofType('error').length === 7, 'seven operations are refused');
  expect(ofType('error')[0]?.payload).toMatchObject([rateLimited('MAX_OPERATIONS_PER_CONNECTION', 3)]);
  expect(JSON.stringify(ofType('error'))).not.toContain('"http"'); // the status for transports that have one
  expect(hanging.count()).toBeLessThanOrEqual(3);
  hanging[Symbol.dispose]();
  await waitFor(() => ofType('complete').length === 3, 'the others are completed');
  client.subscribe('11', SECRETS);
  await waitFor(() => ofType('complete').length === 4, 'another one is accepted');
});

it('counts queries of one viewer over HTTP and all WebSockets together', async () => {
  await using gateway = await startTestGateway({ objects, maxRequestsPerViewer: 2 });
  const hanging = hang(gateway);
  using client = await connectRaw(gateway);
  using other = await connectRaw(gateway);
  client.subscribe('1', SECRETS);
  other.subscribe('1', SECRETS);
  await waitFor(() => hanging.count() === 2, 'two queries are in progress');
  expect((await post(gateway, SECRETS)).status).toBe(429);
  other.subscribe('2', SECRETS);
  await waitFor(() => other.messages.some(({ type }) => type === 'error'), 'the third query is refused');
  expect(other.messages.find(({ type }) => type === 'error')?.payload).toMatchObject([
    rateLimited('MAX_REQUESTS_PER_VIEWER', 2),
  ]);
  expect(JSON.stringify(other.messages)).not.toContain('"http"');
  client.socket.terminate();
  await waitFor(() => gateway.cluster.cancelled.length > 0, 'the query of a closed WebSocket is cancelled');
  other.subscribe('3', '{ workspaces { totalCount } }');
  await waitFor(() => other.messages.some(({ id }) => id === '3'), 'another query is served');
  expect(other.messages.find(({ id }) => id === '3')?.type).toBe('next');
  hanging[Symbol.dispose]();
});

const LARGE = `{ secrets(namespace: "team-a") { nodes { name } } workspaces { nodes { ${Array.from({ length: 20 }, (_, index) => `a${index}: stateMessage`).join(' ')} } } }`;
const many = [
  namespace('team-a'),
  ...Array.from({ length: 100 }, (_, index) =>
    workspace(`nb-${index}`, { state: 'Running', status: { stateMessage: 'x'.repeat(1_000) } }),
  ),
];

/** Lets the gateway take many turns, in which it serves another client. */
async function passTime(gateway: SimulatedGateway): Promise<void> {
  for (let round = 0; round < 50; round += 1) await post(gateway, '{ __typename }');
}

it('executes no further query of a WebSocket whose client does not read, and all of them when it reads', async () => {
  await using gateway = await startTestGateway({
    objects: many,
    maxPendingBytes: 70_000,
    slowReaderTimeoutSeconds: 600,
  });
  const lists = () => gateway.cluster.requests.filter(isSecretList).length;
  using client = await connectRaw(gateway);
  client.socket.pause();
  const total = 60;
  for (let id = 1; id <= total; id += 1) {
    client.subscribe(String(id), LARGE); // an answer of 2 MB
    await post(gateway, '{ __typename }');
  }
  await passTime(gateway);
  await waitFor(() => lists() > 0, 'the first ones are executed');
  expect(lists()).toBeLessThan(total / 2);
  client.socket.resume();
  await waitFor(
    () => client.messages.filter(({ type }) => type === 'complete').length === total,
    'all are answered',
    60_000,
  );
  expect(lists()).toBe(total);
}, 90_000);

it('reads no further pings of a WebSocket whose client does not read the pongs', async () => {
  await using gateway = await startTestGateway({ objects, slowReaderTimeoutSeconds: 600 });
  using client = await connectRaw(gateway);
  client.socket.pause();
  const ping: Message = { type: 'ping', payload: { filler: 'x'.repeat(50_000) } };
  for (let count = 0; count < 1_000; count += 1) client.send(ping);
  await passTime(gateway);
  expect(client.socket.bufferedAmount).toBeGreaterThan(20_000_000);
});

it('disconnects a WebSocket whose client sends queries and does not read their answers', async () => {
  await using gateway = await startTestGateway({ objects: many, maxPendingBytes: 70_000, slowReaderTimeoutSeconds: 1 });
  using client = await connectRaw(gateway);
  client.socket.on('error', () => undefined);
  client.socket.pause();
  for (let id = 1; id <= 20; id += 1) client.subscribe(String(id), LARGE);
  await waitFor(() => gateway.statistics().live.slowCloses === 1, 'the client is disconnected');
  const closed = once(client.socket, 'close');
  client.socket.resume();
  expect(await closed).toMatchObject([4008, expect.anything()]);
});

it('rejects one more different subscription than allowed, even if all start at once, and accepts equal ones', async () => {
  await using gateway = await startTestGateway({ objects, maxDistinctSubscriptionsPerViewer: 2 });
  const changesOf = (name: string) =>
    gateway.subscribe(`subscription { workspace(namespace: "team-a", name: "${name}") { name } }`);
  const streams = ['a', 'b', 'c', 'd', 'e'].map(changesOf);
  const first = await Promise.all(streams.map(async (stream) => (await stream.next()).value as Answer));
  const refused = first.filter(({ errors }) => errors);
  expect(refused).toHaveLength(3);
  expect(refused[0]?.errors).toMatchObject([rateLimited('MAX_DISTINCT_SUBSCRIPTIONS_PER_VIEWER', 2)]);
  const accepted = ['a', 'b', 'c', 'd', 'e'].filter((_, index) => !first[index]?.errors);
  const [equal = ''] = accepted;
  expect((await changesOf(equal).next()).value).toEqual({ data: { workspace: null } });
  await streams[['a', 'b', 'c', 'd', 'e'].indexOf(accepted[1] ?? '')]?.return();
  await waitFor(() => gateway.subscribers() === 2, 'one subscription has ended');
  expect((await changesOf('f').next()).value).toEqual({ data: { workspace: null } });
});

it('accepts messages of MAX_BODY_BYTES over a WebSocket only when its client is authenticated', async () => {
  await using gateway = await startTestGateway({ objects });
  using client = await connectRaw(gateway);
  const query = `{ __typename } #${'x'.repeat(90_000)}`;
  client.send({ id: '1', type: 'subscribe', payload: { query, variables: { manifest: 'x'.repeat(2_000_000) } } });
  await waitFor(() => client.messages.some(({ type }) => type === 'next'), 'the query is answered');
  const stranger = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  stranger.on('error', () => undefined);
  await once(stranger, 'open');
  const closed = once(stranger, 'close');
  stranger.send(JSON.stringify({ type: 'connection_init', payload: { authorization: 'x'.repeat(2_000_000) } }));
  expect(await closed).toMatchObject([1006, expect.anything()]);
});

it('ends a subscription with RATE_LIMITED when the objects of all subscriptions of its viewer exceed the limit', async () => {
  const manyObjects = Array.from({ length: 100 }, (_, index) =>
    workspace(`nb-${index}`, { state: 'Running', status: { stateMessage: 'x'.repeat(5_000) } }),
  );
  await using gateway = await startTestGateway({
    objects: [namespace('team-a'), ...manyObjects],
    maxSubscriptionBytesPerViewer: 1_000_000, // one subscription takes 560 kB
  });
  const changesOf = (key: string) =>
    gateway.subscribe<unknown>(`subscription { workspaces { type object { ${key}: stateMessage } } }`);
  const synced = { data: { workspaces: { type: 'SYNCED', object: null } } };
  /** Returns the last answer of a snapshot. */
  const snapshotOf = async (stream: ReturnType<typeof changesOf>) => {
    for (;;) {
      const { value } = await stream.next();
      if (JSON.stringify(value) === JSON.stringify(synced)) return value as unknown;
    }
  };
  const streams = [changesOf('a'), changesOf('a')];
  expect(await Promise.all(streams.map(snapshotOf))).toEqual([synced, synced]);
  const limit = { name: 'MAX_SUBSCRIPTION_BYTES_PER_VIEWER', max: 1_000_000 };
  await expect(snapshotOf(changesOf('b'))).rejects.toMatchObject([{ extensions: { code: 'RATE_LIMITED', limit } }]);
  for (const stream of streams) await stream.return();
  await waitFor(() => gateway.subscribers() === 0, 'all subscriptions have ended');
  expect(await snapshotOf(changesOf('b'))).toEqual(synced);
}, 60_000);
