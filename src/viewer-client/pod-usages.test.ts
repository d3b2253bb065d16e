import { expect, it } from 'vitest';
import { POD_METRICS } from '../../dev/simulator/aggregated-resource.ts';
import { startSimulator } from '../../dev/simulator/simulator.ts';
import { grant } from '../../test/support/access/grants.ts';
import { createApiConnection } from '../kubernetes/api-connection.ts';
import { Client } from '../kubernetes/client.ts';
import { PodUsages } from './pod-usages.ts';

const listing = { verbs: ['list'], apiGroups: ['metrics.k8s.io'], resources: ['pods'] };

it.each([
  ['token', 'revoked', 401],
  ['permission', 'ann', 403],
])('reads again when the %s of another caller of the same read is refused', async (_, token, code) => {
  await using cluster = await startSimulator({
    users: ['ann', 'bob'].map((name) => ({ name, token: name })),
    objects: grant('bob', listing),
    aggregated: [POD_METRICS],
  });
  const client = new Client(await createApiConnection({ type: 'text', text: cluster.kubeconfig }));
  const usages = new PodUsages();
  const [refused, ...others] = await Promise.allSettled(
    [token, 'bob', 'bob'].map(async (each) => usages.get('default', client.withToken(each))),
  );
  expect(refused).toMatchObject({ status: 'rejected', reason: { code } });
  expect(others).toEqual(Array.from(others, () => ({ status: 'fulfilled', value: new Map() })));
  expect(cluster.requests.filter(({ group }) => group === 'metrics.k8s.io')).toHaveLength(2);
});
