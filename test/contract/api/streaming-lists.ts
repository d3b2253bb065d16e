import { describe, expect, it } from 'vitest';
import { namesIn, versionOf, type WatchStream } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';
import { BOOKMARKED_SECONDS } from './watches.ts';

const STREAM = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
const ROUNDS = 20;

/** Contract of streaming lists, by which the gateway reads every resource. */
export function streamingLists(cluster: () => Cluster): void {
  initialEvents(cluster);
  listVersions(cluster);
  errorsAndBookmarks(cluster);
}

function initialEvents(cluster: () => Cluster): void {
  it.each(['configmaps', 'events'])('sends all %s, a bookmark that ends them, then changes', async (plural) => {
    const team = await TestNamespace.in(cluster());
    const path = `/api/v1/namespaces/${team.name}/${plural}`;
    for (const name of ['a', 'b']) await team.api.create(path, manifestOf(plural, team.name, name));
    using watch = await team.api.watch(`${path}?${STREAM}`);
    const titles = [await titleOfNext(watch), await titleOfNext(watch)];
    expect(titles.filter((title) => title !== 'ADDED kube-root-ca.crt').toSorted()).toEqual(['ADDED a', 'ADDED b']);
    const end = await watch.next();
    expect(end).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
    const created = await team.api.create(path, manifestOf(plural, team.name, 'c'));
    expect(await watch.nextTitle()).toBe('ADDED c'); // a periodic bookmark may come first
    expect(Number(created.metadata?.resourceVersion)).toBeGreaterThan(Number(end?.object.metadata?.resourceVersion));
  });

  it('returns every completed write in streaming and plain lists', async () => {
    const team = await TestNamespace.in(cluster());
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `nb-${round}`;
      await team.create(name);
      expect(namesIn(await team.api.get(team.workspaces))).toContain(name);
      await team.delete(name);
      using watch = await team.api.watch(`${team.workspaces}?${STREAM}`);
      expect(await watch.next()).toMatchObject({ type: 'BOOKMARK' });
    }
  });
}

function listVersions(cluster: () => Cluster): void {
  it('streams a list that is not older than a version, and rejects a future version', async () => {
    const team = await TestNamespace.in(cluster());
    const { metadata } = await team.create('a');
    using watch = await team.api.watch(`${team.workspaces}?${STREAM}&resourceVersion=${metadata?.resourceVersion}`);
    expect(await watch.nextTitle()).toBe('ADDED a');
    const future = Number(versionOf(await team.api.get(team.workspaces))) + 1_000_000;
    using early = await team.api.watch(`${team.workspaces}?${STREAM}&resourceVersion=${future}`);
    expect(await early.next()).toMatchObject({
      type: 'ERROR',
      object: { code: 504, details: { causes: [{ reason: 'ResourceVersionTooLarge' }] } },
    });
  });
}

function errorsAndBookmarks(cluster: () => Cluster): void {
  it.each([
    ['watch=true&sendInitialEvents=true', 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan'],
    [
      'watch=true&sendInitialEvents=true&resourceVersionMatch=Exact&resourceVersion=1',
      'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan',
    ],
    [
      'watch=true&resourceVersionMatch=NotOlderThan',
      'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided',
    ],
    ['sendInitialEvents=true&resourceVersionMatch=NotOlderThan', 'sendInitialEvents is forbidden for list'],
  ])('rejects %s', async (query, message) => {
    const team = await TestNamespace.in(cluster());
    const { code, body } = await team.api.get(`${team.workspaces}?${query}`);
    expect([code, body.reason, body.message]).toEqual([422, 'Invalid', expect.stringContaining(message)]);
  });

  describe('bookmarks', () => {
    it('sends bookmarks for workspaces but not for events, which are not served from the watch cache', async () => {
      const team = await TestNamespace.in(cluster());
      const since = versionOf(await team.api.get(team.workspaces));
      const query = `allowWatchBookmarks=true&timeoutSeconds=${BOOKMARKED_SECONDS}&resourceVersion=${since}`;
      using workspaces = await team.api.watch(`${team.workspaces}?${query}`);
      using events = await team.api.watch(`/api/v1/namespaces/${team.name}/events?${query}`);
      await team.create('a'); // advances the version, which a bookmark then reports
      const [ofWorkspaces, ofEvents] = await Promise.all([typesIn(workspaces), typesIn(events)]);
      expect(new Set(ofWorkspaces)).toEqual(new Set(['ADDED', 'BOOKMARK']));
      expect(ofEvents).toEqual([]);
    });
  });
}

function manifestOf(plural: string, namespace: string, name: string) {
  const metadata = { name, namespace };
  if (plural === 'configmaps') return { apiVersion: 'v1', kind: 'ConfigMap', metadata };
  return { apiVersion: 'v1', kind: 'Event', metadata, involvedObject: { kind: 'Pod', namespace, name: 'p' } };
}

async function titleOfNext(watch: WatchStream): Promise<string> {
  const event = await watch.next();
  return `${event?.type} ${event?.object.metadata?.name ?? ''}`;
}

/** Reads a watch until its end. */
async function typesIn(watch: WatchStream): Promise<readonly string[]> {
  const types: string[] = [];
  for (let event = await watch.next(); event; event = await watch.next()) types.push(event.type);
  return types;
}
