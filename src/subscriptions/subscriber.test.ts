import { setImmediate as nextIteration } from 'node:timers/promises';
import { GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { TrackedObjects } from '../../test/support/heap.ts';
import { SubscriptionCounters } from '../graphql/subscription-statistics.ts';
import { INITIAL_POSITION, type StreamPosition } from './cursor.ts';
import type { SerializedEvent } from './result-template.ts';
import type { EventType } from './source.ts';
import { INITIAL_CHECKPOINT, nextSequence, PendingEvent, type Checkpoint } from './pending-event.ts';
import { Subscriber, type SharedBatch } from './subscriber.ts';

/** A subscriber that is at a checkpoint, and whose sink can be closed. */
function startSubscriber(maxBytes = Infinity) {
  const ended: unknown[] = [];
  let bytes = 0;
  const addBytes = (more: number) => {
    bytes += more;
    return bytes > maxBytes ? new GraphQLError('too many') : undefined;
  };
  const sent: string[] = [];
  const positions: StreamPosition[] = [];
  const send = (event: SerializedEvent): void => {
    sent.push(event.text);
    void event.cursor; // encoded now
  };
  const sink = { ready: true, send, end: (error?: GraphQLError) => void ended.push(error?.message) };
  const cursorOf = (position: StreamPosition) => `cursor ${positions.push(position)}`;
  const subscriber = new Subscriber({ sink, counters: new SubscriptionCounters(), cursorOf, addBytes });
  let checkpoint = checkpointAt('1');
  /** Delivers one event per change, as the batch that ends at the version. */
  const deliver = (version: string, ...changes: readonly (readonly [EventType, string, string?])[]) => {
    const to = checkpointAt(version);
    const range = { version, fromCheckpoint: checkpoint, toSequence: to.sequence };
    const events = changes.map(([type, key, content = '']) => {
      const template = { content, serialize: (shown: EventType) => `${shown} ${key}` };
      return new PendingEvent({ ...range, type, key, template });
    });
    subscriber.deliver(events, to);
    checkpoint = to;
  };
  return {
    sent,
    ended,
    positions,
    sink,
    deliver,
    subscriber,
    flush: () => subscriber.flush(checkpoint),
    bytes: () => bytes,
  };
}

function checkpointAt(version: string): Checkpoint {
  return {
    position: { ...INITIAL_POSITION, version, changedVersion: version, visibility: { objects: 'all', related: {} } },
    sequence: nextSequence(),
  };
}

it('sends cursors that start with RESET until the queue is empty when queued events have cancelled each other out', () => {
  const { sent, positions, sink, deliver, flush } = startSubscriber();
  sink.ready = false;
  deliver('2', ['ADDED', 'short-lived']);
  deliver('3', ['ADDED', 'a']);
  deliver('4', ['ADDED', 'b']);
  deliver('5', ['DELETED', 'short-lived']);
  sink.ready = true;
  flush();
  // At version 3 the object existed, so a client that resumed from there would receive DELETED of an unknown object.
  expect(sent).toEqual(['ADDED a', 'ADDED b']);
  expect(positions).toEqual([INITIAL_POSITION, expect.objectContaining({ version: '5', pastCheckpoint: [] })]);
});

it('sends cursors of its position again when the queue has been empty since events cancelled each other out', () => {
  const { positions, sink, deliver, flush } = startSubscriber();
  sink.ready = false;
  deliver('2', ['ADDED', 'short-lived']);
  deliver('3', ['DELETED', 'short-lived']);
  deliver('4', ['ADDED', 'a'], ['ADDED', 'b']);
  sink.ready = true;
  flush();
  expect(positions.map(({ version }) => version)).toEqual(['3', '4']);
});

it('describes each event past the checkpoint in the cursors when a queue is sent', () => {
  const { positions, sink, deliver, flush } = startSubscriber();
  sink.ready = false;
  deliver('2', ['MODIFIED', 'a', 'first']);
  deliver('3', ['ADDED', 'b']);
  deliver('4', ['MODIFIED', 'a', 'second']);
  sink.ready = true;
  flush();
  expect(positions.map(({ version, pastCheckpoint }) => [version, pastCheckpoint.length])).toEqual([
    ['2', 1],
    ['4', 0],
  ]);
});

it('counts the events that are queued, one for each object, until they are sent or dropped', () => {
  const { sink, deliver, flush, subscriber, bytes } = startSubscriber();
  deliver('2', ['ADDED', 'a'], ['ADDED', 'b']);
  const counted = [bytes()];
  sink.ready = false;
  deliver('3', ['MODIFIED', 'a'], ['MODIFIED', 'b']);
  counted.push(bytes());
  deliver('4', ['MODIFIED', 'a', 'second']);
  counted.push(bytes());
  sink.ready = true;
  flush();
  counted.push(bytes());
  sink.ready = false;
  deliver('5', ['ADDED', 'c']);
  subscriber.discardPending();
  expect([...counted, bytes()]).toEqual([0, 400, 400, 0, 0]);
});

it('ends with the error, and counts nothing, when its queue exceeds the limit of its viewer', () => {
  const { sink, deliver, sent, ended, bytes } = startSubscriber(500);
  sink.ready = false;
  deliver('2', ['ADDED', 'a'], ['ADDED', 'b']);
  expect(ended).toEqual([]);
  deliver('3', ['ADDED', 'c']);
  expect([sent, ended, bytes()]).toEqual([[], ['too many'], 0]);
});

it('does not retain the texts of sent events when events of the same batch are queued', async () => {
  const { sink, deliver, flush } = startSubscriber();
  sink.ready = false;
  const keys = Array.from({ length: 50 }, (_, index) => `object-${index}`);
  deliver('2', ...keys.map((key) => ['MODIFIED', key, 'first'] as const), ['ADDED', 'queued']);
  deliver('3', ...keys.map((key) => ['MODIFIED', key, 'second'] as const));
  const events = new TrackedObjects();
  sink.send = (event) => {
    events.track(event);
    sink.ready = !event.text.endsWith('object-49');
  };
  sink.ready = true;
  flush();
  await nextIteration(); // tracked objects stay reachable until the end of this one
  expect([sink.ready, events.countReachable()]).toEqual([false, 0]);
});

it('does not retain the texts of a snapshot in the queue of a subscriber that does not read when another has been sent them', async () => {
  const checkpoint = checkpointAt('1');
  const events = ['a', 'b', 'c'].map((key) => {
    const template = { content: key, serialize: () => key };
    const range = { fromCheckpoint: INITIAL_CHECKPOINT, toSequence: checkpoint.sequence };
    return new PendingEvent({ ...range, type: 'ADDED', key, version: '1', template });
  });
  const texts = new TrackedObjects();
  const deliverTo = (ready: boolean): Subscriber => {
    const sink = { ready, send: (event: SerializedEvent) => void texts.track(event), end: () => undefined };
    const counters = new SubscriptionCounters();
    const subscriber = new Subscriber({ sink, counters, cursorOf: () => '', addBytes: () => undefined });
    subscriber.deliver(events, checkpoint);
    return subscriber;
  };
  const subscribers = [true, false].map(deliverTo);
  await nextIteration(); // tracked objects stay reachable until the end of this one
  expect([subscribers.length, texts.countReachable()]).toEqual([2, 0]);
});

/** Delivers a batch of events to caught-up subscribers. Returns what each has sent, and the number of serializations and cursors. */
function deliverShared(subscribers: number, keys: readonly string[]) {
  const counts = { serializations: 0, cursors: 0 };
  const [from, to] = [checkpointAt('1'), checkpointAt('2')];
  const serialize = (type: EventType) => {
    counts.serializations += 1;
    return type;
  };
  const cursorOf = ({ version, pastCheckpoint }: StreamPosition) => {
    counts.cursors += 1;
    return `${version}+${pastCheckpoint.length}`;
  };
  const events = keys.map((key) => {
    const template = { content: key, serialize };
    const range = { version: '2', fromCheckpoint: from, toSequence: to.sequence };
    return new PendingEvent({ ...range, type: 'MODIFIED', key, template });
  });
  const batch: SharedBatch = { fromCheckpoint: from };
  const sent = Array.from({ length: subscribers }, () => {
    const own: SerializedEvent[] = [];
    const sink = { ready: true, send: (event: SerializedEvent) => void own.push(event), end: () => undefined };
    const subscriber = new Subscriber({
      sink,
      counters: new SubscriptionCounters(),
      cursorOf,
      addBytes: () => undefined,
    });
    subscriber.deliver([], from);
    subscriber.deliver(events, to, batch);
    return own;
  });
  return { sent, counts: { ...counts, shared: batch.serialized?.length } };
}

function encode({ text }: SerializedEvent): Buffer {
  return Buffer.from(text);
}

function encodeFramed({ text }: SerializedEvent): Buffer {
  return Buffer.from(`<${text}>`);
}

it('serializes each event of a batch once, and shares its bytes, when 1,000 subscribers are caught up', () => {
  const { sent, counts } = deliverShared(1_000, ['a', 'b']);
  const encoders = [encode, encodeFramed]; // half of the subscribers have another transport
  const bytes = new Set(
    sent.flatMap((events, index) => events.map((event) => event.bytes(encoders[index % 2] ?? encode))),
  );
  expect({ counts, buffers: bytes.size }).toEqual({ counts: { serializations: 2, cursors: 0, shared: 2 }, buffers: 4 });
});

it('encodes the cursor of each event when the cursor is read', () => {
  const { sent } = deliverShared(1, ['a', 'b', 'c']);
  expect(sent[0]?.map(({ cursor }) => cursor)).toEqual(['1+1', '1+2', '2+0']);
});
