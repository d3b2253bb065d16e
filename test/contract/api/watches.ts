import { expect, it } from 'vitest';
import { versionOf } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

/** A kube-apiserver sends a bookmark two seconds before the end of a watch. The changes of a test come before. */
export const BOOKMARKED_SECONDS = 8;

export function watches(cluster: () => Cluster): void {
  watchEvents(cluster);
  selectedWatches(cluster);
  bookmarks(cluster);
  initialEvents(cluster);
  watchErrors(cluster);
}

function watchEvents(cluster: () => Cluster): void {
  it('sends all events since a version in order', async () => {
    const team = await TestNamespace.in(cluster());
    const since = versionOf(await team.api.get(team.workspaces));
    await team.create('a', { state: 'Running' });
    using watch = await team.api.watch(`${team.workspaces}?resourceVersion=${since}`);
    expect([await watch.nextTitle(), await watch.nextTitle()]).toEqual(['ADDED a', 'MODIFIED a']);
    await team.create('b');
    await team.delete('a');
    expect([await watch.nextTitle(), await watch.nextTitle()]).toEqual(['ADDED b', 'DELETED a']);
  });

  it('sends existing objects as ADDED when no version is given', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('a');
    await team.create('b');
    using watch = await team.api.watch(team.workspaces);
    expect(new Set([await watch.nextTitle(), await watch.nextTitle()])).toEqual(new Set(['ADDED a', 'ADDED b']));
  });

  it('sends DELETED with a new version and the last content', async () => {
    const team = await TestNamespace.in(cluster());
    const { metadata } = await team.create('a', { labels: { app: 'x' } });
    using watch = await team.api.watch(`${team.workspaces}?resourceVersion=${metadata?.resourceVersion}`);
    await team.delete('a');
    const event = await watch.next();
    expect(event).toMatchObject({
      type: 'DELETED',
      object: { metadata: { uid: metadata?.uid, labels: { app: 'x' } } },
    });
    expect(Number(event?.object.metadata?.resourceVersion)).toBeGreaterThan(Number(metadata?.resourceVersion));
  });
}

function selectedWatches(cluster: () => Cluster): void {
  it('sends ADDED when an object starts to match a selector and DELETED when it ceases to', async () => {
    const team = await TestNamespace.in(cluster());
    const { metadata } = await team.create('a');
    const query = `resourceVersion=${metadata?.resourceVersion}&labelSelector=on`;
    using watch = await team.api.watch(`${team.workspaces}?${query}`);
    for (const on of ['1', '2', null]) await team.change('a', { metadata: { labels: { on } } });
    const titles = [await watch.nextTitle(), await watch.nextTitle()];
    expect(titles).toEqual(['ADDED a', 'MODIFIED a']);
    const left = await watch.next();
    expect(left).toMatchObject({ type: 'DELETED', object: { metadata: { labels: { on: '2' } } } });
    const { body } = await team.api.get(team.pathOf('a'));
    expect(left?.object.metadata?.resourceVersion).toBe(body.metadata?.resourceVersion);
  });

  it('watches one object when selected by name', async () => {
    const team = await TestNamespace.in(cluster());
    const { metadata } = await team.create('a');
    const query = `resourceVersion=${metadata?.resourceVersion}&fieldSelector=metadata.name%3Db`;
    using watch = await team.api.watch(`${team.workspaces}?${query}`);
    await team.change('a', { metadata: { labels: { on: '1' } } });
    await team.create('b');
    expect(await watch.nextTitle()).toBe('ADDED b');
  });

  it('sends nothing when a write changes nothing or is a dry run', async () => {
    const team = await TestNamespace.in(cluster());
    const { metadata } = await team.create('a');
    using watch = await team.api.watch(`${team.workspaces}?resourceVersion=${metadata?.resourceVersion}`);
    await team.change('a', { spec: { paused: false } });
    await team.api.patch(`${team.pathOf('a')}?dryRun=All`, 'MERGE', { spec: { paused: true } });
    await team.api.delete(`${team.pathOf('a')}?dryRun=All`);
    await team.create('b');
    expect(await watch.nextTitle()).toBe('ADDED b');
  });
}

function bookmarks(cluster: () => Cluster): void {
  it('sends bookmarks with only kind and version when they are allowed', async () => {
    const team = await TestNamespace.in(cluster());
    const since = versionOf(await team.api.get(team.workspaces));
    const query = `resourceVersion=${since}&allowWatchBookmarks=true&timeoutSeconds=${BOOKMARKED_SECONDS}`;
    using watch = await team.api.watch(`${team.workspaces}?${query}`);
    const { metadata } = await team.create('a');
    expect(await watch.nextTitle()).toBe('ADDED a');
    const bookmark = await watch.next();
    const type = { kind: 'Workspace', apiVersion: 'kubeflow.org/v1beta1' };
    expect(bookmark).toMatchObject({ type: 'BOOKMARK', object: type });
    expect(bookmark?.object.metadata).not.toHaveProperty('name');
    expect(Number(bookmark?.object.metadata?.resourceVersion)).toBeGreaterThanOrEqual(
      Number(metadata?.resourceVersion),
    );
  });
}

function initialEvents(cluster: () => Cluster): void {
  it('sends initial events and a bookmark at their end', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('a');
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
    using watch = await team.api.watch(`${team.workspaces}?${query}`);
    expect(await watch.nextTitle()).toBe('ADDED a');
    expect(await watch.next()).toMatchObject({
      type: 'BOOKMARK',
      object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
    });
  });

  it('sends an ERROR event when a streaming list starts at a future version', async () => {
    const team = await TestNamespace.in(cluster());
    const query = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan&resourceVersion=99999999';
    using watch = await team.api.watch(`${team.workspaces}?${query}`);
    const status = {
      kind: 'Status',
      code: 504,
      reason: 'Timeout',
      details: { causes: [{ reason: 'ResourceVersionTooLarge' }] },
    };
    expect([watch.code, await watch.next()]).toMatchObject([200, { type: 'ERROR', object: status }]);
    expect(await watch.next()).toBeUndefined();
  });
}

function watchErrors(cluster: () => Cluster): void {
  it('returns 500 when a watch starts at a malformed version', async () => {
    const team = await TestNamespace.in(cluster());
    using watch = await team.api.watch(`${team.workspaces}?resourceVersion=soon`);
    expect(watch.code).toBe(500);
  });

  it('ends a watch when timeoutSeconds has passed', async () => {
    const team = await TestNamespace.in(cluster());
    using watch = await team.api.watch(`${team.workspaces}?timeoutSeconds=1`);
    expect(await watch.next()).toBeUndefined();
  });

  it('rejects a malformed watch before the stream starts', async () => {
    const team = await TestNamespace.in(cluster());
    using unselectable = await team.api.watch(`${team.workspaces}?labelSelector=%3D`);
    using unknown = await team.api.watch('/apis/kubeflow.org/v1beta1/things');
    expect([unselectable.code, unknown.code]).toEqual([400, 404]);
  });
}
