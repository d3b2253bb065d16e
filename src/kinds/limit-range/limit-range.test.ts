import { describe, expect, it } from 'vitest';
import { limitedGateway } from '../../../test/support/limited-gateway.ts';
import { namespace } from '../../../test/support/manifests.ts';
import { startTestGateway } from '../../../test/support/test-gateway.ts';

function rangeWith(...limits: readonly object[]) {
  const metadata = { name: 'sizes', namespace: 'team-a' };
  return { apiVersion: 'v1', kind: 'LimitRange', metadata, spec: { limits } };
}

const range = rangeWith(
  { type: 'Container', max: { memory: '1024Mi', cpu: '0.5' }, defaultRequest: { cpu: '100m' } },
  { type: 'PersistentVolumeClaim', min: { storage: '1Gi' } },
  { type: 'Pod', maxLimitRequestRatio: { memory: '1.5' } },
  { type: 'example.com/Other', max: { memory: '1' } },
);
const objects = [namespace('team-a'), namespace('team-b'), range];
const AMOUNTS = ['max', 'min', 'default', 'defaultRequest', 'maxLimitRequestRatio'];
const RANGES = `{ namespaces(filter: { search: "team-" }) { nodes { name limitRanges {
  name items { type ${AMOUNTS.map((field) => `${field} { resource quantity value }`).join(' ')} }
} } } }`;
const FOLLOW = `subscription { namespaces(filter: { search: "team-a" }) {
  type object { limitRanges { items { max { quantity } } } }
} }`;

const none = Object.fromEntries(AMOUNTS.map((field) => [field, []]));

describe('Namespace.limitRanges', () => {
  it('returns exact amounts by type, and UNKNOWN for other types', async () => {
    await using gateway = await startTestGateway({ objects });
    const half = { resource: 'cpu', quantity: '500m', value: 0.5 };
    const max = [half, { resource: 'memory', quantity: '1Gi', value: 2 ** 30 }];
    const defaultRequest = [{ resource: 'cpu', quantity: '100m', value: 0.1 }, max[1]];
    const items = [
      { ...none, type: 'CONTAINER', max, default: max, defaultRequest },
      { ...none, type: 'PERSISTENT_VOLUME_CLAIM', min: [{ resource: 'storage', quantity: '1Gi', value: 2 ** 30 }] },
      { ...none, type: 'POD', maxLimitRequestRatio: [{ resource: 'memory', quantity: '1500m', value: 1.5 }] },
      { ...none, type: 'UNKNOWN', max: [{ resource: 'memory', quantity: '1', value: 1 }] },
    ];
    const { data, errors } = await gateway.query(RANGES);
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      namespaces: {
        nodes: [
          { name: 'team-a', limitRanges: [{ name: 'sizes', items }] },
          { name: 'team-b', limitRanges: [] },
        ],
      },
    });
  });

  it('returns no limit ranges when the viewer may not list them', async () => {
    await using gateway = await limitedGateway({ objects, mayNot: 'pods' });
    const { data } = await gateway.query('{ namespace(name: "team-a") { limitRanges { name } } }');
    expect(data).toEqual({ namespace: { limitRanges: [] } });
  });

  it('sends limit ranges to subscribers when a limit changes', async () => {
    await using gateway = await startTestGateway({ objects });
    const live = gateway.subscribe(FOLLOW);
    for (const type of ['RESET', 'ADDED', 'SYNCED'])
      expect((await live.next()).value).toMatchObject({ data: { namespaces: { type } } });
    gateway.cluster.apply(rangeWith({ type: 'Pod', max: { cpu: '3' } }));
    expect((await live.next()).value).toMatchObject({
      data: {
        namespaces: { type: 'MODIFIED', object: { limitRanges: [{ items: [{ max: [{ quantity: '3' }] }] }] } },
      },
    });
  });
});
