import { expect, it, type TestContext } from 'vitest';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

export function newServers(cluster: () => Cluster): void {
  /** Skips a test on servers of before the version that has what it is about, saying so. */
  function need({ skip }: TestContext, what: string, minorVersion: number): void {
    const { minorVersion: has } = cluster();
    skip(has < minorVersion, `${what} came with Kubernetes 1.${minorVersion}; this server is 1.${has}`);
  }

  it('streams a list into a watch, and marks its end', async (context) => {
    need(context, 'sendInitialEvents', 32);
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
}
