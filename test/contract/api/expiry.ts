import { expect, it } from 'vitest';
import { versionOf } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

export function expiry(cluster: () => Cluster): void {
  it('goes on from a version after a restart, as long as its history is kept', async () => {
    const team = await TestNamespace.in(cluster());
    await team.create('a');
    await cluster().restart();
    const since = versionOf(await team.api.get(team.workspaces));
    await team.create('b');
    using watch = await team.api.watch(`${team.workspaces}?resourceVersion=${since}`);
    expect(await watch.nextTitle()).toBe('ADDED b');
  });

  it('cannot watch from a version whose history is gone', async () => {
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

  it('cannot list as of a version whose history is gone, nor go on with a list of then', async () => {
    const team = await TestNamespace.in(cluster());
    for (const name of ['a', 'b', 'c']) await team.create(name);
    const page = await team.api.get(`${team.workspaces}?limit=1`);
    await team.create('d');
    await cluster().compact();
    await cluster().restart(); // an API server also serves such lists from memory
    const token = new URLSearchParams({ limit: '1', continue: page.body.metadata?.continue ?? '' }).toString();
    const exact = `resourceVersion=${versionOf(page)}&resourceVersionMatch=Exact`;
    for (const query of [token, exact])
      expect(await team.api.get(`${team.workspaces}?${query}`)).toMatchObject({
        code: 410,
        body: { reason: 'Expired' },
      });
  });

  it('cuts its watches when it ends', async () => {
    const team = await TestNamespace.in(cluster());
    using watch = await team.api.watch(team.workspaces);
    await cluster().restart();
    expect(await watch.next()).toBeUndefined();
  });
}
