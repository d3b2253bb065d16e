import { expect, it } from 'vitest';
import { versionOf } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

export function expiry(cluster: () => Cluster): void {
  expiredWatches(cluster);
  expiredLists(cluster);
}

function expiredWatches(cluster: () => Cluster): void {
  it('resumes a watch after a restart when the history is kept', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('a');
    await cluster().restart();
    const since = versionOf(await team.api.get(team.workspaces));
    await team.create('b');
    using watch = await team.api.watch(`${team.workspaces}?resourceVersion=${since}`);
    expect(await watch.nextTitle()).toBe('ADDED b');
  });

  it('returns 410 when a watch starts at a compacted version', async () => {
    const team = await TestNamespace.in(cluster());
    const { metadata } = await team.create('a');
    await team.create('b');
    await cluster().compact();
    await cluster().restart();
    using watch = await team.api.watch(`${team.workspaces}?resourceVersion=${metadata?.resourceVersion}`);
    expect(await watch.next()).toMatchObject({
      type: 'ERROR',
      object: { kind: 'Status', code: 410, reason: 'Expired' },
    });
    expect(await watch.next()).toBeUndefined();
  });
}

function expiredLists(cluster: () => Cluster): void {
  it('returns 410 when a list or its continuation is at a compacted version', async () => {
    const team = await TestNamespace.in(cluster());
    for (const name of ['a', 'b', 'c']) await team.create(name);
    const page = await team.api.get(`${team.workspaces}?limit=1`);
    await team.create('d');
    await cluster().compact();
    await cluster().restart(); // without a restart, the API server serves such lists from memory
    const token = new URLSearchParams({ limit: '1', continue: page.body.metadata?.continue ?? '' }).toString();
    const exact = `resourceVersion=${versionOf(page)}&resourceVersionMatch=Exact`;
    for (const query of [token, exact])
      expect(await team.api.get(`${team.workspaces}?${query}`)).toMatchObject({
        code: 410,
        body: { reason: 'Expired' },
      });
  });

  it('closes its watches when it stops', async () => {
    const team = await TestNamespace.in(cluster());
    using watch = await team.api.watch(team.workspaces);
    await cluster().restart();
    expect(await watch.next()).toBeUndefined();
  });
}
