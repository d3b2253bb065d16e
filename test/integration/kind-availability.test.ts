import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { ClusterCache } from '../../src/cache/cluster-cache.ts';
import type { Resource } from '../../src/kubernetes/resource.ts';
import type { AggregatedResource } from '../../dev/simulator/aggregated-resource.ts';
import { WIDGET_DEFINITION, widget } from '../../dev/simulator/test-simulator.ts';
import type { RequestVerb } from '../../dev/simulator/request.ts';
import type { Simulator } from '../../dev/simulator/simulator.ts';
import { DEFINITION } from '../support/reflection.ts';
import { startWidgetCluster, Widget, type WidgetObject } from '../support/widget.ts';
import { namespace } from '../support/manifests.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const Namespace: Resource<WidgetObject> = {
  ...Widget,
  kind: 'Namespace',
  group: '',
  plural: 'namespaces',
  cache: { ...Widget.cache, indexes: {} },
};
const OnDemand: Resource<WidgetObject> = { ...Widget, cache: { ...Widget.cache, watched: 'on-demand' } };
const Gizmo: Resource<WidgetObject> = { ...OnDemand, kind: 'Gizmo', group: 'behind.example.org', plural: 'gizmos' };
const Trinket: Resource<WidgetObject> = { ...Gizmo, kind: 'Trinket', plural: 'trinkets' };
const gizmos: AggregatedResource = { apiVersion: 'behind.example.org/v1', kind: 'Gizmo', verbs: ['create', 'list'] };
const trinkets: AggregatedResource = { ...gizmos, kind: 'Trinket', verbs: ['create', 'list', 'watch'] };
const behind = ({ kind }: AggregatedResource, name: string) => ({
  ...widget(name),
  apiVersion: gizmos.apiVersion,
  kind,
});

describe('a cache of kinds that appear and disappear', () => {
  it('watches only the resources that are read', async () => {
    await using test = await startCluster();
    await test.cache.ensureSynced(OnDemand);
    await waitFor(() => test.simulator.openWatches === 2, 'both resources are watched');
    expect(asked(test.simulator)).toEqual(['watch namespaces', 'watch widgets']);
    expect(updates(test.cache)).toEqual(['watched', 'watched', 'on-demand', 'on-demand']);
  });

  it('notifies only handlers of the kind when its definition is deleted, and resumes when it is created again', async () => {
    await using test = await startCluster();
    const [widgets, namespaces] = [await follow(test.cache, OnDemand), await follow(test.cache, Namespace)];
    test.simulator.delete(...DEFINITION);
    await waitFor(() => widgets.includes('KindUnavailable'), 'the handler is notified');
    test.simulator.apply(namespace('other'));
    await waitFor(() => namespaces.includes('added other'), 'other kinds receive events');
    expect(availability(test.cache)).toMatchObject({ Widget: false, Namespace: true });
    test.simulator.apply(WIDGET_DEFINITION);
    test.simulator.apply(widget('b'));
    await waitFor(() => test.cache.store(OnDemand).size === 1, 'the kind is served again');
    expect(widgets.slice(0, 3)).toEqual(['deleted a', 'KindUnavailable', 'reset']);
    expect(namespaces).not.toContain('KindUnavailable');
  });

  it('starts serving an API group when it is added, and reports KindUnavailable when it is removed', async () => {
    await using test = await startCluster();
    await test.cache.discover();
    expect(availability(test.cache)).toMatchObject({ Gizmo: false, Trinket: false, Widget: true });
    const [polled, watched] = [await follow(test.cache, Gizmo), await follow(test.cache, Trinket)];
    const withdraw = [test.simulator.aggregate(gizmos), test.simulator.aggregate(trinkets)];
    test.simulator.apply(behind(gizmos, 'g'));
    test.simulator.apply(behind(trinkets, 't'));
    const hasRead = (resource: Resource<WidgetObject>) => test.cache.store(resource).size === 1;
    await waitFor(() => hasRead(Gizmo) && hasRead(Trinket), 'both kinds are read');
    expect([polled, watched]).toEqual([['reset'], ['reset']]);
    expect(updates(test.cache)).toEqual(['watched', 'on-demand', 'polled', 'watched']);
    for (const undo of withdraw) undo();
    await waitFor(() => watched.includes('KindUnavailable'), 'the watched kind is unavailable');
    await test.cache.waitForDeletion(Gizmo, [...test.cache.store(Gizmo).list()][0]?.metadata.uid ?? '');
    expect([polled.at(-1), availability(test.cache)]).toMatchObject([
      'KindUnavailable',
      { Gizmo: false, Trinket: false },
    ]);
  });

  it('requests the discovery of a group once when several of its kinds are discovered at once', async () => {
    await using test = await startCluster({ discoveryIntervalMs: 60_000 });
    await Promise.all(Array.from({ length: 5 }, () => test.cache.discover()));
    const documents = test.simulator.requests.filter(({ resource }) => resource === '');
    expect(documents.map(({ url }) => url).toSorted()).toEqual(['/apis/behind.example.org/v1', '/apis/example.org/v1']);
  });
});

describe('gateway.kinds', () => {
  it('returns how each kind is updated, and the gateway is ready before on-demand kinds are read', async () => {
    await using gateway = await startTestGateway();
    expect((await fetch(new URL('/readyz', gateway.url))).status).toBe(200);
    const { data } = await gateway.query('{ gateway { kinds { kind available updates synced } } }');
    expect(data).toMatchObject({
      gateway: {
        kinds: expect.arrayContaining([{ kind: 'Workspace', available: true, updates: 'WATCHED', synced: true }]),
      },
    });
  });
});

async function startCluster({ discoveryIntervalMs = 20 } = {}) {
  const { client, simulator, ...cluster } = await startWidgetCluster({ objects: [widget('a')] });
  const cache = new ClusterCache({
    client,
    resources: [Namespace, OnDemand, Gizmo, Trinket],
    log: pino({ level: 'silent' }),
    watchIdleTimeoutMs: 60_000,
    discoveryIntervalMs,
  });
  await cache.hasSynced;
  return {
    simulator,
    cache,
    async [Symbol.asyncDispose]() {
      await cache[Symbol.asyncDispose]();
      await cluster[Symbol.asyncDispose]();
    },
  };
}

/** Records the events of a resource from now on, such as `added a`, and the reasons of failures. */
async function follow(cache: ClusterCache, resource: Resource<WidgetObject>): Promise<readonly string[]> {
  await cache.ensureSynced(resource);
  const records: string[] = [];
  cache.store(resource).addEventHandler({
    changed: ({ type, object }) => void records.push(`${type} ${object.metadata.name}`),
    reset: () => void records.push('reset'),
    failed: (error) => void records.push('reason' in error ? String(error.reason) : error.message),
  });
  return records;
}

function asked({ requests }: Simulator, verb: RequestVerb = 'watch'): readonly string[] {
  return requests.filter((request) => request.verb === verb).map(({ resource }) => `${verb} ${resource}`);
}

function updates(cache: ClusterCache): readonly string[] {
  return cache.statuses().map((status) => status.updates);
}

function availability(cache: ClusterCache): Readonly<Record<string, boolean>> {
  return Object.fromEntries(cache.statuses().map(({ resource, available }) => [resource.kind, available]));
}
