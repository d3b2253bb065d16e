import { once } from 'node:events';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import type { Simulator } from '../../dev/simulator/simulator.ts';
import { bound, clusterRole } from '../support/access/rbac-objects.ts';
import { headerAuthentication as header } from '../support/authentication.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { podOf } from '../support/pods.ts';
import { postOperation } from '../support/post-operation.ts';
import { startTestGateway, type SimulatedGateway, type Subscription } from '../support/test-gateway.ts';
import { connectUser } from '../support/user-client.ts';
import { waitFor } from '../support/wait-for.ts';

const POD = 'ws-nb-abcde-0';
const QUERY = '{ workspaceLogs(namespace: "team-a", name: "nb") { text } }';
const FOLLOW = `subscription ${QUERY}`;
const [alice, bob] = [
  { name: 'alice', groups: [] },
  { name: 'bob', groups: [] },
];
const logReader = clusterRole('log-reader', {
  verbs: ['get', 'list', 'watch'],
  apiGroups: ['', 'kubeflow.org'],
  resources: ['pods', 'pods/log', 'workspaces'],
});
const objects = [
  namespace('team-a'),
  workspace('nb'),
  podOf('nb'),
  logReader,
  bound(alice, 'log-reader', 'team-a'),
  bound(bob, 'log-reader', 'team-a'),
];

interface LogEvent {
  readonly workspaceLogs: readonly { readonly text: string }[];
}

function print({ cluster }: SimulatedGateway, text: string): void {
  cluster.log('team-a', POD, 'main', text);
}

/** Number of requests for logs that the API server has answered. */
function logRequests(cluster: Simulator): number {
  return cluster.requests.filter(({ subresource }) => subresource === 'log').length;
}

function numbered(count: number, padding = ''): string[] {
  return Array.from({ length: count }, (_, index) => `${index}${padding}`);
}

/** Returns the texts of the lines up to the end of the subscription. */
async function textsOf(lines: Subscription<LogEvent>): Promise<readonly string[]> {
  const texts: string[] = [];
  for await (const { data } of lines) texts.push(...(data?.workspaceLogs ?? []).map(({ text }) => text));
  return texts;
}

it('follows a log for 50 subscribers of two viewers with one request', async () => {
  await using gateway = await startTestGateway({ objects, authentication: header });
  await using first = connectUser(gateway.url, { headers: { 'kubeflow-userid': 'alice' } });
  await using second = connectUser(gateway.url, { headers: { 'kubeflow-userid': 'bob' } });
  print(gateway, numbered(100).join('\n'));
  const all = Array.from({ length: 50 }, (_, index) => textsOf((index % 2 ? first : second).subscribe(FOLLOW)));
  await waitFor(() => gateway.subscribers() === 50, 'all have subscribed');
  print(gateway, 'last');
  gateway.cluster.endLog('team-a', POD, 'main');
  for (const texts of await Promise.all(all)) expect(texts).toEqual([...numbered(100), 'last']);
  expect(logRequests(gateway.cluster)).toBe(1);
});

it('continues for a viewer when the other one, who subscribed first, may no longer read the log', async () => {
  await using gateway = await startTestGateway({
    objects,
    authentication: header,
    authorizationTtlSeconds: 1,
    denialTtlSeconds: 1,
  });
  await using first = connectUser(gateway.url, { headers: { 'kubeflow-userid': 'alice' } });
  await using second = connectUser(gateway.url, { headers: { 'kubeflow-userid': 'bob' } });
  print(gateway, 'one');
  const [revoked, kept] = [first, second].map((user) => user.subscribe<LogEvent>(FOLLOW));
  for (const lines of [revoked, kept])
    expect((await lines?.next())?.value?.data).toEqual({ workspaceLogs: [{ text: 'one' }] });
  gateway.cluster.delete('rbac.authorization.k8s.io/v1', 'RoleBinding', 'alice-is-log-reader', 'team-a');
  await expect(revoked?.next()).rejects.toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  print(gateway, 'two');
  expect((await kept?.next())?.value?.data).toEqual({ workspaceLogs: [{ text: 'two' }] });
  expect([logRequests(gateway.cluster), gateway.cluster.openLogs]).toEqual([1, 1]);
});

it('follows a log for each viewer with the own identity when viewers are impersonated', async () => {
  await using gateway = await startTestGateway({ objects, authentication: { ...header, impersonate: true } });
  await using first = connectUser(gateway.url, { headers: { 'kubeflow-userid': 'alice' } });
  await using second = connectUser(gateway.url, { headers: { 'kubeflow-userid': 'bob' } });
  print(gateway, 'one');
  for (const user of [first, first, second]) await user.subscribe(FOLLOW).next();
  const users = gateway.cluster.requests.filter(({ subresource }) => subresource === 'log').map(({ user }) => user);
  expect(users).toEqual(['alice', 'bob']);
});

it('sends an error of the log to all its subscribers with the code', async () => {
  await using gateway = await startTestGateway({ objects });
  using _refused = gateway.cluster.faults.refuse({
    status: 503,
    reason: 'ServiceUnavailable',
    when: ({ subresource }) => subresource === 'log',
  });
  const all = Array.from({ length: 5 }, () => gateway.subscribe(FOLLOW).next());
  const unavailable = [{ extensions: { code: 'UNAVAILABLE' } }];
  await Promise.all(all.map((lines) => expect(lines).rejects.toMatchObject(unavailable)));
});

it('sends a log to its other subscribers while one does not read, and all lines to that one later', async () => {
  await using gateway = await startTestGateway({
    objects,
    maxPendingBytes: 70_000,
    slowReaderTimeoutSeconds: 600, // longer than any run of the test
  });
  print(gateway, 'first');
  const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  const received: string[] = [];
  socket.on('message', (message: Buffer) => received.push(message.toString()));
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await waitFor(() => received.length === 1, 'the connection is acknowledged');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query: FOLLOW } }));
  await waitFor(() => received.length === 2, 'the first line is received');
  socket.pause();
  const lines = numbered(8_000, 'x'.repeat(2_000));
  const fast = textsOf(gateway.subscribe(FOLLOW));
  await waitFor(() => gateway.subscribers() === 2, 'both have subscribed');
  print(gateway, lines.join('\n'));
  gateway.cluster.endLog('team-a', POD, 'main');
  expect(await fast).toEqual(['first', ...lines]);
  socket.resume();
  await waitFor(() => received.at(-1)?.includes('"complete"') ?? false, 'the log is complete');
  socket.terminate();
  const numbers = [...received.join('').matchAll(/"text":"(\d+)x/gu)].map(([, number]) => Number(number));
  expect(numbers).toEqual(lines.keys().toArray());
  expect(logRequests(gateway.cluster)).toBe(2);
});

/** Requests for logs are not answered before the result is disposed of. `arrived` resolves at the first one. */
function hang({ cluster }: SimulatedGateway): Disposable & { readonly arrived: Promise<void> } {
  const { promise: arrived, resolve } = Promise.withResolvers<void>();
  const undo = cluster.faults.delay(600_000, ({ subresource }) => {
    if (subresource === 'log') resolve();
    return subresource === 'log';
  });
  return { arrived, [Symbol.dispose]: undo };
}

function isCancelled({ cluster }: SimulatedGateway, count: number): boolean {
  return cluster.cancelled.filter(({ subresource }) => subresource === 'log').length === count;
}

it('limits the logs that queries and subscriptions of a viewer read at once', async () => {
  await using gateway = await startTestGateway({ objects, maxLogStreamsPerViewer: 2 });
  print(gateway, 'one');
  await gateway.subscribe(FOLLOW).next();
  using hanging = hang(gateway);
  void gateway.query(QUERY).catch(() => undefined); // the gateway stops first
  await hanging.arrived;
  const refused = [
    {
      message: expect.stringContaining('MAX_LOG_STREAMS_PER_VIEWER'),
      extensions: { code: 'RATE_LIMITED', limit: { name: 'MAX_LOG_STREAMS_PER_VIEWER', max: 2, actual: 3 } },
    },
  ];
  expect((await gateway.query(QUERY)).errors).toMatchObject(refused);
  expect((await gateway.subscribe(FOLLOW).next()).value?.errors).toMatchObject(refused);
});

it('limits the logs that one query reads at once with aliases', async () => {
  await using gateway = await startTestGateway({ objects, maxLogStreamsPerViewer: 3 });
  print(gateway, 'one');
  const aliases = Array.from({ length: 5 }, (_, index) => `a${index}: ${QUERY.slice(2, -2)}`);
  const { errors } = await gateway.query(`{ ${aliases.join(' ')} }`);
  expect(errors).toMatchObject([{ extensions: { code: 'RATE_LIMITED' } }]);
  expect(logRequests(gateway.cluster)).toBeLessThanOrEqual(3); // some of which end with the answer
});

it('limits the characters of all logs of one query by the cost of the operation', async () => {
  await using gateway = await startTestGateway({ objects, maxOperationCost: 10_000 });
  print(gateway, numbered(900, 'x'.repeat(1_000)).join('\n'));
  expect((await gateway.query(QUERY)).errors).toMatchObject([
    { extensions: { code: 'BAD_REQUEST', limit: { name: 'MAX_OPERATION_COST', max: 10_000 } } },
  ]);
  await waitFor(() => gateway.cluster.openLogs === 0, 'the request for the log has ended');
});

it('cancels the request for the log of a query when its client leaves', async () => {
  await using gateway = await startTestGateway({ objects });
  using hanging = hang(gateway);
  const leaving = new AbortController();
  const answer = postOperation(gateway.url, QUERY, { signal: leaving.signal }).catch(() => 'left');
  await hanging.arrived;
  leaving.abort();
  expect(await answer).toBe('left');
  await waitFor(() => isCancelled(gateway, 1), 'the request for the log is cancelled');
});

it('ends a query with TIMEOUT, and its request for the log, when its time has passed', async () => {
  await using gateway = await startTestGateway({ objects, requestTimeoutSeconds: 3 });
  using _hanging = hang(gateway);
  expect((await gateway.query(QUERY)).errors).toMatchObject([{ extensions: { code: 'TIMEOUT' } }]);
  await waitFor(() => isCancelled(gateway, 1), 'the request for the log is cancelled');
});
