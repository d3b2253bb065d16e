import { expect, it } from 'vitest';
import { startTestSimulator, resourceVersionOf, widget, WIDGETS } from './test-simulator.ts';

const STREAMING = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';

it('begins with all there is when no version is given, then tells what changes', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  await using watch = await test.watch();
  expect(await watch.next()).toBe('ADDED a');
  test.simulator.apply(widget('a', { size: 4 }));
  test.simulator.delete('example.org/v1', 'Widget', 'a');
  expect([await watch.next(), await watch.next()]).toEqual(['MODIFIED a', 'DELETED a']);
});

it('continues after the version it is given, across a restart', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  const version = resourceVersionOf(await test.get(WIDGETS));
  test.simulator.apply(widget('b'));
  await test.simulator.faults.restart();
  await using watch = await test.watch(`resourceVersion=${version}`);
  expect(await watch.next()).toBe('ADDED b');
});

it('tells selected objects as added when they enter and as deleted, as they were, when they leave', async () => {
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

it('sends bookmarks only to those who ask', async () => {
  await using test = await startTestSimulator();
  await using asking = await test.watch('allowWatchBookmarks=true');
  expect(await asking.nextEvent()).toMatchObject({ type: 'BOOKMARK', object: { kind: 'Widget' } });
  await using silent = await test.watch('timeoutSeconds=1');
  expect(await silent.next()).toBeUndefined();
});

it('streams a list and marks its end', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  await using watch = await test.watch(STREAMING);
  expect(await watch.next()).toBe('ADDED a');
  const annotations = { 'k8s.io/initial-events-end': 'true' };
  expect(await watch.nextEvent()).toMatchObject({ type: 'BOOKMARK', object: { metadata: { annotations } } });
});

it('refuses or overlooks streaming lists like servers that lack them', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  test.simulator.faults.rejectStreamingLists(true);
  expect((await test.get(`${WIDGETS}?watch=1&${STREAMING}`)).status).toBe(422);
  test.simulator.faults.ignoreStreamingLists(true);
  await using watch = await test.watch(STREAMING);
  expect(await watch.next()).toBe('ADDED a');
  expect(await watch.nextEvent()).not.toHaveProperty('object.metadata.annotations');
});

it('says in the stream that a version is too old', async () => {
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

it('says nothing to a watch from a version that is still to come, until it has come', async () => {
  await using test = await startTestSimulator();
  const version = Number(resourceVersionOf(await test.get(WIDGETS)));
  await using watch = await test.watch(`resourceVersion=${version + 1}`);
  test.simulator.apply(widget('a'));
  test.simulator.apply(widget('b'));
  expect(await watch.next()).toBe('ADDED b');
});
