import { get, type IncomingMessage, type ServerResponse } from 'node:http';
import { expect, it } from 'vitest';
import { startLoopbackServer } from '../../test/support/loopback-server.ts';
import type { StatusError } from './status-error.ts';
import { MAX_EVENT_BYTES, readWatchStream, type WatchEvent } from './watch-stream.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';

it('returns events in order when each line has one', async () => {
  const { events, end } = await read(
    line('ADDED', object('a')) + line('MODIFIED', object('a')) + line('DELETED', object('a')),
  );
  expect(events).toMatchObject([
    { type: 'ADDED', object: { kind: 'Widget', metadata: { name: 'a' } } },
    { type: 'MODIFIED' },
    { type: 'DELETED' },
  ]);
  expect(end).toBe('end');
});

it('joins characters and lines when they arrive in pieces', async () => {
  const bytes = Buffer.from(line('ADDED', object('a', { color: 'größer 🦊' })));
  const { events } = await read(...Array.from(bytes, (byte) => Buffer.of(byte)));
  expect(events).toMatchObject([{ object: { spec: { color: 'größer 🦊' } } }]);
});

it('returns the time of the last write, and the object without managedFields, when it has some', async () => {
  const managedFields = [{ manager: 'a', time: '2026-01-02T03:04:05Z', fieldsV1: { 'f:spec': {} } }, { manager: 'b' }];
  const { metadata, spec } = object('a', { color: 'red' });
  const { events } = await read(line('ADDED', { metadata: { ...metadata, managedFields }, spec }));
  expect(events).toMatchObject([{ object: { metadata, spec }, writtenAt: Date.parse('2026-01-02T03:04:05Z') }]);
  expect(events[0]).not.toHaveProperty('object.metadata.managedFields');
});

it('keeps managedFields when they are no field of the metadata', async () => {
  const spec = { managedFields: [{ time: '2026-01-02T03:04:05Z' }] };
  const { events } = await read(line('ADDED', object('a', spec)));
  expect(events).toMatchObject([{ object: { spec }, writtenAt: undefined }]);
});

it('marks the bookmark when it ends the initial events', async () => {
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  const { events } = await read(
    line('BOOKMARK', { metadata: { resourceVersion: '7' } }),
    line('BOOKMARK', { metadata: { resourceVersion: '8', annotations } }),
  );
  expect(events).toEqual([
    { type: 'BOOKMARK', resourceVersion: '7', initialEventsEnd: false },
    { type: 'BOOKMARK', resourceVersion: '8', initialEventsEnd: true },
  ]);
});

it.each([
  ['{"type":"ADDED"', TypeError],
  ['null', TypeError],
  ['42', TypeError],
  ['{"type":"ADDED"}', TypeError],
  ['{"type":"ADDED","object":{"metadata":{"name":"x","uid":"1"}}}', TypeError],
  ['{"type":"PING","object":{}}', TypeError],
  ['{"type":"BOOKMARK","object":{}}', TypeError],
])('skips and reports a line when it is %s', async (malformedLine, kind) => {
  const { events, malformed, end } = await read(`${malformedLine}\n\n \n${line('ADDED', object('a'))}`);
  expect([events.length, malformed.length, end]).toEqual([1, 1, 'end']);
  expect(malformed[0]).toBeInstanceOf(kind);
});

it('throws the Status when an ERROR event arrives', async () => {
  const status = { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version: 1 (5)' };
  const { events, end } = await read(line('ERROR', status) + line('ADDED', object('a')));
  expect(events).toEqual([]);
  expect(end).toMatchObject({ code: 410, reason: 'Expired', message: 'too old resource version: 1 (5)' });
});

it.each(['{"type":"ERROR"}', '{"type":"ERROR","object":{"message":"?"}}'])(
  'throws 500 when an ERROR event is %s',
  async (error) => {
    expect((await read(`${error}\n`)).end).toMatchObject({ code: 500 });
  },
);

it('throws EventTooLarge before the line ends when it is longer than 10 MiB', async () => {
  const { events, malformed, end } = await readFrom((response) => {
    response.write(line('ADDED', object('a')));
    response.write('x'.repeat(MAX_EVENT_BYTES + 1)); // and no line end
  });
  expect([events.length, malformed.length]).toEqual([1, 0]);
  expect(end).toMatchObject({
    reason: 'EventTooLarge',
    message: 'Expected watch events of at most 10485760 bytes, got a larger one. The resource is listed again.',
  });
});

it('returns events when a line has the maximum size', async () => {
  const padding = MAX_EVENT_BYTES - line('ADDED', object('a', { color: '' })).length + 1;
  const { events, end } = await read(
    line('ADDED', object('a', { color: 'x'.repeat(padding) })),
    line('MODIFIED', object('b')),
  );
  expect([events.map(({ type }) => type), end]).toEqual([['ADDED', 'MODIFIED'], 'end']);
});

it('throws Broken when the connection is closed', async () => {
  const { events, end } = await readFrom((response) => {
    response.write(line('ADDED', object('a')), () => response.destroy());
  });
  expect(events).toHaveLength(1);
  expect(end).toMatchObject({ reason: 'Broken' });
});

it('throws Broken when no byte arrives within the idle timeout', async () => {
  const { events, end } = await readFrom((response) => void response.write(line('ADDED', object('a'))), {
    idleTimeoutMs: 50,
  });
  expect(events).toHaveLength(1);
  expect(end).toMatchObject({ reason: 'Broken', message: 'The watch was silent for 50 ms.' });
});

it('throws the error of the handler when it fails, and reads no further', async () => {
  const bug = new TypeError('a bug of ours');
  const { malformed, end } = await readFrom((response) => response.end(line('ADDED', object('a')).repeat(2)), {
    onEvent: () => {
      throw bug;
    },
  });
  expect([malformed, end]).toEqual([[], bug]);
});

it('returns the time of the write when managedFields have one', async () => {
  const managedFields = [{ time: '2024-05-01T10:00:00Z' }, { time: '2024-05-01T10:00:05Z' }, {}, null];
  const managed = { ...object('a'), metadata: { ...object('a').metadata, managedFields } };
  const { events } = await read(line('ADDED', managed), line('MODIFIED', object('a')));
  expect(events).toMatchObject([{ writtenAt: Date.parse('2024-05-01T10:00:05Z') }, { writtenAt: undefined }]);
});

interface Outcome {
  readonly events: readonly WatchEvent<WidgetObject>[];
  readonly malformed: readonly Error[];
  /** `end`, or the error. */
  readonly end: unknown;
}

function read(...pieces: readonly (string | Buffer)[]): Promise<Outcome> {
  return readFrom((response) => {
    for (const piece of pieces) response.write(piece);
    response.end();
  });
}

async function readFrom(
  answer: (response: ServerResponse) => void,
  options: { readonly idleTimeoutMs?: number; readonly onEvent?: () => void } = {},
): Promise<Outcome> {
  await using server = await startLoopbackServer({ answer });
  const response = await new Promise<IncomingMessage>((resolve) => void get(server.url, resolve));
  const events: WatchEvent<WidgetObject>[] = [];
  const malformed: Error[] = [];
  const end = await readWatchStream(response, {
    resource: Widget,
    idleTimeoutMs: 5_000,
    onEvent: (event) => void events.push(event),
    onMalformed: (error) => void malformed.push(error),
    ...options,
  }).then(
    () => 'end',
    (error: StatusError) => error,
  );
  return { events, malformed, end };
}

function object(name: string, spec: object = {}) {
  return { metadata: { name, namespace: 'default', uid: `uid-${name}`, resourceVersion: '5' }, spec };
}

function line(type: string, content: object): string {
  return `${JSON.stringify({ type, object: content })}\n`;
}
