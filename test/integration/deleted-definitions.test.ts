import { expect, it } from 'vitest';
import { volcanoJobCrd } from '../../dev/demo/crds/volcano.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';

const JOBS = '{ volcanoJobs { nodes { name } } }';
const job = (name: string) => ({
  apiVersion: 'batch.volcano.sh/v1alpha1',
  kind: 'Job',
  metadata: { name, namespace: 'team-a' },
  spec: { tasks: [{ name: 'worker', replicas: 1, template: {} }] },
});

async function codeOf(gateway: SimulatedGateway): Promise<unknown> {
  return (await gateway.query(JOBS)).errors?.[0]?.extensions['code'];
}

async function kindIn(gateway: SimulatedGateway, group: string): Promise<unknown> {
  const { data } = await gateway.query('{ gateway { kinds { group available updates objects } } }');
  const served = data?.['gateway'] as { readonly kinds: readonly { readonly group: string }[] } | undefined;
  return served?.kinds.find((kind) => kind.group === group);
}

it('ends subscriptions of a kind with KIND_UNAVAILABLE when its definition is deleted, and serves it again when it is back', async () => {
  const objects = [namespace('team-a'), workspace('nb-1'), volcanoJobCrd, job('one')];
  await using gateway = await startTestGateway({ objects });
  const group = 'batch.volcano.sh';
  expect(await kindIn(gateway, group)).toMatchObject({ available: true, updates: 'ON_DEMAND', objects: 0 });
  const jobs = gateway.subscribe('subscription { volcanoJobs { type object { name } } }');
  const workspaces = gateway.subscribe('subscription { workspaces { type object { name } } }');
  for (const stream of [jobs, workspaces]) for (const _ of ['RESET', 'ADDED', 'SYNCED']) await stream.next();
  expect(await kindIn(gateway, group)).toMatchObject({ available: true, updates: 'WATCHED', objects: 1 });

  gateway.cluster.delete('apiextensions.k8s.io/v1', 'CustomResourceDefinition', 'jobs.batch.volcano.sh');
  expect((await jobs.next()).value?.data).toEqual({ volcanoJobs: { type: 'DELETED', object: { name: 'one' } } });
  await expect(jobs.next()).rejects.toMatchObject([{ extensions: { code: 'KIND_UNAVAILABLE' } }]);
  expect(await codeOf(gateway)).toBe('KIND_UNAVAILABLE');
  expect(await kindIn(gateway, group)).toMatchObject({ available: false, objects: 0 });

  for (const manifest of [volcanoJobCrd, job('two'), workspace('nb-2')]) gateway.cluster.apply(manifest);
  await expect.poll(() => gateway.query(JOBS)).toEqual({ data: { volcanoJobs: { nodes: [{ name: 'two' }] } } });
  expect((await workspaces.next()).value?.data).toEqual({ workspaces: { type: 'ADDED', object: { name: 'nb-2' } } });
});
