import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { kubeconfig } from '../../test/support/kubeconfig.ts';
import { startLoopbackServer, type LoopbackServer } from '../../test/support/loopback-server.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { Client } from './client.ts';
import { createApiConnection } from './api-connection.ts';
import { readPodLog, type LogLine, type PodLogOptions } from './pod-log.ts';

const at = { namespace: 'team-a', name: 'ws-0' };
const TIME = '2026-11-25T10:00:00.123456789Z';

async function clientOf({ url }: LoopbackServer): Promise<Client> {
  return new Client(await createApiConnection(kubeconfig({ server: url })));
}

async function batchesOf(
  answer: (response: ServerResponse) => void,
  options: Partial<PodLogOptions> = {},
): Promise<readonly (readonly LogLine[])[]> {
  await using server = await startLoopbackServer({ answer });
  const signal = AbortSignal.timeout(10_000);
  return await all(readPodLog(await clientOf(server), at, { signal, ...options }));
}

async function all<T>(items: AsyncIterable<T>): Promise<readonly T[]> {
  const collected: T[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

async function linesOf(...pieces: readonly (string | Buffer)[]): Promise<readonly LogLine[]> {
  const batches = await batchesOf((response) => {
    for (const piece of pieces) response.write(piece);
    response.end();
  });
  return batches.flat();
}

it('returns the timestamp of each line when the node wrote one', async () => {
  expect(await linesOf(`${TIME} first\n${TIME} second: a  b \nnothing noted\n${TIME} \n`)).toEqual([
    { time: TIME, text: 'first', truncated: false },
    { time: TIME, text: 'second: a  b ', truncated: false },
    { time: null, text: 'nothing noted', truncated: false },
    { time: TIME, text: '', truncated: false },
  ]);
});

it('returns times in UTC when the node uses another zone', async () => {
  const [line] = await linesOf('2026-11-25T11:30:00.5+01:30 text\n');
  expect(line?.time).toBe('2026-11-25T10:00:00.5Z');
});

it('joins characters and lines when they arrive in pieces, and returns a last line without line end', async () => {
  const bytes = Buffer.from(`${TIME} größer 🦊\n${TIME} unfinished`);
  const lines = await linesOf(...Array.from(bytes, (byte) => Buffer.of(byte)));
  expect(lines.map(({ text }) => text)).toEqual(['größer 🦊', 'unfinished']);
});

it('cuts a line when it is longer than 16 Ki characters, and continues with the next', async () => {
  const endless = Array.from({ length: 100 }, () => 'x'.repeat(10_000));
  const lines = await linesOf(`${TIME} `, ...endless, `\n${TIME} next\n`);
  expect(lines.map(({ text, truncated }) => [text.length, truncated])).toEqual([
    [16_384 - TIME.length - 1, true],
    [4, false],
  ]);
});

it('returns batches of at most 500 lines when a log is long', async () => {
  const batches = await batchesOf((response) => response.end(`${TIME} line\n`.repeat(1_201)));
  expect(Math.max(...batches.map(({ length }) => length))).toBe(500);
  expect(batches.flat()).toHaveLength(1_201);
});

it('sends the options when a log is requested', async () => {
  await using server = await startLoopbackServer({ answer: (response) => response.end() });
  const options = { container: 'main', tailLines: 7, sinceTime: TIME, previous: true, follow: true };
  await all(readPodLog(await clientOf(server), at, { ...options, signal: AbortSignal.timeout(10_000) }));
  const asked = new URL(server.seen[0]?.url ?? '', server.url);
  expect(asked.pathname).toBe('/api/v1/namespaces/team-a/pods/ws-0/log');
  expect(Object.fromEntries(asked.searchParams)).toEqual({
    container: 'main',
    tailLines: '7',
    sinceTime: TIME,
    previous: 'true',
    follow: 'true',
    timestamps: 'true',
  });
});

it('returns the Status, and Broken when the log ends early', async () => {
  const status = { kind: 'Status', code: 400, reason: 'BadRequest', message: 'container "main" is waiting to start' };
  const refused = batchesOf((response) => response.writeHead(400).end(JSON.stringify(status)));
  await expect(refused).rejects.toMatchObject({ code: 400, message: status.message });
  const cut = batchesOf((response) => void response.write(`${TIME} a\n`, () => response.destroy()));
  await expect(cut).rejects.toMatchObject({ code: 503, reason: 'Broken' });
});

it('reads only when a batch is requested, and closes the connection when it is aborted', async () => {
  let written = 0;
  const chunk = `${TIME} ${'x'.repeat(1_000)}\n`.repeat(64);
  let answering: ServerResponse | undefined;
  const pour = (response: ServerResponse) => {
    answering = response;
    while (!response.destroyed && response.write(chunk)) written += chunk.length;
    written += chunk.length;
    response.once('drain', () => pour(response));
  };
  await using server = await startLoopbackServer({ answer: pour });
  const stopping = new AbortController();
  const log = readPodLog(await clientOf(server), at, { follow: true, signal: stopping.signal });
  await log.next();
  let before = -1;
  await waitFor(() => {
    const stalled = before === written;
    before = written;
    return stalled;
  }, 'the server can write no more');
  expect(written).toBeLessThan(32 * 1024 * 1024); // what kernel and stream buffers hold, and no more
  await log.next();
  const closed = answering ? once(answering, 'close') : undefined;
  const next = all(log);
  stopping.abort(new Error('enough'));
  await expect(next).rejects.toThrow('enough');
  await closed;
});
