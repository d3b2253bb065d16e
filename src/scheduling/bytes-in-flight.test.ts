import { expect, it } from 'vitest';
import { BytesInFlight, type RequestEnd } from './bytes-in-flight.ts';

const MEBIBYTE = 1024 * 1024;
const reading = { pendingBytes: 0, takenBytes: 0, closeStalled: () => undefined };

class TestClient implements RequestEnd {
  isOver = false;
  readonly #handlers: (() => void)[] = [];

  onOver(handler: () => void): void {
    if (this.isOver) handler();
    else this.#handlers.push(handler);
  }

  readonly leave = (): void => {
    this.isOver = true;
    for (const handler of this.#handlers) handler();
  };
}

function openIn(account: BytesInFlight, viewer: string, bytes: number) {
  const client = new TestClient();
  const request = account.open({ viewer, until: client, transport: reading });
  request.add(bytes);
  return { request, end: client.leave };
}

it('lets a request wait until there is room', async () => {
  const account = new BytesInFlight(10 * MEBIBYTE);
  const first = openIn(account, 'ann', 8 * MEBIBYTE);
  const second = openIn(account, 'ann', 4 * MEBIBYTE);
  expect([first.request.mustWait(), second.request.mustWait()]).toEqual([false, true]);
  const started = second.request.start();
  expect(account.total).toBe(8 * MEBIBYTE);
  first.end();
  expect(await started).toBe(true);
  expect(account.total).toBe(4 * MEBIBYTE);
  second.end();
  expect(account.total).toBe(0);
});

it('starts a request that is larger than the limit when no other is counted', () => {
  const account = new BytesInFlight(MEBIBYTE);
  expect(openIn(account, 'ann', 2 * MEBIBYTE).request.mustWait()).toBe(false);
});

it('does not count small requests', () => {
  const account = new BytesInFlight(MEBIBYTE);
  openIn(account, 'ann', 2 * MEBIBYTE).request.mustWait();
  expect(openIn(account, 'bob', 64 * 1024).request.mustWait()).toBe(false);
  expect(account.total).toBe(2 * MEBIBYTE);
});

it('starts the request of the viewer with the fewest bytes first', async () => {
  const account = new BytesInFlight(10 * MEBIBYTE);
  const [one, two] = [openIn(account, 'ann', 5 * MEBIBYTE), openIn(account, 'ann', 5 * MEBIBYTE)];
  expect([one.request.mustWait(), two.request.mustWait()]).toEqual([false, false]);
  const order: string[] = [];
  const wait = ({ request }: typeof one, name: string) => request.start().then(() => order.push(name));
  const started = [
    wait(openIn(account, 'ann', 5 * MEBIBYTE), 'ann'),
    wait(openIn(account, 'bob', 5 * MEBIBYTE), 'bob'),
  ];
  one.end();
  await started[1];
  two.end();
  await started[0];
  expect(order).toEqual(['bob', 'ann']);
});

it('refuses a request when there is no room in time, and starts others', async () => {
  const account = new BytesInFlight(MEBIBYTE, { maxWaitMs: 1 });
  const first = openIn(account, 'ann', MEBIBYTE);
  first.request.mustWait();
  const second = openIn(account, 'bob', MEBIBYTE);
  expect(await second.request.start()).toBe(false);
  expect(account.refusals).toBe(1);
  first.end();
  expect(openIn(account, 'bob', MEBIBYTE).request.mustWait()).toBe(false);
  second.end();
  expect(account.total).toBe(MEBIBYTE);
});

it('counts an answer that is larger than estimated, and estimates larger results from then on', () => {
  const account = new BytesInFlight(10 * MEBIBYTE);
  const { request, end } = openIn(account, 'ann', 0);
  request.addCost(1_000);
  request.answer(MEBIBYTE);
  expect(account.total).toBe(MEBIBYTE);
  expect(account.bytesPerCost).toBeGreaterThan(1_000);
  end();
  expect(account.total).toBe(0);
});

it.each([
  ['a result', ({ request }: ReturnType<typeof openIn>) => void request.mustWait()],
  ['an answer', ({ request }: ReturnType<typeof openIn>) => request.answer(2 * MEBIBYTE)],
])('does not count %s that gets large after its client has left', (_, count) => {
  const account = new BytesInFlight(10 * MEBIBYTE);
  const opened = openIn(account, 'ann', 0);
  opened.end();
  opened.request.add(MEBIBYTE);
  count(opened);
  expect(account.total).toBe(0);
});

it('disconnects a client that takes nothing of its answer while another request waits', async () => {
  const account = new BytesInFlight(MEBIBYTE);
  const client = new TestClient();
  const stalled = { pendingBytes: MEBIBYTE, takenBytes: 0, closeStalled: client.leave };
  account.open({ viewer: 'ann', until: client, transport: stalled }).answer(MEBIBYTE);
  expect(await openIn(account, 'bob', MEBIBYTE).request.start()).toBe(true);
  expect({ closes: account.closes, total: account.total }).toEqual({ closes: 1, total: MEBIBYTE });
});

it.each([
  ['disconnects a client that sends little of its body', MEBIBYTE / 100, { hasRoom: true, closes: 1 }],
  ['keeps a client that sends its body steadily', MEBIBYTE / 40, { hasRoom: false, closes: 0 }],
])('%s while another request waits', async (_, bytesPerCheck, expected) => {
  const account = new BytesInFlight(MEBIBYTE, { maxWaitMs: 3_000 });
  let receivedBytes = 0;
  const client = new TestClient();
  const transport = {
    pendingBytes: 0,
    takenBytes: 0,
    get receivedBytes() {
      return (receivedBytes += bytesPerCheck);
    },
    closeStalled: client.leave,
  };
  const request = account.open({ viewer: 'ann', until: client, transport });
  request.add(MEBIBYTE);
  expect(request.mustWait()).toBe(false);
  const other = openIn(account, 'bob', MEBIBYTE);
  expect({ hasRoom: await other.request.start(), closes: account.closes }).toEqual(expected);
  client.leave();
  other.end();
});

it('lets requests wait whose results are larger than estimated, except for the oldest, until there is room', async () => {
  const account = new BytesInFlight(10 * MEBIBYTE);
  const [first, second, third] = ['ann', 'ann', 'bob'].map((viewer) => openIn(account, viewer, MEBIBYTE));
  const all = [first, second, third].flatMap((each) => each ?? []);
  expect(all.map(({ request }) => request.mustWait())).toEqual([false, false, false]);
  for (const { request } of all) request.atLeast(6 * MEBIBYTE);
  expect(all.map(({ request }) => request.mustWait())).toEqual([false, true, true]);
  const started = all.slice(1).map(({ request }) => request.start());
  first?.end(); // 12 MiB are counted still
  expect(await started[0]).toBe(true);
  second?.request.atLeast(7 * MEBIBYTE);
  expect([second?.request.mustWait(), third?.request.mustWait()]).toEqual([false, true]);
  second?.end();
  expect(await started[1]).toBe(true);
  expect(account.total).toBe(6 * MEBIBYTE);
});

it('refuses a counted request when there is no room for the rest of its result in time', async () => {
  const account = new BytesInFlight(MEBIBYTE, { maxWaitMs: 1 });
  const [first, second] = [openIn(account, 'ann', 100_000), openIn(account, 'bob', 100_000)];
  expect([first.request.mustWait(), second.request.mustWait()]).toEqual([false, false]);
  second.request.atLeast(2 * MEBIBYTE);
  expect(await second.request.start()).toBe(false);
  expect({ refusals: account.refusals, total: account.total }).toEqual({ refusals: 1, total: 100_000 });
});
