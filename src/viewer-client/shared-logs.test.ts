import { expect, it } from 'vitest';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { namespace } from '../../test/support/manifests.ts';
import { podOf } from '../../test/support/pods.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { createApiConnection } from '../kubernetes/api-connection.ts';
import { Client } from '../kubernetes/client.ts';
import { isExpired } from '../kubernetes/status-error.ts';
import { SharedLogs, type FollowedLog, type FollowOptions } from './shared-logs.ts';

const POD = 'ws-nb-abcde-0';

interface Environment extends AsyncDisposable {
  readonly cluster: Simulator;
  readonly log: (text: string, at?: string) => void;
  readonly endLog: () => void;
  readonly follow: (change?: Partial<FollowedLog>, options?: Partial<FollowOptions>) => Follower;
  readonly requests: () => number;
}

/** One subscriber. `read` returns the texts of its next batch; undefined at the end. */
interface Follower {
  readonly read: () => Promise<readonly string[] | undefined>;
  readonly readAll: () => Promise<readonly string[]>;
  readonly stop: () => void;
}

async function startLogs(): Promise<Environment> {
  const cluster = await startSimulator({ objects: [namespace('team-a'), podOf('nb')] });
  const client = new Client(await createApiConnection({ type: 'text', text: cluster.kubeconfig }));
  const logs = new SharedLogs();
  const log: FollowedLog = {
    client,
    identity: 'gateway',
    pod: { namespace: 'team-a', name: POD },
    podUid: 'uid',
    options: { container: 'main', tailLines: 1_000 },
  };
  return {
    cluster,
    log: (text, at) => cluster.log('team-a', POD, 'main', text, { at }),
    endLog: () => cluster.endLog('team-a', POD, 'main'),
    follow: (change, options) =>
      follower((signal) => logs.follow({ ...log, ...change, options: { ...log.options, ...options } }, signal)),
    requests: () => cluster.requests.filter(({ subresource }) => subresource === 'log').length,
    [Symbol.asyncDispose]: () => cluster[Symbol.asyncDispose](),
  };
}

function follower(
  open: (signal: AbortSignal) => AsyncGenerator<readonly { readonly text: string }[], undefined>,
): Follower {
  const stopping = new AbortController();
  const batches = open(stopping.signal);
  const read = async () => (await batches.next()).value?.map(({ text }) => text);
  return {
    read,
    readAll: async () => {
      const texts: string[] = [];
      for (let batch = await read(); batch; batch = await read()) texts.push(...batch);
      return texts;
    },
    stop: () => stopping.abort(new Error('stopped')),
  };
}

function numbered(count: number, from = 0, padding = ''): string[] {
  return Array.from({ length: count }, (_, index) => `${from + index}${padding}`);
}

it('sends every line once and in order to 50 subscribers with one request', async () => {
  await using logs = await startLogs();
  logs.log(numbered(700).join('\n'));
  const all = Array.from({ length: 50 }, () => logs.follow().readAll());
  await waitFor(() => logs.cluster.openLogs === 1, 'the log is open');
  for (let from = 700; from < 2_000; from += 100) {
    logs.log(numbered(100, from).join('\n'));
    await new Promise(setImmediate);
  }
  logs.endLog();
  for (const texts of await Promise.all(all)) expect(texts).toEqual(numbered(2_000));
  expect(logs.requests()).toBe(1);
});

it('sends tailLines existing lines and all later ones to a subscriber who joins later', async () => {
  await using logs = await startLogs();
  logs.log('before\none');
  const first = logs.follow({}, { tailLines: 3 });
  expect(await first.read()).toEqual(['before', 'one']);
  const next = first.read();
  logs.log('two\nthree');
  expect(await next).toEqual(['two', 'three']);
  const reading = first.read();
  const second = logs.follow({}, { tailLines: 3 });
  expect(await second.read()).toEqual(['one', 'two', 'three']);
  logs.log('four');
  expect([await reading, await second.read(), logs.requests()]).toEqual([['four'], ['four'], 1]);
});

it('keeps more lines than tailLines for a subscriber who does not read', async () => {
  await using logs = await startLogs();
  logs.log('first');
  const [fast, slow] = [logs.follow({}, { tailLines: 1 }), logs.follow({}, { tailLines: 1 })];
  for (const reader of [fast, slow]) expect(await reader.read()).toEqual(['first']);
  for (const text of ['one', 'two', 'three']) {
    logs.log(text);
    expect(await fast.read()).toEqual([text]);
  }
  logs.endLog();
  expect([await slow.readAll(), logs.requests()]).toEqual([['one', 'two', 'three'], 1]);
});

it('opens no connection for a subscriber who has left', async () => {
  await using logs = await startLogs();
  const left = logs.follow();
  left.stop();
  await expect(left.read()).rejects.toThrow('stopped');
  logs.log('one');
  expect(await logs.follow().read()).toEqual(['one']);
  expect(logs.requests()).toBe(1);
});

it.each<[string, Partial<FollowedLog>, Partial<FollowOptions>]>([
  ['identity', { identity: 'viewer' }, {}],
  ['pod', { podUid: 'other' }, {}],
  ['tailLines', {}, { tailLines: 10 }],
  ['sinceTime', {}, { sinceTime: '2026-11-25T10:00:00Z' }],
  ['container', {}, { container: 'other' }],
  ['run of the container', {}, { previous: true }],
])('opens a connection of its own for another %s', async (_, change, options) => {
  await using logs = await startLogs();
  logs.log('one');
  const readers = [logs.follow(), logs.follow(change, options)];
  for (const reader of readers) reader.read().catch(() => undefined); // there may be no such log
  await expect.poll(logs.requests).toBe(2);
});

it('closes the connection when its last subscriber leaves, and not before', async () => {
  await using logs = await startLogs();
  logs.log('one');
  const [first, second] = [logs.follow(), logs.follow()];
  for (const reader of [first, second]) expect(await reader.read()).toEqual(['one']);
  const [waiting, remaining] = [first.read(), second.read()];
  first.stop();
  await expect(waiting).rejects.toThrow('stopped');
  logs.log('two');
  expect(await remaining).toEqual(['two']);
  second.stop();
  await waitFor(() => logs.cluster.openLogs === 0, 'the connection is closed');
  const third = logs.follow();
  expect([await third.read(), logs.requests()]).toEqual([['one', 'two'], 2]);
});

it('ends all subscribers with the error of the API server', async () => {
  await using logs = await startLogs();
  using _refused = logs.cluster.faults.refuse({
    status: 503,
    reason: 'ServiceUnavailable',
    when: ({ subresource }) => subresource === 'log',
  });
  const reads = Array.from({ length: 5 }, () => logs.follow().read());
  const refusal = { code: 503, reason: 'ServiceUnavailable' };
  await Promise.all(reads.map((read) => expect(read).rejects.toMatchObject(refusal)));
  expect(logs.requests()).toBe(1);
});

it('ends all subscribers with Broken when the connection fails, after the lines that came before', async () => {
  await using logs = await startLogs();
  logs.log('one');
  const readers = [logs.follow(), logs.follow()];
  for (const reader of readers) expect(await reader.read()).toEqual(['one']);
  const broken = readers.map((reader) => expect(reader.read()).rejects.toMatchObject({ reason: 'Broken' }));
  await logs.cluster.faults.stop();
  await Promise.all(broken);
});

const WIDE = 'x'.repeat(1_000);

/** Prints more lines than are kept, while a subscriber reads them. Returns those that it has received. */
async function readMany(
  logs: Environment,
  fast: Follower,
  { from = 0, at }: { readonly from?: number; readonly at?: string | undefined } = {},
): Promise<readonly string[]> {
  const received: string[] = [];
  for (let printed = 0; printed < 3_000; printed += 500) {
    logs.log(numbered(500, from + printed, WIDE).join('\n'), at);
    while (received.length < printed + 500) received.push(...((await fast.read()) ?? []));
  }
  return received;
}

it('sends all lines to other subscribers while one does not read, and the same to that one later', async () => {
  await using logs = await startLogs();
  logs.log('first');
  const [fast, slow] = [logs.follow(), logs.follow()];
  for (const reader of [fast, slow]) expect(await reader.read()).toEqual(['first']);
  expect(await readMany(logs, fast)).toEqual(numbered(3_000, 0, WIDE));
  logs.endLog();
  expect(await slow.readAll()).toEqual(numbered(3_000, 0, WIDE));
  expect(await fast.read()).toBeUndefined();
  expect(logs.requests()).toBe(2);
});

it('continues after equal lines of the same time without losing or repeating one', async () => {
  await using logs = await startLogs();
  const at = '2026-11-25T10:00:00.5Z';
  logs.log('before', '2026-11-25T10:00:00.25Z');
  logs.log('same\nsame', at);
  const [fast, slow] = [logs.follow(), logs.follow()];
  for (const reader of [fast, slow]) expect(await reader.read()).toEqual(['before', 'same', 'same']);
  const next = [fast.read(), slow.read()];
  logs.log('same', at);
  expect(await Promise.all(next)).toEqual([['same'], ['same']]);
  logs.log('same', at);
  expect(await fast.read()).toEqual(['same']);
  await readMany(logs, fast);
  logs.endLog();
  expect(await slow.readAll()).toEqual(['same', ...numbered(3_000, 0, WIDE)]);
});

it.each([
  { case: 'has lines of later seconds', at: undefined, hasEnded: false },
  { case: 'has ended within the same second', at: '2026-11-25T10:00:00Z', hasEnded: true },
])(
  'ends a subscriber who is behind with Expired when its next line is no longer in the log, which $case',
  async (log) => {
    await using logs = await startLogs();
    logs.log('first', '2026-11-25T10:00:00Z');
    const [fast, slow] = [logs.follow(), logs.follow()];
    for (const reader of [fast, slow]) expect(await reader.read()).toEqual(['first']);
    for (let from = 0; from < 12_000; from += 3_000) await readMany(logs, fast, { from, at: log.at });
    if (log.hasEnded) logs.endLog();
    const error: unknown = await slow.readAll().catch((failure: unknown) => failure);
    expect(isExpired(error)).toBe(true);
  },
);

it('opens a new connection for a subscriber whose existing lines are not all kept', async () => {
  await using logs = await startLogs();
  logs.log(numbered(900, 0, WIDE).join('\n'));
  const first = logs.follow();
  const received: string[] = [];
  while (received.length < 900) received.push(...((await first.read()) ?? []));
  const reading = first.read(); // drops what exceeds the limit
  logs.log('next');
  expect(await reading).toEqual(['next']);
  const second = logs.follow();
  const existing: string[] = [];
  while (existing.length < 901) existing.push(...((await second.read()) ?? []));
  expect([existing, logs.requests()]).toEqual([[...received, 'next'], 2]);
});

it('opens a new connection when the open one has not been read for a second', async () => {
  await using logs = await startLogs();
  logs.log('one\ntwo');
  const idle = logs.follow({}, { tailLines: 2 });
  expect(await idle.read()).toEqual(['one', 'two']);
  logs.log('three\nfour\nfive');
  await waitFor(async () => {
    const late = logs.follow({}, { tailLines: 2 });
    const lines = await late.read();
    late.stop();
    return lines?.[0] === 'four';
  }, 'a subscriber gets no more existing lines than tailLines');
});
