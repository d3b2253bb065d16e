import { once } from 'node:events';
import { request } from 'node:http';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { heapBytes } from '../support/heap.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

/** Cycles per subscription and transport; `.ci/run` sets 10,000. */
const CYCLES = Number(process.env['LEAK_CYCLES'] ?? 1_000);
const ABRUPT_DISCONNECTS = 1_000;
const WARM_UP = 200;
const AT_ONCE = 20;
/** Heap growth in bytes per cycle that is accepted; one retained subscription has about 17 kB. */
const TOLERATED_BYTES = 100;
/** For code that is compiled meanwhile, and what other test files have left to be compiled; about 1 MB. */
const NOISE_BYTES = 4_000_000;
const PATIENCE_MS = 300_000;

const subscriptions = [
  'subscription { workspace(namespace: "team-a", name: "nb-1") { name kind { displayName } } }',
  'subscription { workspaces { type object { name kind { displayName } } } }',
  'subscription { workspaceKind(name: "jupyterlab") { name workspaceCount } }',
  'subscription { workspaceKinds { type object { name workspaceCount } } }',
  'subscription { namespaces { type object { name workspaces { totalCount } } } }',
];
const objects = [namespace('team-a'), workspaceKind('jupyterlab'), workspace('nb-1', { state: 'Running' })];

/** Characters of a member of a message, and running subscriptions whose messages have one. */
const [LONG, SUBSCRIPTIONS] = [1_000_000, 20];

/** Returns the number of active timers, sockets and other resources, by type. */
function resources(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const kind of process.getActiveResourcesInfo()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
  counts.delete('Immediate');
  return counts;
}

function isNoMoreThan(some: ReadonlyMap<string, number>, others: ReadonlyMap<string, number>): boolean {
  return [...some].every(([kind, count]) => count <= (others.get(kind) ?? 0));
}

async function repeat(times: number, cycle: () => Promise<void>): Promise<void> {
  const workers = Array.from({ length: AT_ONCE }, async () => {
    for (let done = 0; done < times; done += AT_ONCE) await cycle();
  });
  await Promise.all(workers);
}

/** Expects the same active resources and heap size after many cycles as after a few. */
async function expectNothingLeft(gateway: SimulatedGateway, times: number, cycle: () => Promise<void>): Promise<void> {
  const settled = () =>
    waitFor(
      () => gateway.subscribers() + gateway.statistics().live.sharedSubscriptions === 0,
      'all subscribers have left',
    );
  await repeat(WARM_UP, cycle);
  await settled();
  const before = { heap: heapBytes(), resources: resources() };
  await repeat(times, cycle);
  await settled();
  await waitFor(() => isNoMoreThan(resources(), before.resources), 'as little keeps the process busy as before');
  expect(heapBytes() - before.heap).toBeLessThan(NOISE_BYTES + times * TOLERATED_BYTES);
}

async function startQuietGateway(): Promise<SimulatedGateway> {
  return startTestGateway({ objects, bookmarkIntervalMs: 600_000 });
}

it.each(subscriptions)(
  'retains no memory after subscriptions over WebSocket end: %s',
  async (query) => {
    await using gateway = await startQuietGateway();
    const client = gateway.connect({ lazy: false });
    await expectNothingLeft(gateway, CYCLES, async () => {
      const stream = client.iterate({ query });
      expect((await stream.next()).value?.data).toBeDefined();
      await stream.return?.();
    });
  },
  PATIENCE_MS,
);

it.each(subscriptions)(
  'retains no memory after subscriptions over Server-Sent Events end: %s',
  async (query) => {
    await using gateway = await startQuietGateway();
    await expectNothingLeft(gateway, CYCLES, () => readOneEvent(`${gateway.url}?query=${encodeURIComponent(query)}`));
  },
  PATIENCE_MS,
);

it(
  'retains no memory after clients disconnect abruptly',
  async () => {
    await using gateway = await startQuietGateway();
    const payload = { query: subscriptions[1] };
    await expectNothingLeft(gateway, ABRUPT_DISCONNECTS, async () => {
      const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
      const { promise, resolve } = Promise.withResolvers<void>();
      socket.once('open', () => socket.send('{"type":"connection_init"}'));
      socket.once('message', () => {
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
        socket.once('message', () => socket.terminate());
      });
      socket.once('close', () => resolve());
      await promise;
    });
  },
  PATIENCE_MS,
);

it.each(['variables', 'extensions', 'another'])(
  'retains no part of a message without effect while its subscription runs: %s',
  async (member) => {
    await using gateway = await startQuietGateway();
    const socket = await connected(gateway);
    const before = heapBytes();
    for (let id = 0; id < SUBSCRIPTIONS; id += 1) {
      const payload = { query: subscriptions[1], [member]: { unused: `${id}`.padEnd(LONG) } };
      socket.send(JSON.stringify({ id: `${id}`, type: 'subscribe', payload }));
    }
    await waitFor(() => gateway.statistics().live.events >= SUBSCRIPTIONS * 3, 'all snapshots are complete');
    expect(heapBytes() - before).toBeLessThan((SUBSCRIPTIONS * LONG) / 4);
    expect(gateway.statistics().live).toMatchObject({ subscribers: SUBSCRIPTIONS, sharedSubscriptions: 1 });
    socket.terminate();
  },
  PATIENCE_MS,
);

it(
  'retains no body of a request while its event stream runs',
  async () => {
    await using gateway = await startQuietGateway();
    const before = bufferBytes();
    const bodies = Array.from({ length: SUBSCRIPTIONS }, (_, id) =>
      JSON.stringify({ query: subscriptions[1], extensions: { unused: `${id}`.padEnd(LONG) } }),
    );
    const headers = { accept: 'text/event-stream', 'content-type': 'application/json' };
    const streams = bodies.map((body) => request(gateway.url, { method: 'POST', agent: false, headers }).end(body));
    await waitFor(() => gateway.statistics().live.events >= SUBSCRIPTIONS * 3, 'all snapshots are complete');
    await waitFor(() => bufferBytes() - before < (SUBSCRIPTIONS * LONG) / 4, 'the bodies are collected');
    expect(gateway.subscribers()).toBe(SUBSCRIPTIONS);
    for (const stream of streams) stream.on('error', () => undefined).destroy();
  },
  PATIENCE_MS,
);

/** Collects garbage and returns the bytes of all buffers of the process. */
function bufferBytes(): number {
  heapBytes();
  return process.memoryUsage().arrayBuffers;
}

/** Opens a WebSocket that has been acknowledged. */
async function connected(gateway: SimulatedGateway): Promise<WebSocket> {
  const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  return socket;
}

function readOneEvent(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { agent: false, headers: { accept: 'text/event-stream' } }, (response) => {
      response.on('data', (chunk) => {
        if (String(chunk).includes('event: next')) response.destroy();
      });
      response.once('close', resolve);
    });
    asking.once('error', reject);
    asking.end();
  });
}
