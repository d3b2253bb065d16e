import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { startClusterCache, type ClusterCache } from '../../src/cache/cluster-cache.ts';
import type { Resource } from '../../src/kubernetes/resource.ts';
import type { AggregatedResource } from '../../dev/simulator/aggregated-resource.ts';
import { WIDGET_DEFINITION, widget } from '../../dev/simulator/test-simulator.ts';
import type { RequestVerb } from '../../dev/simulator/request.ts';
import type { Simulator } from '../../dev/simulator/simulator.ts';
import { DEFINITION } from '../support/reflection.ts';
import { startWidgetCluster, Widget, type WidgetObject } from '../support/widget.ts';
import { namespace } from '../support/manifests.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { until } from '../support/until.ts';

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

describe('a cluster whose kinds come and go', () => {
  it('is asked for what somebody reads, and for nothing else', async () => {
    await using world = await startWorld();
    await world.cache.ensureSynced(OnDemand);
    await until(() => world.simulator.openWatches === 2, 'what is read is watched');
    expect(asked(world.simulator)).toEqual(['watch namespaces', 'watch widgets']);
    expect(updates(world.cache)).toEqual(['watched', 'watched', 'on-demand', 'on-demand']);
  });

  it('has a definition deleted: who follows its kind is told, others are not, and all is well when it is back', async () => {
    await using world = await startWorld();
    const [widgets, namespaces] = [await follow(world.cache, OnDemand), await follow(world.cache, Namespace)];
    world.simulator.delete(...DEFINITION);
    await until(() => widgets.includes('KindUnavailable'), 'it is told');
    world.simulator.apply(namespace('other'));
    await until(() => namespaces.includes('added other'), 'others go on');
    expect(availability(world.cache)).toMatchObject({ Widget: false, Namespace: true });
    world.simulator.apply(WIDGET_DEFINITION);
    world.simulator.apply(widget('b'));
    await until(() => widgets.includes('added b'), 'it is there again');
    expect(namespaces).not.toContain('KindUnavailable');
  });

  it('gets a whole group while it is running, and loses it again', async () => {
    await using world = await startWorld();
    await world.cache.discover();
    expect(availability(world.cache)).toMatchObject({ Gizmo: false, Trinket: false, Widget: true });
    const [polled, watched] = [await follow(world.cache, Gizmo), await follow(world.cache, Trinket)];
    const withdraw = [world.simulator.aggregate(gizmos), world.simulator.aggregate(trinkets)];
    world.simulator.apply(behind(gizmos, 'g'));
    world.simulator.apply(behind(trinkets, 't'));
    await until(() => polled.includes('added g') && watched.includes('added t'), 'both are read');
    expect(updates(world.cache)).toEqual(['watched', 'on-demand', 'polled', 'watched']);
    for (const undo of withdraw) undo();
    await until(() => watched.includes('KindUnavailable'), 'who watches is told at once');
    await world.cache.waitForDeletion(Gizmo, [...world.cache.store(Gizmo).list()][0]?.metadata.uid ?? '');
    expect([polled.at(-1), availability(world.cache)]).toMatchObject([
      'KindUnavailable',
      { Gizmo: false, Trinket: false },
    ]);
  });

  it('is asked about a group once, however many of its kinds nobody reads', async () => {
    await using world = await startWorld({ discoveryIntervalMs: 60_000 });
    await Promise.all(Array.from({ length: 5 }, () => world.cache.discover()));
    const documents = world.simulator.requests.filter(({ resource }) => resource === '');
    expect(documents.map(({ url }) => url).toSorted()).toEqual(['/apis/behind.example.org/v1', '/apis/example.org/v1']);
  });
});

describe('a gateway', () => {
  it('says how changes of each kind come to it, and is ready without what nobody reads', async () => {
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

async function startWorld({ discoveryIntervalMs = 20 } = {}) {
  const { client, simulator, ...cluster } = await startWidgetCluster({ objects: [widget('a')] });
  const cache = startClusterCache({
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

/** What is told of a resource from now on: `added a`, or why there is nothing to follow. */
async function follow(cache: ClusterCache, resource: Resource<WidgetObject>): Promise<readonly string[]> {
  await cache.ensureSynced(resource);
  const told: string[] = [];
  cache.store(resource).addEventHandler({
    changed: ({ type, object }) => void told.push(`${type} ${object.metadata.name}`),
    reset: () => void told.push('reset'),
    failed: (error) => void told.push('reason' in error ? String(error.reason) : error.message),
  });
  return told;
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
