import { expect, it } from 'vitest';
import { CoreV1Api, CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import type { AdmissionHook } from './admission.ts';
import { startTestSimulator, widget, WIDGET_DEFINITION, WIDGETS } from './test-simulator.ts';

it('applies objects without admission and increments resourceVersion and generation', async () => {
  await using test = await startTestSimulator({ admission: [() => ({ deny: { message: 'never' } })] });
  const first = test.simulator.apply({ ...widget('a'), status: { state: 'Ready' } });
  expect(first).toMatchObject({ metadata: { generation: 1 }, spec: { size: 3 }, status: { state: 'Ready' } });
  const second = test.simulator.apply(widget('a', { size: 5 }));
  expect(second.metadata).toMatchObject({ uid: first.metadata.uid, generation: 2 });
  expect(test.simulator.apply(widget('a', { size: 5 })).metadata).toEqual(second.metadata);
  expect(test.simulator.list('example.org/v1', 'Widget', 'default')).toEqual([second]);
});

it('returns the denial and the warnings of an admission hook as those of a webhook', async () => {
  const cause = {
    reason: 'FieldValueInvalid',
    field: 'spec.color',
    message: 'Invalid value: "blue": color "blue" not found',
  };
  const hook: AdmissionHook = ({ operation, name }) =>
    name === 'bad' ? { deny: { causes: [cause] } } : { warnings: [`${operation} is odd`] };
  await using test = await startTestSimulator({ admission: [hook] });
  const denied = await test.send('POST', WIDGETS, widget('bad'));
  const message = 'Widget.example.org "bad" is invalid: spec.color: Invalid value: "blue": color "blue" not found';
  const details = { name: 'bad', group: 'example.org', kind: 'Widget', causes: [cause] };
  expect(denied).toMatchObject({ status: 422, body: { message, details } });
  const warned = await test.send('POST', WIDGETS, widget('good'));
  expect(warned.headers.get('Warning')).toBe('299 - "CREATE is odd"');
});

it('ends a watch when it is disposed of while the next event is awaited', async () => {
  await using test = await startTestSimulator();
  const watch = await test.watch();
  const next = watch.next();
  await watch[Symbol.asyncDispose]();
  expect(await next).toBeUndefined();
});

it('stops serving a resource when its definition is deleted, and serves it again when created', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  await using watch = await test.watch('resourceVersion=1000');
  expect(await watch.next()).toBe('ADDED a');
  await test.send('DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.org');
  expect([await watch.next(), await watch.next()]).toEqual(['DELETED a', undefined]);
  expect(await test.get(WIDGETS)).toMatchObject({ status: 404, text: '404 page not found\n' });
  test.simulator.apply(WIDGET_DEFINITION);
  expect((await test.get(WIDGETS)).body).toMatchObject({ kind: 'WidgetList', items: [] });
});

it('lists served groups and resources in discovery', async () => {
  await using test = await startTestSimulator();
  expect((await test.get('/apis/example.org')).body).toMatchObject({
    preferredVersion: { groupVersion: 'example.org/v1' },
  });
  const resources = [{ name: 'widgets', shortNames: ['wd'] }, { name: 'widgets/status' }];
  expect((await test.get('/apis/example.org/v1')).body).toMatchObject({ kind: 'APIResourceList', resources });
  expect((await test.get('/readyz')).text).toBe('ok');
  expect((await test.get('/api/v1/nothings')).body).toMatchObject({ reason: 'NotFound', details: {} });
  expect((await test.send('POST', `${WIDGETS}/a`, {})).status).toBe(405);
});

it('serves the official client when it loads the kubeconfig', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  const config = new KubeConfig();
  config.loadFromString(test.simulator.kubeconfig);
  const { items } = await config.makeApiClient(CoreV1Api).listNamespace();
  expect(items.map(({ metadata }) => metadata?.name)).toContain('default');
  const place = { group: 'example.org', version: 'v1', namespace: 'default', plural: 'widgets' };
  expect(await config.makeApiClient(CustomObjectsApi).listNamespacedCustomObject(place)).toMatchObject({
    items: [{ metadata: { name: 'a' } }],
  });
});

it('allows the administrator every action', async () => {
  await using test = await startTestSimulator();
  const access = {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SelfSubjectAccessReview',
    spec: { resourceAttributes: { verb: 'get', resource: 'widgets' } },
  };
  const allowed = await test.send('POST', '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', access);
  expect(allowed).toMatchObject({ status: 201, body: { status: { allowed: true } } });
  const token = { kind: 'TokenReview', spec: { token: test.simulator.token } };
  const known = await test.send('POST', '/apis/authentication.k8s.io/v1/tokenreviews', token);
  expect(known.body).toMatchObject({ status: { authenticated: true, user: { username: 'system:admin' } } });
});

it('returns an object in each served version of its resource', async () => {
  const schema = { openAPIV3Schema: { type: 'object', 'x-kubernetes-preserve-unknown-fields': true } };
  const versions = ['v1', 'v2'].map((name) => ({ name, served: true, storage: name === 'v2', schema }));
  const names = { plural: 'gadgets', kind: 'Gadget' };
  const definition = {
    ...WIDGET_DEFINITION,
    metadata: { name: 'gadgets.example.org' },
    spec: { group: 'example.org', scope: 'Cluster', names, versions },
  };
  await using test = await startTestSimulator({ objects: [definition] });
  test.simulator.apply({ apiVersion: 'example.org/v1', kind: 'Gadget', metadata: { name: 'a' } });
  expect((await test.get('/apis/example.org/v2/gadgets/a')).body).toMatchObject({ apiVersion: 'example.org/v2' });
  expect((await test.get('/apis/example.org/v1/gadgets')).body).toMatchObject({
    items: [{ apiVersion: 'example.org/v1' }],
  });
});

it('returns 409 or 403 when an admission hook denies with that code', async () => {
  const cause = { reason: '', message: 'used by 2' };
  const hook: AdmissionHook = ({ operation }) =>
    operation === 'DELETE' ? { deny: { code: 409, causes: [cause] } } : { deny: { code: 403, message: 'not you' } };
  await using test = await startTestSimulator({ objects: [widget('a')], admission: [hook] });
  const message = 'Operation cannot be fulfilled on Widget.example.org "a"';
  const conflict = await test.send('DELETE', `${WIDGETS}/a`);
  expect(conflict).toMatchObject({ status: 409, body: { message, details: { causes: [cause] } } });
  expect((await test.send('POST', WIDGETS, widget('b'))).body).toMatchObject({ reason: 'Forbidden' });
});
