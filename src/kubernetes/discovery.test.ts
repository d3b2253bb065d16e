import { expect, it } from 'vitest';
import { isServed, kubernetesVersionOf } from './discovery.ts';
import { startWidgetCluster, Widget } from '../../test/kubernetes/widget.ts';

const { signal } = new AbortController();

it('knows what is served, in a group or in the core', async () => {
  await using cluster = await startWidgetCluster();
  const Pod = { kind: 'Pod', group: '', version: 'v1', plural: 'pods', namespaced: true };
  expect(await isServed(cluster.client, Widget, signal)).toBe(true);
  expect(await isServed(cluster.client, Pod, signal)).toBe(true);
});

it.each([{ plural: 'gadgets' }, { version: 'v2' }, { group: 'nobody.example' }, { group: '', plural: 'gadgets' }])(
  'knows what is not served: %j',
  async (difference) => {
    await using cluster = await startWidgetCluster();
    expect(await isServed(cluster.client, { ...Widget, ...difference }, signal)).toBe(false);
  },
);

it('does not take a failure for an answer', async () => {
  await using cluster = await startWidgetCluster();
  cluster.simulator.faults.refuse({ status: 503 });
  await expect(isServed(cluster.client, Widget, signal)).rejects.toMatchObject({ code: 503 });
});

it('follows a definition that comes and goes', async () => {
  await using cluster = await startWidgetCluster();
  cluster.simulator.delete('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'widgets.example.org');
  expect(await isServed(cluster.client, Widget, signal)).toBe(false);
});

it('tells the version of the API server', async () => {
  await using cluster = await startWidgetCluster({ version: 'v1.99.0' });
  expect(await kubernetesVersionOf(cluster.client, signal)).toBe('v1.99.0');
});
