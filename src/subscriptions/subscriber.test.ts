import { expect, it } from 'vitest';
import { SubscriptionCounters } from '../graphql/subscription-statistics.ts';
import { INITIAL_POSITION, type StreamPosition } from './cursor.ts';
import type { EventType } from './source.ts';
import { nextSequence, PendingEvent, Subscriber, type Checkpoint } from './subscriber.ts';

/** A subscriber that is at a checkpoint, and whose sink can be closed. */
function startSubscriber() {
  const sent: string[] = [];
  const positions: StreamPosition[] = [];
  const sink = { ready: true, send: ({ text }: { text: string }) => void sent.push(text), end: () => undefined };
  const cursorOf = (position: StreamPosition) => `cursor ${positions.push(position)}`;
  const subscriber = new Subscriber({ sink, counters: new SubscriptionCounters(), cursorOf });
  let checkpoint = checkpointAt('1');
  /** Delivers one event per change, as the batch that ends at the version. */
  const deliver = (version: string, ...changes: readonly [EventType, string, string?][]) => {
    const to = checkpointAt(version);
    const range = { version, fromCheckpoint: checkpoint, toSequence: to.sequence };
    const events = changes.map(([type, key, content = '']) => {
      const template = { content, serialize: (shown: EventType) => `${shown} ${key}` };
      return new PendingEvent({ ...range, type, key, template });
    });
    subscriber.deliver(events, to);
    checkpoint = to;
  };
  return { sent, positions, sink, deliver, subscriber, flush: () => subscriber.flush(checkpoint) };
}

function checkpointAt(version: string): Checkpoint {
  return {
    position: { version, pastCheckpoint: [], related: {}, visibility: { objects: 'all', related: {} } },
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
