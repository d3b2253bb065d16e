import { describe, expect, it } from 'vitest';
import { until } from '../../test/support/until.ts';
import { widget } from '../../dev/simulator/fixture.ts';
import {
  asked,
  breakWatch,
  DEFINITION,
  endWatch,
  forgetBetweenPages,
  look,
  PATIENCE_MS,
  refuseWatch,
  startReflection,
  waitingForList,
  watching,
  type Reflection,
} from '../../test/support/reflection.ts';

describe('the first reading', () => {
  it('is one stream, which is then followed', async () => {
    await using reflection = await startReflection({ objects: [widget('a'), widget('b')] });
    await watching(reflection);
    reflection.simulator.apply(widget('c'));
    await until(() => reflection.names().join() === 'a,b,c', 'it follows');
    expect(reflection.listed).toEqual(['start']);
    expect([asked(reflection, 'list'), asked(reflection, 'watch')]).toMatchObject([[], [{ status: 200 }]]);
    expect(asked(reflection, 'watch')[0]?.url).toContain('timeoutSeconds=300');
  });

  it('is a list where the server refuses to stream it, and every later one too', async () => {
    const objects = [widget('a')];
    await using reflection = await startReflection({
      objects,
      before: ({ faults }) => faults.rejectStreamingLists(true),
    });
    await watching(reflection);
    reflection.simulator.faults.expireWatches();
    await until(() => reflection.listed.length === 2, 'it has listed again');
    await watching(reflection);
    expect(asked(reflection, 'watch').map(({ status }) => status)).toEqual([422, 200, 200]);
    expect([reflection.names(), reflection.failures]).toEqual([['a'], ['expired']]);
  });

  it('is a list where the server never says that a stream is complete', async () => {
    const objects = [widget('a')];
    await using reflection = await startReflection({
      objects,
      before: ({ faults }) => faults.ignoreStreamingLists(true),
    });
    await waitingForList(reflection);
    expect(reflection.store.version).toBe('');
    reflection.clock.pass(PATIENCE_MS);
    await until(() => reflection.listed.length === 1, 'it has listed');
    expect([reflection.names(), reflection.failures, asked(reflection, 'list').length]).toEqual([['a'], [], 1]);
  });

  it('begins again when the server forgets the moment of a list between two pages', async () => {
    const objects = Array.from({ length: 501 }, (_, index) => widget(`w-${index}`));
    await using reflection = await startReflection({ objects, before: forgetBetweenPages });
    await until(() => reflection.store.size === 502, 'everything has been read');
    expect([reflection.failures, reflection.listed]).toEqual([['expired'], ['expired']]);
  });
});

describe('a stream that ends', () => {
  it('is taken up where it was, without a list', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await watching(reflection);
    reflection.simulator.faults.endWatches();
    reflection.simulator.apply(widget('b'));
    await until(() => reflection.names().join() === 'a,b', 'it follows');
    expect([reflection.listed, reflection.failures, reflection.clock.slept]).toEqual([['start'], [], [0]]);
  });

  it('is taken up ever more slowly while nothing comes of it', async () => {
    await using reflection = await startReflection();
    for (let times = 0; times < 5; times += 1) await endWatch(reflection);
    expect(reflection.clock.slept).toEqual([0, 0, 800, 1_600, 3_200]);
    reflection.simulator.apply(widget('a'));
    await until(() => reflection.store.size === 1, 'it follows');
    await endWatch(reflection);
    expect(reflection.clock.slept.at(-1)).toBe(0);
  });

  it('is no failure when it was followed for a while, even in silence', async () => {
    await using reflection = await startReflection();
    for (let times = 0; times < 4; times += 1) {
      await watching(reflection);
      reflection.clock.pass(5_000);
      await endWatch(reflection);
    }
    expect(reflection.clock.slept).toEqual([0, 0, 0, 0]);
  });

  it('goes on from the last bookmark', async () => {
    await using reflection = await startReflection({ bookmarkIntervalMs: 20 });
    await watching(reflection);
    reflection.simulator.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } });
    const { resourceVersion = '' } = reflection.simulator.get('v1', 'Namespace', 'elsewhere')?.metadata ?? {};
    await until(() => reflection.store.version === resourceVersion, 'the version has moved on');
    await endWatch(reflection);
    expect(asked(reflection, 'watch').at(-1)?.url).toContain(`resourceVersion=${resourceVersion}`);
  });
});

describe('a connection that breaks', () => {
  it('is restored at once, once, and then ever more slowly', async () => {
    await using reflection = await startReflection();
    for (let times = 0; times < 4; times += 1) await breakWatch(reflection);
    expect(reflection.clock.slept).toEqual([0, 800, 1_600, 3_200]);
    expect([reflection.failures, reflection.listed]).toEqual([Array.from({ length: 4 }, () => 'broken'), ['start']]);
    expect(asked(reflection, 'list').map(({ url }) => url.split('?')[1])).toEqual(
      Array.from({ length: 4 }, () => 'limit=1'),
    );
  });

  it('is tried again at most every 30 s while nobody answers', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await watching(reflection);
    await reflection.simulator.faults.stop();
    await until(() => reflection.clock.slept.length >= 9, 'it has tried for a while');
    await reflection.simulator.faults.start();
    await watching(reflection);
    const waits = [0, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000];
    expect([reflection.clock.slept.slice(0, 9), reflection.names()]).toEqual([waits, ['a']]);
    expect(new Set(reflection.failures)).toEqual(new Set(['broken', 'unreachable']));
  });
});

describe('a server that refuses', () => {
  it.each([429, 503])('%i is left alone for as long as it asks, at least', async (status) => {
    await using reflection = await startReflection();
    await refuseWatch(reflection, { status, retryAfterSeconds: 1, times: 3 });
    expect(reflection.clock.slept).toEqual([0, 1_000, 1_600, 3_200]);
    expect([new Set(reflection.failures), reflection.listed]).toEqual([new Set(['overloaded']), ['start']]);
  });

  it.each([
    [401, 'unauthorized', [0, 0, 800, 1_600]],
    [403, 'forbidden', [0, 800, 1_600, 3_200]],
    [500, 'server-error', [0, 800, 1_600, 3_200]],
  ])('with %i is asked again, for the version that we have', async (status, cause, waits) => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await refuseWatch(reflection, { status, times: 3 });
    expect([reflection.clock.slept, new Set(reflection.failures)]).toEqual([waits, new Set([cause])]);
    expect([reflection.listed, reflection.store.failure, reflection.names()]).toEqual([['start'], undefined, ['a']]);
  });

  it('because it has not seen our version is asked for it three times, then for everything', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    const message = 'Timeout: Too large resource version: 9, current: 1';
    await refuseWatch(reflection, { status: 504, message, times: 3 });
    await until(() => reflection.listed.length === 2, 'it has listed again');
    expect(reflection.clock.slept).toEqual([0, 800, 1_600, 3_200]);
    expect([reflection.listed, reflection.names()]).toEqual([['start', 'too-large-version'], ['a']]);
  });

  it('from the beginning is the reason why there is nothing', async () => {
    const refused = { status: 403, times: Infinity };
    await using reflection = await startReflection({ before: ({ faults }) => void faults.refuse(refused) });
    await until(() => reflection.store.failure !== undefined, 'the store has failed');
    expect(reflection.store.failure).toMatchObject({ code: 403 });
  });
});

describe('a version that is forgotten', () => {
  it.each(['event', 'status'] as const)('is told by %s, and everything is read again at once', async (answer) => {
    await using reflection = await startReflection({ objects: [widget('a'), widget('b')] });
    await watching(reflection);
    reflection.simulator.faults.endWatches();
    reflection.simulator.delete('example.org/v1', 'Widget', 'b', 'default');
    reflection.simulator.apply(widget('c'));
    reflection.simulator.faults.compact({ answer });
    await until(() => reflection.names().join() === 'a,c', 'it has caught up');
    expect([reflection.failures, reflection.listed, reflection.clock.slept]).toEqual([
      ['expired'],
      ['start', 'expired'],
      [0, 0],
    ]);
  });
});

describe('another world', () => {
  it('is noticed after the connection broke, and told as such', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await watching(reflection);
    let resets = 0;
    reflection.store.addEventHandler({ changed: () => {}, reset: () => void (resets += 1), failed: () => {} });
    const backup = reflection.simulator.faults.snapshot();
    reflection.simulator.apply(widget('b'));
    await until(() => reflection.store.size === 2, 'it follows');
    await reflection.simulator.faults.restart({ data: backup });
    await until(() => reflection.listed.length === 2, 'it has listed');
    expect([reflection.listed[1], reflection.names(), resets]).toEqual(['older-world', ['a'], 1]);
  });
});

describe('a kind that is not served any more', () => {
  it('is looked for now and then, and read when it is back', async () => {
    await using reflection = await startReflection({ objects: [widget('a')] });
    await watching(reflection);
    const definition = reflection.simulator.get(...DEFINITION);
    reflection.simulator.delete(...DEFINITION);
    await until(() => reflection.store.failure !== undefined, 'the store has failed');
    expect(reflection.store).toMatchObject({ failure: { reason: 'KindUnavailable' }, version: '', size: 0 });
    for (const looks of [1, 2]) await look(reflection, looks);
    if (definition) reflection.simulator.apply(definition);
    reflection.simulator.apply(widget('b'));
    await look(reflection, 3);
    await until(() => reflection.names().join() === 'b', 'it is read');
    expect(reflection.listed).toEqual(['start', 'kind-unavailable']);
  });
});

describe('what goes wrong inside', () => {
  it('is passed over when it is one line', async () => {
    await using reflection = await startReflection();
    await watching(reflection);
    reflection.simulator.faults.injectLine('{"type":"ADDED","object":{}}');
    reflection.simulator.apply(widget('a'));
    await until(() => reflection.store.size === 1, 'it follows');
    expect([reflection.malformed.length, asked(reflection, 'watch').length, reflection.failures]).toEqual([1, 1, []]);
  });

  it('has everything read again when it is a bug of ours', async () => {
    await using reflection = await startReflection();
    await watching(reflection);
    const stop = reflection.store.addEventHandler({ changed: fail, reset: fail, failed: fail });
    reflection.simulator.apply(widget('a'));
    await until(() => reflection.failures.length > 0, 'it has failed');
    stop();
    await until(() => reflection.listed.length === 2, 'it has listed again');
    expect([reflection.failures, reflection.listed[1], reflection.names()]).toEqual([['bug'], 'bug', ['a']]);
  });
});

describe('stopping', () => {
  it.each<[string, (reflection: Reflection) => Promise<unknown>]>([
    ['it has hardly begun', () => Promise.resolve()],
    ['it waits for a list to be complete', waitingForList],
    ['nobody answers', async ({ simulator }) => simulator.faults.stop()],
    ['it waits for a kind', async ({ simulator }) => simulator.delete(...DEFINITION)],
  ])('ends everything while %s', async (_, reach) => {
    const reflection = await startReflection({ before: ({ faults }) => faults.ignoreStreamingLists(true) });
    await reach(reflection);
    await reflection[Symbol.asyncDispose]();
    expect(reflection.simulator.openWatches).toBe(0);
  });
});

function fail(): never {
  throw new TypeError('a bug of ours');
}
