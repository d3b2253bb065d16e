import { expect, it } from 'vitest';
import { CoreV1Api, CustomObjectsApi, KubeConfig } from '@kubernetes/client-node';
import type { AdmissionHook } from './admission.ts';
import { startTestSimulator, widget, WIDGET_DEFINITION, WIDGETS } from './fixture.ts';

it('arranges objects without asking admission, and moves their versions as a server does', async () => {
  await using test = await startTestSimulator({ admission: [() => ({ deny: { message: 'never' } })] });
  const first = test.simulator.apply({ ...widget('a'), status: { state: 'Ready' } });
  expect(first).toMatchObject({ metadata: { generation: 1 }, spec: { size: 3 }, status: { state: 'Ready' } });
  const second = test.simulator.apply(widget('a', { size: 5 }));
  expect(second.metadata).toMatchObject({ uid: first.metadata.uid, generation: 2 });
  expect(test.simulator.apply(widget('a', { size: 5 })).metadata).toEqual(second.metadata);
  expect(test.simulator.list('example.org/v1', 'Widget', 'default')).toEqual([second]);
});

it('denies in the words of a webhook, and passes its warnings on', async () => {
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

it('stops serving a resource with its definition, and serves it again', async () => {
  await using test = await startTestSimulator({ objects: [widget('a')] });
  await using watch = await test.watch('resourceVersion=1000');
  expect(await watch.next()).toBe('ADDED a');
  await test.send('DELETE', '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.org');
  expect([await watch.next(), await watch.next()]).toEqual(['DELETED a', undefined]);
  expect(await test.get(WIDGETS)).toMatchObject({ status: 404, text: '404 page not found\n' });
  test.simulator.apply(WIDGET_DEFINITION);
  expect((await test.get(WIDGETS)).body).toMatchObject({ kind: 'WidgetList', items: [] });
});

it('describes what it serves', async () => {
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

it('serves the official client by its kubeconfig', async () => {
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
