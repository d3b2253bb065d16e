import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ClusterCache } from '../../src/cache/cluster-cache.ts';
import type { ReadonlyStore } from '../../src/cache/readonly-store.ts';
import type { WatchStatistics } from '../../src/cache/watch-statistics.ts';
import { Client } from '../../src/kubernetes/client.ts';
import { createApiConnection, type ApiConnection } from '../../src/kubernetes/api-connection.ts';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { defineResource, type Resource } from '../../src/kubernetes/resource.ts';
import { controlPlaneMissing, startControlPlane, type ControlPlane } from '../support/control-plane.ts';
import { TrackedObjects } from '../support/heap.ts';
import { waitFor } from '../support/wait-for.ts';
import { ApiClient } from './api-client.ts';
import { describeOnClusters } from './clusters.ts';

const PATIENCE = { timeout: 120_000 };
const ROUNDS = 10;
const SMALL_OBJECTS = 300;
/** Objects that together exceed the socket buffers between server and client. */
const LARGE_OBJECTS = 18;
const LARGE_BYTES = 900_000;

/** Part of every decoded object. The decoder keeps instances of classes as they are. */
class Marker {
  readonly isDecoded = true;
}

describeOnClusters('the cache', (cluster) => {
  /** Stops the API server when it has a later version than the store, which a bookmark may bring up to date just before. */
  async function stopBehind(running: RunningCache): Promise<void> {
    const failures = () => Object.values(running.statistics().failures).reduce((sum, count) => sum + count, 0);
    for (;;) {
      const { version } = running.store;
      await ConfigMaps.in(cluster().api); // a later version
      await cluster().stop();
      const before = failures();
      await waitFor(() => failures() > before, 'all that was sent before has been received');
      if (running.store.version === version) return;
      await cluster().start();
    }
  }

  it('reads a resource by one streaming list that continues as the watch', async () => {
    const { api, kubeconfig } = cluster();
    const team = await ConfigMaps.in(api);
    await team.create('a');
    await using running = await startCache(kubeconfig, team.resource());
    await running.cache.hasSynced;
    await team.create('b');
    await waitFor(() => running.store.size === 2, 'the change has arrived');
    const streamed = expect.stringContaining('sendInitialEvents=true&resourceVersionMatch=NotOlderThan');
    expect(running.requests).toEqual([streamed]);
    expect(running.statistics()).toMatchObject({ lists: { start: 1 }, failures: {}, malformed: 0 });
  });

  it('contains every write that completed before it started', PATIENCE, async () => {
    const { api, kubeconfig } = cluster();
    const team = await ConfigMaps.in(api);
    for (let round = 1; round <= ROUNDS; round += 1) {
      await team.create(`c-${round}`);
      await using running = await startCache(kubeconfig, team.resource());
      await running.cache.hasSynced;
      expect(running.store.size).toBe(round);
    }
  });

  it('restarts the list when the API server stops during the initial events', PATIENCE, async () => {
    const { api, kubeconfig } = cluster();
    const team = await ConfigMaps.in(api);
    for (let count = 0; count < LARGE_OBJECTS; count += 1) await team.create(`c-${count}`, 'x'.repeat(LARGE_BYTES));
    let decoded = 0;
    let stopped: Promise<void> | undefined;
    const resource = team.resource((object) => {
      decoded += 1;
      stopped ??= cluster().stop();
      return object;
    });
    await using running = await startCache(kubeconfig, resource);
    await waitFor(() => Object.keys(running.statistics().failures).length > 0, 'the stream has broken');
    await stopped;
    expect(decoded).toBeGreaterThan(0);
    expect(decoded).toBeLessThan(LARGE_OBJECTS);
    expect([running.store.version, running.store.size]).toEqual(['', 0]);
    await cluster().start();
    await running.cache.hasSynced;
    expect([running.store.size, running.statistics().lists]).toEqual([LARGE_OBJECTS, { start: 1 }]);
  });

  it('holds unchanged objects once during a relist', PATIENCE, async () => {
    const { api, kubeconfig } = cluster();
    const team = await ConfigMaps.in(api);
    for (let count = 0; count < SMALL_OBJECTS; count += 1) await team.create(`c-${count}`);
    const markers = new TrackedObjects();
    let decoded = 0;
    let liveAtLast = 0;
    const resource = team.resource((object) => {
      decoded += 1;
      if (decoded === 2 * SMALL_OBJECTS) liveAtLast = markers.countReachable();
      return { ...object, marker: markers.track(new Marker()) };
    });
    await using running = await startCache(kubeconfig, resource);
    await running.cache.hasSynced;
    await stopBehind(running);
    await cluster().compact();
    await cluster().start();
    // If the restart has taken more than ten seconds, the reason is `interruption` instead of `expired`.
    const relists = () => {
      const { expired = 0, interruption = 0 } = running.statistics().lists;
      return expired + interruption;
    };
    await waitFor(() => relists() === 1, 'it has relisted');
    expect(running.store.size).toBe(SMALL_OBJECTS);
    expect(liveAtLast).toBeGreaterThanOrEqual(SMALL_OBJECTS);
    // Objects of the same turn count as reachable: those of one chunk of the stream.
    expect(liveAtLast).toBeLessThanOrEqual(1.5 * SMALL_OBJECTS);
  });
});

if (controlPlaneMissing)
  console.warn(`The fallback to paged lists is not held against a server: ${controlPlaneMissing}.`);
describe.skipIf(controlPlaneMissing)('the cache before a kube-apiserver without streaming lists', () => {
  let controlPlane: ControlPlane;
  let api: ApiClient;

  beforeAll(async () => {
    controlPlane = await startControlPlane({ apiServerArgs: ['--feature-gates=WatchList=false'] });
    api = await ApiClient.connect(controlPlane.kubeconfig);
  });
  afterAll(() => controlPlane[Symbol.asyncDispose]());

  it('lists in pages and watches from their version when streaming lists are unsupported', PATIENCE, async () => {
    const team = await ConfigMaps.in(api);
    await team.create('a');
    await using running = await startCache(controlPlane.kubeconfig, team.resource());
    await running.cache.hasSynced;
    await team.create('b');
    await waitFor(() => running.store.size === 2, 'the change has arrived');
    expect(running.requests).toEqual([
      expect.stringContaining('sendInitialEvents=true'),
      expect.stringMatching(/limit=500/u),
      expect.stringMatching(/watch=true.*resourceVersion=\d+/u),
    ]);
    expect(running.statistics()).toMatchObject({ lists: { start: 1 }, failures: {} });
  });

  it('reads a deprecated version when responses have Warning headers', PATIENCE, async () => {
    await api.define(deprecated);
    const path = '/apis/example.org/v1/namespaces/default/relics';
    await api.create(path, { apiVersion: 'example.org/v1', kind: 'Relic', metadata: { name: 'a' } });
    expect((await api.get(path)).headers['warning']).toContain('Relic is deprecated');
    const names = { kind: 'Relic', group: 'example.org', version: 'v1', plural: 'relics', namespaced: true };
    await using running = await startCache(controlPlane.kubeconfig, defineResource(names));
    await running.cache.hasSynced;
    expect([running.store.size, running.statistics()]).toMatchObject([1, { failures: {}, malformed: 0 }]);
  });
});

const deprecated = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'relics.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'relics', kind: 'Relic' },
    versions: [
      { name: 'v1', served: true, storage: true, deprecated: true, schema: { openAPIV3Schema: { type: 'object' } } },
    ],
  },
};

/** ConfigMaps of one test, selected by a label. */
class ConfigMaps {
  readonly #api: ApiClient;
  readonly #namespace: string;

  static async in(api: ApiClient): Promise<ConfigMaps> {
    return new ConfigMaps(api, await api.namespace());
  }

  private constructor(api: ApiClient, namespace: string) {
    this.#api = api;
    this.#namespace = namespace;
  }

  resource(trim: Resource['cache']['trim'] = (object) => object): Resource {
    const labelSelector = `test=${this.#namespace}`;
    const names = { kind: 'ConfigMap', group: '', version: 'v1', plural: 'configmaps', namespaced: true };
    return defineResource({ ...names, cache: { labelSelector, trim } });
  }

  async create(name: string, content = ''): Promise<void> {
    const metadata = { name, labels: { test: this.#namespace } };
    const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { content } };
    await this.#api.create(`/api/v1/namespaces/${this.#namespace}/configmaps`, manifest);
  }
}

interface RunningCache extends AsyncDisposable {
  readonly cache: ClusterCache;
  readonly store: ReadonlyStore<KubernetesObject>;
  /** Paths with queries, in the order they were sent. */
  readonly requests: readonly string[];
  statistics(): WatchStatistics;
}

async function startCache(kubeconfig: string, resource: Resource): Promise<RunningCache> {
  const connection = await createApiConnection({ type: 'text', text: kubeconfig });
  const requests: string[] = [];
  const recording: ApiConnection = {
    ...connection,
    send(request) {
      requests.push(request.path);
      return connection.send(request);
    },
  };
  const cache = new ClusterCache({
    client: new Client(recording),
    resources: [resource],
    log: pino({ level: 'silent' }),
    watchIdleTimeoutMs: 90_000,
    discoveryIntervalMs: 5_000,
  });
  return {
    cache,
    store: cache.store(resource),
    requests,
    statistics() {
      const [status] = cache.statuses();
      if (!status) throw new Error('Expected the status of one resource, got none.');
      return status.watch;
    },
    [Symbol.asyncDispose]: () => cache[Symbol.asyncDispose](),
  };
}
