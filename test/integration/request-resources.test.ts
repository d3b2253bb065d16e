import { createHook } from 'node:async_hooks';
import { on, once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { namespace, workspace } from '../support/manifests.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const REQUESTS = 100;
/** Resources of watches and other work in the process, besides those of the requests. */
const OTHER = 60;

/** Sends a request on a connection, without timers and promises of an HTTP client. Resolves with the answer. */
async function post(socket: Socket, query: string): Promise<string> {
  const body = JSON.stringify({ query });
  const answered = once(socket, 'data');
  socket.write(
    `POST /graphql HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  const [data] = (await answered) as [Buffer];
  return data.toString();
}

/** Returns the number of asynchronous resources that work creates, by type. */
async function resourcesOf(work: () => Promise<void>): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  const hook = createHook({ init: (_, type) => void counts.set(type, (counts.get(type) ?? 0) + 1) }).enable();
  try {
    await work();
  } finally {
    hook.disable();
  }
  return counts;
}

function activeTimers(): number {
  return process.getActiveResourcesInfo().filter((type) => type === 'Timeout').length;
}

// The timer of the idle connection, which Node starts. A list that waits would start that of its deadline.
const TIMERS = 1;
// The number of promises is that of this code, the client included. Raise it only if a request needs another wait.
const PROMISES = 18;

it.each([
  '{ __typename }',
  '{ workspaces(first: 1) { nodes { name } } }',
  '{ workspaces(namespace: "team-a", orderBy: [{ field: STATE }]) { totalCount nodes { name } } }',
  '{ workspace(namespace: "team-a", name: "nb-1") { name state } }',
])('creates few timers, turns and promises for each request when it is %s', async (query) => {
  await using gateway = await startTestGateway({
    objects: [namespace('team-a'), workspace('nb-1', { state: 'Running' })],
    bookmarkIntervalMs: 600_000,
  });
  const socket = connect(Number(new URL(gateway.url).port), '127.0.0.1');
  for (let count = 0; count < 3; count += 1) expect(await post(socket, query)).toContain('{"data":');
  const timersBefore = activeTimers();
  const counts = await resourcesOf(async () => {
    for (let count = 0; count < REQUESTS; count += 1) await post(socket, query);
  });
  expect(counts.get('Timeout')).toBeLessThanOrEqual(TIMERS * REQUESTS + OTHER);
  // None of the requests waits for a turn.
  expect(counts.get('Immediate') ?? 0).toBeLessThanOrEqual(OTHER);
  expect(counts.get('PROMISE')).toBeLessThanOrEqual(PROMISES * REQUESTS + OTHER);
  // Those of other work in the process begin and end meanwhile.
  expect(activeTimers()).toBeLessThan(timersBefore + REQUESTS / 2);
  socket.destroy();
});

// 11 of this code, the client included, and as many as reading the kubeconfig creates, every two seconds, while a machine is busy.
const CHANGE_PROMISES = 13;

it('creates few timers, turns and promises for each change', async () => {
  await using gateway = await startTestGateway({
    objects: [namespace('team-a'), workspace('nb-1')],
    bookmarkIntervalMs: 600_000,
  });
  const webSocket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  const messages = on(webSocket, 'message') as AsyncIterableIterator<[Buffer]>;
  const next = async () => String((await messages.next()).value);
  await once(webSocket, 'open');
  webSocket.send('{"type":"connection_init"}');
  expect(await next()).toContain('connection_ack');
  const query = 'subscription { workspaces { type object { name state } } }';
  webSocket.send(JSON.stringify({ id: 'a', type: 'subscribe', payload: { query } }));
  for (let text = ''; !text.includes('SYNCED');) text = await next();
  const change = async (state: 'Paused' | 'Running') => {
    gateway.cluster.apply(workspace('nb-1', { state }));
    expect(await next()).toContain(`"state":"${state.toUpperCase()}"`);
  };
  await change('Running');
  const counts = await resourcesOf(async () => {
    for (let count = 0; count < REQUESTS; count += 1) await change(count % 2 === 0 ? 'Paused' : 'Running');
  });
  expect(counts.get('Timeout') ?? 0).toBeLessThanOrEqual(OTHER);
  // The write of what was sent in the turn.
  expect(counts.get('Immediate')).toBeLessThanOrEqual(REQUESTS + OTHER);
  expect(counts.get('Microtask') ?? 0).toBeLessThanOrEqual(OTHER);
  expect(counts.get('PROMISE')).toBeLessThanOrEqual(CHANGE_PROMISES * REQUESTS + OTHER);
  webSocket.terminate();
});
