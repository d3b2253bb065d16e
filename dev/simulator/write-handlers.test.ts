import { expect, it } from 'vitest';
import { itemNames, startTestSimulator, resourceVersionOf, widget, WIDGETS } from './test-simulator.ts';

const MERGE = 'application/merge-patch+json';
const JSON_PATCH = 'application/json-patch+json';

it('creates an object with server-set metadata and defaults', async () => {
  await using test = await startTestSimulator();
  const created = await test.send('POST', WIDGETS, { ...widget('a'), status: { state: 'Mine' } });
  const metadata = { name: 'a', generation: 1, managedFields: [{ operation: 'Update', fieldsType: 'FieldsV1' }] };
  expect(created).toMatchObject({ status: 201, body: { metadata, spec: { color: 'red', size: 3 } } });
  expect(created.body).not.toHaveProperty('status');
  expect(await test.send('POST', WIDGETS, widget('a'))).toMatchObject({
    status: 409,
    body: { reason: 'AlreadyExists', message: 'widgets.example.org "a" already exists' },
  });
});

it('generates a name when only generateName is given', async () => {
  await using test = await startTestSimulator();
  const { name: _name, ...metadata } = widget('').metadata;
  const created = await test.send('POST', WIDGETS, { ...widget(''), metadata: { ...metadata, generateName: 'w-' } });
  expect(created.body).toMatchObject({ metadata: { name: expect.stringMatching(/^w-[a-z0-9]{5}$/u) } });
});

it('refuses an object when its name or namespace is invalid', async () => {
  await using test = await startTestSimulator();
  const elsewhere = WIDGETS.replace('default', 'nowhere');
  const { namespace: _namespace, ...metadata } = widget('a').metadata;
  const missing = await test.send('POST', elsewhere, { ...widget('a'), metadata });
  expect(missing).toMatchObject({ status: 404, body: { message: 'namespaces "nowhere" not found' } });
  expect((await test.send('POST', elsewhere, widget('a'))).status).toBe(400);
  expect((await test.send('POST', WIDGETS, widget('A_'))).body).toMatchObject({ reason: 'Invalid' });
  expect((await test.send('POST', WIDGETS, '{"apiVersion')).status).toBe(400);
  expect((await test.send('POST', WIDGETS, '{}', 'text/plain')).status).toBe(415);
  expect((await test.send('POST', WIDGETS, `"${'x'.repeat(4_000_000)}"`)).status).toBe(413);
});

it('replaces an object only when the resourceVersion matches', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  const unseen = await test.send('PUT', `${WIDGETS}/a`, widget('a'));
  expect(unseen.body['message']).toMatch(
    /metadata\.resourceVersion: Invalid value: 0: must be specified for an update$/u,
  );
  const stale = await test.send('PUT', `${WIDGETS}/a`, widget('a', {}, { resourceVersion: '1' }));
  expect(stale).toMatchObject({ status: 409, body: { reason: 'Conflict', details: { kind: 'widgets', name: 'a' } } });
  const resourceVersion = resourceVersionOf(await test.get(`${WIDGETS}/a`));
  const replaced = await test.send('PUT', `${WIDGETS}/a`, widget('a', { size: 4 }, { resourceVersion }));
  expect(replaced).toMatchObject({ status: 200, body: { metadata: { generation: 2 }, spec: { size: 4 } } });
});

it('applies three kinds of patches, strategic ones only to built-in types', async () => {
  await using test = await startTestSimulator({ objects: [widget('a', { note: 'x' })] });
  const merged = await test.send('PATCH', `${WIDGETS}/a`, { spec: { size: 5, note: null } }, MERGE);
  expect(merged.body['spec']).toEqual({ color: 'red', size: 5 });
  const replace = [{ op: 'replace', path: '/spec/size', value: 6 }];
  expect((await test.send('PATCH', `${WIDGETS}/a`, replace, JSON_PATCH)).body).toMatchObject({ spec: { size: 6 } });
  const strategic = 'application/strategic-merge-patch+json';
  expect((await test.send('PATCH', `${WIDGETS}/a`, {}, strategic)).status).toBe(415);
  const labels = { metadata: { labels: { a: 'b' } } };
  expect((await test.send('PATCH', '/api/v1/namespaces/default', labels, strategic)).status).toBe(200);
});

it('returns 422 for a patch that fails and 400 for a malformed one', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  const failing = [{ op: 'test', path: '/spec/color', value: 'blue' }];
  expect(await test.send('PATCH', `${WIDGETS}/a`, failing, JSON_PATCH)).toMatchObject({
    status: 422,
    body: { reason: 'Invalid', message: 'the server rejected our request due to an error in our request' },
  });
  const nowhere = [{ op: 'replace', path: '/spec/nothing/here', value: 1 }];
  expect((await test.send('PATCH', `${WIDGETS}/a`, nowhere, JSON_PATCH)).status).toBe(422);
  expect((await test.send('PATCH', `${WIDGETS}/a`, { op: 'test' }, JSON_PATCH)).status).toBe(400);
});

it('separates spec and status, and increments generation only when the spec changes', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  const change = { spec: { size: 7 }, status: { state: 'Ready' }, metadata: { labels: { a: 'b' } } };
  const status = await test.send('PATCH', `${WIDGETS}/a/status`, change, MERGE);
  expect(status.body).toMatchObject({ metadata: { generation: 1 }, spec: { size: 3 }, status: { state: 'Ready' } });
  expect(status.body).not.toHaveProperty('metadata.labels');
  const spec = await test.send('PATCH', `${WIDGETS}/a`, { ...change, status: { state: 'Mine' } }, MERGE);
  expect(spec.body).toMatchObject({ metadata: { generation: 2 }, spec: { size: 7 }, status: { state: 'Ready' } });
});

it('stores nothing and sends no event when a write changes nothing or is a dry run', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  const before = resourceVersionOf(await test.get(WIDGETS));
  await test.send('PATCH', `${WIDGETS}/a`, { spec: { size: 3 } }, MERGE);
  const dry = await test.send('PATCH', `${WIDGETS}/a?dryRun=All`, { spec: { size: 4 } }, MERGE);
  expect(dry.body).toMatchObject({ spec: { size: 4 } });
  expect((await test.send('POST', `${WIDGETS}?dryRun=All`, widget('b'))).status).toBe(201);
  expect((await test.send('DELETE', `${WIDGETS}/a?dryRun=All`)).status).toBe(200);
  expect((await test.send('POST', `${WIDGETS}?dryRun=Some`, widget('b'))).status).toBe(422);
  const after = await test.get(WIDGETS);
  expect([itemNames(after), resourceVersionOf(after)]).toEqual([['a'], before]);
});

it('sets deletionTimestamp and deletes later when an object has finalizers', async () => {
  await using test = await startTestSimulator({ objects: [widget('a', {}, { finalizers: ['example.org/hold'] })] });
  const pending = await test.send('DELETE', `${WIDGETS}/a`);
  expect(pending.body).toMatchObject({ kind: 'Widget', metadata: { deletionTimestamp: expect.any(String) } });
  const added = { metadata: { finalizers: ['example.org/hold', 'example.org/more'] } };
  expect((await test.send('PATCH', `${WIDGETS}/a`, added, MERGE)).status).toBe(422);
  await test.send('PATCH', `${WIDGETS}/a`, { metadata: { finalizers: null } }, MERGE);
  expect((await test.get(`${WIDGETS}/a`)).status).toBe(404);
});

it('deletes an object only when the preconditions hold', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  const refused = await test.send('DELETE', `${WIDGETS}/a`, { preconditions: { uid: 'another' } });
  expect(refused).toMatchObject({ status: 409, body: { reason: 'Conflict' } });
  const deleted = await test.send('DELETE', `${WIDGETS}/a`);
  expect(deleted.body).toMatchObject({ kind: 'Status', status: 'Success', details: { kind: 'widgets', name: 'a' } });
});

it('deletes dependents with their owner, or orphans them when asked to', async () => {
  await using test = await startTestSimulator({ objects: [widget('kept'), widget('gone')] });
  for (const owner of ['kept', 'gone']) {
    const { uid = '' } = test.simulator.get('example.org/v1', 'Widget', owner, 'default')?.metadata ?? {};
    const ownerReferences = [{ apiVersion: 'example.org/v1', kind: 'Widget', name: owner, uid }];
    test.simulator.apply(widget(`${owner}-child`, {}, { ownerReferences }));
  }
  await test.send('DELETE', `${WIDGETS}/gone?propagationPolicy=Foreground`);
  await test.send('DELETE', `${WIDGETS}/kept?propagationPolicy=Orphan`);
  expect(itemNames(await test.get(WIDGETS))).toEqual(['kept-child']);
});

it('deletes the selected objects of a collection', async () => {
  await using test = await startTestSimulator({ objects: [widget('a', {}, { labels: { x: '1' } }), widget('b')] });
  expect(itemNames(await test.send('DELETE', `${WIDGETS}?labelSelector=x`))).toEqual(['a']);
  expect(itemNames(await test.get(WIDGETS))).toEqual(['b']);
});

it('deletes a terminating namespace when its last object is deleted', async () => {
  const team = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'team-a' } };
  const held = { finalizers: ['example.org/hold'], name: 'a', namespace: 'team-a' };
  await using test = await startTestSimulator({ objects: [team, { ...widget('a'), metadata: held }] });
  const deleted = await test.send('DELETE', '/api/v1/namespaces/team-a');
  expect(deleted.body).toMatchObject({ kind: 'Namespace', status: { phase: 'Terminating' } });
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'late' } };
  const late = await test.send('POST', '/api/v1/namespaces/team-a/configmaps', map);
  expect(late).toMatchObject({ status: 403, body: { details: { causes: [{ reason: 'NamespaceTerminating' }] } } });
  const path = WIDGETS.replace('default', 'team-a');
  await test.send('PATCH', `${path}/a`, { metadata: { finalizers: null } }, MERGE);
  expect((await test.get('/api/v1/namespaces/team-a')).status).toBe(404);
});
