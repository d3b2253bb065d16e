import { describe, expect, it } from 'vitest';
import { limitedGateway } from '../../../test/support/limited-gateway.ts';
import { namespace } from '../../../test/support/manifests.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';

const hard = { 'requests.nvidia.com/gpu': '4', pods: '10' };
const quota = {
  apiVersion: 'v1',
  kind: 'ResourceQuota',
  metadata: { name: 'all', namespace: 'team-a' },
  spec: {
    hard,
    scopes: ['NotTerminating'],
    scopeSelector: { matchExpressions: [{ scopeName: 'PriorityClass', operator: 'In', values: ['high'] }] },
  },
  status: { hard, used: { pods: '3' } },
};
const objects = [namespace('team-a'), quota];
const QUOTAS = `{ namespace(name: "team-a") {
  resourceQuotas { name scopes items { resource hard { quantity value } used { quantity } } }
} }`;
const FOLLOW = `subscription { namespaces(filter: { search: "team-a" }) {
  type object { resourceQuotas { items { resource used { quantity } } } }
} }`;

describe('Namespace.resourceQuotas', () => {
  it('returns the limits and used amounts of quotas', async () => {
    await using gateway = await startTestGateway({ objects });
    const items = [
      { resource: 'pods', hard: { quantity: '10', value: 10 }, used: { quantity: '3' } },
      { resource: 'requests.nvidia.com/gpu', hard: { quantity: '4', value: 4 }, used: { quantity: '0' } },
    ];
    const resourceQuotas = [{ name: 'all', scopes: ['NotTerminating', 'PriorityClass'], items }];
    expect((await gateway.query(QUOTAS)).data).toEqual({ namespace: { resourceQuotas } });
  });

  it('returns no quotas when the viewer may not list them', async () => {
    await using gateway = await limitedGateway({ objects, mayNot: 'pods' });
    expect((await gateway.query(QUOTAS)).data).toEqual({ namespace: { resourceQuotas: [] } });
  });

  it('sends quotas to subscribers when the used amount changes', async () => {
    await using gateway = await startTestGateway({ objects });
    const live = gateway.subscribe(FOLLOW);
    for (const type of ['RESET', 'ADDED', 'SYNCED'])
      expect((await live.next()).value).toMatchObject({ data: { namespaces: { type } } });
    gateway.cluster.apply({ ...quota, status: { hard, used: { pods: '4' } } });
    const items = [{ resource: 'pods', used: { quantity: '4' } }, { resource: 'requests.nvidia.com/gpu' }];
    expect((await live.next()).value).toMatchObject({
      data: { namespaces: { type: 'MODIFIED', object: { resourceQuotas: [{ items }] } } },
    });
  });
});
