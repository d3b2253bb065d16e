import { expect, it, onTestFinished, vi } from 'vitest';
import { FlowControl, MIN_BUFFER_BYTES, type Transport } from './flow-control.ts';

const SLOW_READER_TIMEOUT_MS = 10_000;
const MAX_PENDING_BYTES = 4 * MIN_BUFFER_BYTES;

/** A connection whose client takes bytes only when the test says so. */
class TestTransport implements Transport {
  pendingBytes = 0;
  takenBytes = 0;
  closes = 0;
  readonly cork = (): void => undefined;
  readonly uncork = (): void => undefined;

  closeStalled(): void {
    this.closes += 1;
  }
}

function start() {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const stalled: number[] = [];
  const control = new FlowControl(
    {
      maxPendingBytes: MAX_PENDING_BYTES,
      maxPendingBytesPerViewer: 6 * MIN_BUFFER_BYTES,
      slowReaderTimeoutMs: SLOW_READER_TIMEOUT_MS,
    },
    () => stalled.push(1),
  );
  const open = (viewer: string) => {
    const transport = new TestTransport();
    return { transport, flow: control.open(transport, viewer) };
  };
  return { control, stalled, open };
}

it('is ready while a connection has fewer unsent bytes than its limit', () => {
  const { transport, flow } = start().open('ann');
  const ready = [0, MAX_PENDING_BYTES - 1, MAX_PENDING_BYTES].map((bytes) => {
    transport.pendingBytes = bytes;
    return flow.ready;
  });
  expect(ready).toEqual([true, true, false]);
});

it('does not add up the bytes of other connections when it waits for its client', () => {
  const { open } = start();
  const [first, second] = [open('ann'), open('ann')];
  first.transport.pendingBytes = 6 * MIN_BUFFER_BYTES;
  second.transport.pendingBytes = 2 * MIN_BUFFER_BYTES;
  expect(second.flow.ready).toBe(false);
  let reads = 0;
  Object.defineProperty(first.transport, 'pendingBytes', { get: () => (reads += 1) });
  expect([second.flow.ready, second.flow.ready, reads]).toEqual([false, false, 0]);
});

it('is ready with little when the connections of the viewer have reached their limit, and again when one is closed', () => {
  const { control, open } = start();
  const [first, second, third] = [open('ann'), open('ann'), open('bob')];
  for (const { transport } of [first, second, third]) transport.pendingBytes = 3 * MIN_BUFFER_BYTES;
  expect([first.flow.ready, third.flow.ready, control.pendingBytes]).toEqual([false, true, 9 * MIN_BUFFER_BYTES]);
  first.transport.pendingBytes = MIN_BUFFER_BYTES - 1;
  second.transport.pendingBytes = 6 * MIN_BUFFER_BYTES;
  expect(first.flow.ready).toBe(true);
  second.flow[Symbol.dispose]();
  first.flow.drained();
  first.transport.pendingBytes = 3 * MIN_BUFFER_BYTES;
  expect([first.flow.ready, control.pendingBytesOf('ann')]).toEqual([true, 3 * MIN_BUFFER_BYTES]);
});

it('disconnects a client once when it takes nothing in the time', () => {
  const { stalled, open } = start();
  const { transport, flow } = open('ann');
  transport.pendingBytes = MAX_PENDING_BYTES;
  expect(flow.ready).toBe(false);
  vi.advanceTimersByTime(SLOW_READER_TIMEOUT_MS - 1);
  transport.takenBytes += 1;
  vi.advanceTimersByTime(1);
  expect(stalled).toEqual([]);
  vi.advanceTimersByTime(SLOW_READER_TIMEOUT_MS);
  expect([stalled, transport.closes]).toEqual([[1], 1]);
  flow.closeStalled();
  expect([stalled, transport.closes]).toEqual([[1], 1]);
});

it.each<[string, (flow: ReturnType<FlowControl['open']>) => void]>([
  ['it has taken all', (flow) => flow.drained()],
  ['its connection is closed', (flow) => flow[Symbol.dispose]()],
])('does not disconnect a client when %s', (_, act) => {
  const { stalled, open } = start();
  const { transport, flow } = open('ann');
  transport.pendingBytes = MAX_PENDING_BYTES;
  expect([flow.ready, flow.ready]).toEqual([false, false]);
  act(flow);
  vi.advanceTimersByTime(2 * SLOW_READER_TIMEOUT_MS);
  expect(stalled).toEqual([]);
});
