import { describe, expect, it } from 'vitest';
import { MAX_EVENT_BYTES } from '../kubernetes/watch-stream.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { widget } from '../../dev/simulator/test-simulator.ts';
import {
  requestsOf,
  breakWatch,
  DEFINITION,
  endWatch,
  forgetBetweenPages,
  discover,
  PATIENCE_MS,
  refuseWatch,
  startReflection,
  waitingForList,
  watching,
  watchingAgain,
  type Reflection,
} from '../../test/support/reflection.ts';

describe('the first list', () => {
  it('lists and watches in one request', async () => {
    await using reflection = await startReflection({ objects: [widget('a'), widget('b')] });
    await watching(reflection);
    reflection.simulator.apply(widget('c'));
    await waitFor(() => reflection.names().join() === 'a,b,c', 'the change has arrived');
    expect(reflection.listed).toEqual(['start']);
    expect([requestsOf(reflection, 'list'), requestsOf(reflection, 'watch')]).toMatchObject([[], [{ status: 200 }]]);
    expect(requestsOf(reflection, 'watch')[0]?.url).toContain('timeoutSeconds=300');
  });

  it('lists page by page, now and later, when the server refuses streaming lists', async () => {
    const objects = [widget('a')];
    await using reflection = await startReflection({
      objects,
      before: ({ faults }) => faults.rejectStreamingLists(true),
    });
    await watching(reflection);
    reflection.simulator.faults.expireWatches();
    await waitFor(() => reflection.listed.length === 2, 'it has listed again');
    await watching(reflection);
    expect(requestsOf(reflection, 'watch').map(({ status }) => status)).toEqual([422, 200, 200]);
    expect([reflection.names(), reflection.failures]).toEqual([['a'], ['expired']]);
  });

  it('lists page by page when a streaming list is not complete in time', async () => {
    const objects = [widget('a')];
    await using reflection = await startReflection({
      objects,
      before: ({ faults }) => faults.ignoreStreamingLists(true),
    });
    await waitingForList(reflection);
    expect(reflection.store.version).toBe('');
    reflection.clock.pass(PATIENCE_MS);
    await waitFor(() => reflection.listed.length === 1, 'it has listed');
    expect([reflection.names(), reflection.failures, requestsOf(reflection, 'list').length]).toEqual([['a'], [], 1]);
  });

  it('lists page by page when the server ends a streaming list before it is complete', async () => {
    const objects = [widget('a')];
    await using reflection = await startReflection({
      objects,
      before: ({ faults }) => faults.ignoreStreamingLists(true),
    });
    await waitingForList(reflection);
    reflection.simulator.faults.endWatches();
    await watching(reflection);
    expect([reflection.names(), reflection.failures, requestsOf(reflection, 'list').length]).toEqual([['a'], [], 1]);
  });

  it('lists again when the continue token expires between two pages', async () => {
    const objects = Array.from({ length: 501 }, (_, index) => widget(`w-${index}`));
    await using reflection = await startReflection({ objects, before: forgetBetweenPages });
    await waitFor(() => reflection.store.size === 502, 'everything has been read');
    expect([reflection.failures, reflection.listed]).toEqual([['expired'], ['expired']]);
  });
});

it('keeps the parts of an object that an event or a list has not changed', async () => {
  await using reflection = await startReflection({ objects: [widget('a', { size: 1 })] });
  const at = { namespace: 'default', name: 'a' };
  await watching(reflection);
  const spec = reflection.store.get(at)?.spec;
  reflection.simulator.apply(widget('a', { size: 1 }, { labels: { label: 'one' } }));
  await waitFor(() => reflection.store.get(at)?.metadata.labels?.['label'] === 'one', 'the event has arrived');
  expect(reflection.store.get(at)?.spec).toBe(spec);
  reflection.simulator.faults.expireWatches();
  reflection.simulator.apply(widget('a', { size: 1 }, { labels: { label: 'two' } }));
  await waitFor(() => reflection.listed.length === 2, 'it has listed again');
  expect(reflection.store.get(at)).toMatchObject({ metadata: { labels: { label: 'two' } } });
  expect(reflection.store.get(at)?.spec).toBe(spec);
});

describe('a watch that ends', () => {
  it('watches from the same version without a list when a watch ends', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await watching(reflection);
    reflection.simulator.faults.endWatches();
    reflection.simulator.apply(widget('b'));
    await waitFor(() => reflection.names().join() === 'a,b', 'the change has arrived');
    expect([reflection.listed, reflection.failures, reflection.clock.slept]).toEqual([['start'], [], [0]]);
  });

  it('backs off longer and longer when watches end without an event', async () => {
    await using reflection = await startReflection();
    for (let times = 0; times < 5; times += 1) await endWatch(reflection);
    expect(reflection.clock.slept).toEqual([0, 0, 800, 1_600, 3_200]);
    reflection.simulator.apply(widget('a'));
    await waitFor(() => reflection.store.size === 1, 'the change has arrived');
    await endWatch(reflection);
    expect(reflection.clock.slept.at(-1)).toBe(0);
  });

  it('resets the backoff when a watch has lasted five seconds, even without events', async () => {
    await using reflection = await startReflection();
    for (let times = 0; times < 4; times += 1) {
      await watching(reflection);
      reflection.clock.pass(5_000);
      await endWatch(reflection);
    }
    expect(reflection.clock.slept).toEqual([0, 0, 0, 0]);
  });

  it('watches from the last bookmark when a watch ends', async () => {
    await using reflection = await startReflection({ bookmarkIntervalMs: 20 });
    await watching(reflection);
    reflection.simulator.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } });
    const { resourceVersion = '' } = reflection.simulator.get('v1', 'Namespace', 'elsewhere')?.metadata ?? {};
    await waitFor(() => reflection.store.version === resourceVersion, 'the version has moved on');
    await endWatch(reflection);
    expect(requestsOf(reflection, 'watch').at(-1)?.url).toContain(`resourceVersion=${resourceVersion}`);
  });
});

describe('a connection that breaks', () => {
  it('watches at once when a connection breaks, and backs off when it breaks again', async () => {
    await using reflection = await startReflection();
    for (let times = 0; times < 4; times += 1) await breakWatch(reflection);
    expect(reflection.clock.slept).toEqual([0, 800, 1_600, 2_000]);
    expect([reflection.failures, reflection.listed]).toEqual([Array.from({ length: 4 }, () => 'broken'), ['start']]);
    expect(new Set(requestsOf(reflection, 'list').map(({ url }) => url.split('?')[1]))).toEqual(new Set(['limit=1']));
  });

  it('watches at once, and does not list, when a connection breaks that has carried an event since it broke last', async () => {
    await using reflection = await startReflection();
    for (const [index, name] of ['a', 'b'].entries()) {
      for (let times = 0; times < 3; times += 1) await breakWatch(reflection);
      reflection.simulator.apply(widget(name));
      await waitFor(() => reflection.store.size === index + 1, 'the event has arrived');
      reflection.clock.pass(10_000);
    }
    expect([reflection.clock.slept, reflection.listed]).toEqual([[0, 800, 1_600, 0, 800, 1_600], ['start']]);
  });

  it('backs off up to 2 s while the server is unreachable', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await watching(reflection);
    await reflection.simulator.faults.stop();
    await waitFor(() => reflection.clock.slept.length >= 9, 'it has tried for a while');
    await reflection.simulator.faults.start();
    await watching(reflection);
    const waits = [0, 800, 1_600, 2_000, 2_000, 2_000, 2_000, 2_000, 2_000];
    expect([reflection.clock.slept.slice(0, 9), reflection.names()]).toEqual([waits, ['a']]);
    expect(new Set(reflection.failures)).toEqual(new Set(['broken', 'unreachable']));
  });
});

describe('a server that refuses', () => {
  it.each([429, 503])('waits at least for Retry-After when the server responds %i', async (status) => {
    await using reflection = await startReflection();
    await refuseWatch(reflection, { status, retryAfterSeconds: 1, times: 3 });
    expect(reflection.clock.slept).toEqual([0, 1_000, 1_600, 3_200]);
    expect([new Set(reflection.failures), reflection.listed]).toEqual([new Set(['overloaded']), ['start']]);
  });

  it.each([
    [401, 'unauthorized', [0, 0, 800, 1_600]],
    [403, 'forbidden', [0, 800, 1_600, 3_200]],
    [500, 'server-error', [0, 800, 1_600, 3_200]],
  ])('retries from the same version when the server responds %i', async (status, cause, waits) => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await refuseWatch(reflection, { status, times: 3 });
    expect([reflection.clock.slept, new Set(reflection.failures)]).toEqual([waits, new Set([cause])]);
    expect([reflection.listed, reflection.store.failure, reflection.names()]).toEqual([['start'], undefined, ['a']]);
  });

  it('lists after the third refusal when its version is too large for the server', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    const message = 'Timeout: Too large resource version: 9, current: 1';
    await refuseWatch(reflection, { status: 504, message, times: 3 });
    await waitFor(() => reflection.listed.length === 2, 'it has listed again');
    expect(reflection.clock.slept).toEqual([0, 800, 1_600, 3_200]);
    expect([reflection.listed, reflection.names()]).toEqual([['start', 'too-large-version'], ['a']]);
  });

  it('sets the failure of the store when the first request is refused', async () => {
    const refused = { status: 403, times: Infinity };
    await using reflection = await startReflection({ before: ({ faults }) => void faults.refuse(refused) });
    await waitFor(() => reflection.store.failure !== undefined, 'the store has failed');
    expect(reflection.store.failure).toMatchObject({ code: 403 });
  });
});

describe('an expired version', () => {
  it.each(['event', 'status'] as const)(
    'lists at once when its version has expired, reported by %s',
    async (answer) => {
      await using reflection = await startReflection({ objects: [widget('a'), widget('b')] });
      await watching(reflection);
      reflection.simulator.faults.endWatches();
      reflection.simulator.delete('example.org/v1', 'Widget', 'b', 'default');
      reflection.simulator.apply(widget('c'));
      reflection.simulator.faults.compact({ answer });
      await waitFor(() => reflection.names().join() === 'a,c', 'it has caught up');
      expect([reflection.failures, reflection.listed, reflection.clock.slept]).toEqual([
        ['expired'],
        ['start', 'expired'],
        [0, 0],
      ]);
    },
  );
});

describe('a kind that is not served any more', () => {
  it('asks discovery at intervals while its kind is not served, then lists', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await watching(reflection);
    const definition = reflection.simulator.get(...DEFINITION);
    reflection.simulator.delete(...DEFINITION);
    await waitFor(() => reflection.store.failure !== undefined, 'the store has failed');
    expect(reflection.store).toMatchObject({ failure: { reason: 'KindUnavailable' }, version: '', size: 0 });
    for (const times of [1, 2]) await discover(reflection, times);
    if (definition) reflection.simulator.apply(definition);
    reflection.simulator.apply(widget('b'));
    await discover(reflection, 3);
    await waitFor(() => reflection.names().join() === 'b', 'it is listed');
    expect(reflection.listed).toEqual(['start', 'kind-unavailable']);
  });
});

describe('an error in the reflector', () => {
  it('skips a malformed line', async () => {
    await using reflection = await startReflection();
    await watching(reflection);
    reflection.simulator.faults.injectLine('{"type":"ADDED","object":{}}');
    reflection.simulator.apply(widget('a'));
    await waitFor(() => reflection.store.size === 1, 'the change has arrived');
    expect([reflection.malformed.length, requestsOf(reflection, 'watch').length, reflection.failures]).toEqual([
      1,
      1,
      [],
    ]);
  });

  it.each([
    ['cannot be decoded', '{"type":"MODIFIED","object":{"metadata":{"name":"a"}}}'],
    ['is of an unknown type', '{"type":"RENAMED","object":{}}'],
    ['is a bookmark without a version', '{"type":"BOOKMARK","object":{"metadata":{}}}'],
    ['is cut', '{"type":"MODIFIED","object":{"metada'],
    ['is not JSON', '<html>'],
    ['is not an object', 'null'],
  ])('lists again after a second when a watch event %s', async (_, line) => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await watching(reflection);
    reflection.simulator.faults.injectLine(line);
    reflection.simulator.faults.injectLine(line);
    await waitFor(() => reflection.malformed.length === 2, 'both have been reported');
    expect(reflection.listed).toEqual(['start']);
    reflection.clock.pass(1_000);
    await waitFor(() => reflection.listed.length === 2, 'it has listed again');
    await watching(reflection);
    expect([reflection.listed, reflection.failures, requestsOf(reflection, 'list').length]).toEqual([
      ['start', 'malformed'],
      [],
      1,
    ]);
  });

  it('lists less and less often when events keep being malformed', async () => {
    await using reflection = await startReflection();
    const waits: number[] = [];
    for (let round = 1; round <= 4; round += 1) {
      await watchingAgain(reflection, round);
      reflection.simulator.faults.injectLine('{}');
      await waitFor(() => reflection.malformed.length === round, 'it has been reported');
      const waitMs = Math.min(...reflection.clock.timers);
      waits.push(waitMs);
      reflection.clock.pass(waitMs);
      await waitFor(() => reflection.listed.length === round + 1, 'it has listed again');
    }
    expect(waits).toEqual([1_000, 10_000, 20_000, 40_000]);
  });

  it('lists when an ERROR event other than 410 repeats at one version', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    for (const times of [1, 2]) {
      await watchingAgain(reflection, times);
      reflection.simulator.faults.injectLine(ERROR_EVENT);
      await waitFor(() => reflection.failures.length === times, 'it has failed');
    }
    await waitFor(() => reflection.listed.length === 2, 'it has listed again');
    await watching(reflection);
    expect([reflection.listed, reflection.clock.slept]).toEqual([
      ['start', 'server-error'],
      [800, 1_600],
    ]);
  });

  it('retries from the same version when an ERROR event comes after progress', async () => {
    await using reflection = await startReflection();
    for (const [index, name] of ['a', 'b', 'c'].entries()) {
      await watchingAgain(reflection, index + 1);
      reflection.simulator.apply(widget(name));
      await waitFor(() => reflection.names().includes(name), 'the change has arrived');
      reflection.simulator.faults.injectLine(ERROR_EVENT);
      await waitFor(() => reflection.failures.length === reflection.names().length, 'it has failed');
    }
    await watching(reflection);
    expect(reflection.listed).toEqual(['start']);
  });

  it('lists when the server refuses watches of one version four times', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await refuseWatch(reflection, { status: 500, times: 4 });
    await waitFor(() => reflection.listed.length === 2, 'it has listed again');
    expect(reflection.listed).toEqual(['start', 'server-error']);
  });

  it('lists again after ten seconds when an event is larger than 10 MiB', async () => {
    await using reflection = await startReflection();
    await watching(reflection);
    reflection.simulator.apply(widget('large', { color: 'x'.repeat(MAX_EVENT_BYTES) }));
    await waitFor(() => reflection.failures.length > 0, 'the event has been refused');
    expect([reflection.failures, reflection.listed, reflection.names()]).toEqual([['event-too-large'], ['start'], []]);
    reflection.clock.pass(PATIENCE_MS);
    await waitFor(() => reflection.listed.length === 2, 'it has listed again');
    await watching(reflection);
    expect([reflection.names(), reflection.failures.length]).toEqual([['large'], 1]);
    // The streaming list has the object in an event, too, so the list is a paged one.
    expect([reflection.malformed.length, requestsOf(reflection, 'list').length]).toEqual([1, 1]);
  });

  it('lists again when an event handler throws', async () => {
    await using reflection = await startReflection();
    await watching(reflection);
    const removeHandler = reflection.store.addEventHandler({ changed: fail, reset: fail, failed: fail });
    reflection.simulator.apply(widget('a'));
    await waitFor(() => reflection.failures.length > 0, 'it has been reported');
    removeHandler();
    await waitFor(() => reflection.listed.length === 2, 'it has listed again');
    expect([reflection.failures, reflection.listed[1], reflection.names()]).toEqual([['bug'], 'bug', ['a']]);
  });
});

describe('the abort signal', () => {
  it.each<[string, (reflection: Reflection) => Promise<unknown>]>([
    ['it has just started', () => Promise.resolve()],
    ['it waits for the end of the initial events', waitingForList],
    ['the server is unreachable', async ({ simulator }) => simulator.faults.stop()],
    ['it waits for the kind', async ({ simulator }) => simulator.delete(...DEFINITION)],
  ])('stops when its signal aborts while %s', async (_, reach) => {
    const reflection = await startReflection({ before: ({ faults }) => faults.ignoreStreamingLists(true) });
    await reach(reflection);
    await reflection[Symbol.asyncDispose]();
    expect(reflection.simulator.openWatches).toBe(0);
  });
});

const ERROR_EVENT = '{"type":"ERROR","object":{"kind":"Status","code":500,"message":"cannot encode"}}';

function fail(): never {
  throw new TypeError('a bug of ours');
}
