import { expect, it } from 'vitest';
import { startTestSimulator, resourceVersionOf, widget, WIDGETS } from './test-simulator.ts';

const STREAMING = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';

it('sends all objects and then changes when no resourceVersion is given', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  await using watch = await test.watch();
  expect(await watch.next()).toBe('ADDED a');
  test.simulator.apply(widget('a', { size: 4 }));
  test.simulator.delete('example.org/v1', 'Widget', 'a');
  expect([await watch.next(), await watch.next()]).toEqual(['MODIFIED a', 'DELETED a']);
});

it('continues after the given resourceVersion across a restart', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  const version = resourceVersionOf(await test.get(WIDGETS));
  test.simulator.apply(widget('b'));
  await test.simulator.faults.restart();
  await using watch = await test.watch(`resourceVersion=${version}`);
  expect(await watch.next()).toBe('ADDED b');
});

it('sends ADDED when an object starts to match and DELETED with its last matching state when it stops', async () => {
  await using test = await startTestSimulator();
  await using watch = await test.watch('labelSelector=team%3Dml');
  test.simulator.apply(widget('a'));
  test.simulator.apply(widget('a', {}, { labels: { team: 'ml' } }));
  expect(await watch.next()).toBe('ADDED a');
  const left = test.simulator.apply(widget('a'));
  const { resourceVersion } = left.metadata;
  const metadata = { labels: { team: 'ml' }, resourceVersion };
  expect(await watch.nextEvent()).toMatchObject({ type: 'DELETED', object: { metadata } });
});

it('sends bookmarks only when the watch allows them', async () => {
  await using test = await startTestSimulator();
  await using asking = await test.watch('allowWatchBookmarks=true');
  expect(await asking.nextEvent()).toMatchObject({ type: 'BOOKMARK', object: { kind: 'Widget' } });
  await using silent = await test.watch('timeoutSeconds=1');
  expect(await silent.next()).toBeUndefined();
});

it('sends initial events and the bookmark that ends them when sendInitialEvents is set', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  await using watch = await test.watch(STREAMING);
  expect(await watch.next()).toBe('ADDED a');
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  expect(await watch.nextEvent()).toMatchObject({ type: 'BOOKMARK', object: { metadata: { annotations } } });
});

it('refuses or ignores sendInitialEvents when streaming lists are unsupported', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  test.simulator.faults.rejectStreamingLists(true);
  expect((await test.get(`${WIDGETS}?watch=1&${STREAMING}`)).status).toBe(422);
  test.simulator.faults.ignoreStreamingLists(true);
  await using watch = await test.watch(STREAMING);
  expect(await watch.next()).toBe('ADDED a');
  expect(await watch.nextEvent()).not.toHaveProperty('object.metadata.annotations');
});

it('sends an ERROR event when the resourceVersion is too old', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  const version = resourceVersionOf(await test.get(WIDGETS));
  test.simulator.apply(widget('b'));
  test.simulator.faults.compact();
  await using watch = await test.watch(`resourceVersion=${version}`);
  expect([await watch.next(), await watch.next()]).toEqual(['ERROR 410', undefined]);
  test.simulator.faults.compact({ answer: 'status' });
  const refused = await test.get(`${WIDGETS}?watch=1&resourceVersion=${version}`);
  expect(refused).toMatchObject({ status: 410, body: { reason: 'Expired' } });
});

it('sends no event before the given resourceVersion when it lies in the future', async () => {
  await using test = await startTestSimulator();
  const version = Number(resourceVersionOf(await test.get(WIDGETS)));
  await using watch = await test.watch(`resourceVersion=${version + 1}`);
  test.simulator.apply(widget('a'));
  test.simulator.apply(widget('b'));
  expect(await watch.next()).toBe('ADDED b');
});
