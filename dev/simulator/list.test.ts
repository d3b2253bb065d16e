import { expect, it } from 'vitest';
import { itemNames, startTestSimulator, resourceVersionOf, widget, WIDGETS } from './test-simulator.ts';
import { stringAt } from './json.ts';

it('lists every page at the resourceVersion of the first page', async () => {
  await using test = await startTestSimulator({ objects: [widget('a'), widget('b'), widget('c')] });
  const first = await test.get(`${WIDGETS}?limit=2`);
  expect([itemNames(first), first.body['metadata']]).toMatchObject([['a', 'b'], { remainingItemCount: 1 }]);
  test.simulator.apply(widget('aa'));
  test.simulator.delete('example.org/v1', 'Widget', 'c');
  const second = await test.get(`${WIDGETS}?limit=2&continue=${stringAt(first.body['metadata'], 'continue')}`);
  expect([itemNames(second), resourceVersionOf(second)]).toEqual([['c'], resourceVersionOf(first)]);
});

it('returns 410 for a continue token when the history was compacted', async () => {
  await using test = await startTestSimulator({ objects: [widget('a'), widget('b')] });
  const first = await test.get(`${WIDGETS}?limit=1`);
  test.simulator.apply(widget('c'));
  test.simulator.faults.compact();
  const second = await test.get(`${WIDGETS}?limit=1&continue=${stringAt(first.body['metadata'], 'continue')}`);
  expect(second).toMatchObject({ status: 410, body: { reason: 'Expired', code: 410 } });
});

it('selects by label and field, and returns 400 for an unknown field', async () => {
  const labelled = widget('b', {}, { labels: { team: 'ml' } });
  await using test = await startTestSimulator({ objects: [widget('a'), labelled] });
  expect(itemNames(await test.get(`${WIDGETS}?labelSelector=team%20in%20(ml,web)`))).toEqual(['b']);
  expect(itemNames(await test.get(`${WIDGETS}?fieldSelector=metadata.name!=b`))).toEqual(['a']);
  const refused = await test.get(`${WIDGETS}?fieldSelector=spec.color=red`);
  expect(refused).toMatchObject({ status: 400, body: { message: 'field label not supported: spec.color' } });
  expect((await test.get(`${WIDGETS}?labelSelector=a%20b`)).status).toBe(400);
});

it('lists the past for an exact resourceVersion and returns 504 for a future one', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  const before = resourceVersionOf(await test.get(WIDGETS));
  test.simulator.apply(widget('b'));
  expect(itemNames(await test.get(`${WIDGETS}?resourceVersion=${before}&resourceVersionMatch=Exact`))).toEqual(['a']);
  expect(itemNames(await test.get(`${WIDGETS}?resourceVersion=0`))).toEqual(['a', 'b']);
  const future = await test.get(`${WIDGETS}?resourceVersion=99999999&resourceVersionMatch=NotOlderThan`);
  expect(future).toMatchObject({ status: 504, body: { reason: 'Timeout', details: { retryAfterSeconds: 1 } } });
  expect(future.body['details']).toMatchObject({ causes: [{ reason: 'ResourceVersionTooLarge' }] });
});

it('returns a Table or PartialObjectMetadata when the client accepts one', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  const table = await test.get(WIDGETS, 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json');
  expect(table.body).toMatchObject({ kind: 'Table', columnDefinitions: [{ name: 'Name' }, { name: 'Size' }] });
  expect(table.body).toMatchObject({ rows: [{ cells: ['a', 3], object: { kind: 'PartialObjectMetadata' } }] });
  const partial = await test.get(WIDGETS, 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io');
  expect(partial.body).toMatchObject({ kind: 'PartialObjectMetadataList', items: [{ metadata: { name: 'a' } }] });
  expect((await test.get(WIDGETS, 'text/html')).status).toBe(406);
});
