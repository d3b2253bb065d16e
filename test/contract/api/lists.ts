import { expect, it } from 'vitest';
import { namesIn, versionOf, type ApiResponse } from '../api-client.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

const selected = [
  ['app', 'a,b'],
  ['!app', 'c,d'],
  ['app=x', 'a'],
  ['app==x', 'a'],
  ['app!=x', 'b,c,d'],
  ['app in (x,y)', 'a,b'],
  ['app notin (x)', 'b,c,d'],
  ['tier>1', 'b,c'],
  ['tier<3', 'a,b'],
  ['app=x,tier=1', 'a'],
  ['app in (x,y),tier notin (1),!old', 'b'],
  [' app = x ', 'a'],
  ['app in (x,)', 'a'],
  ['', 'a,b,c,d'],
] as const;

export function lists(cluster: () => Cluster): void {
  labelSelectors(cluster);
  fieldSelectors(cluster);
  pages(cluster);
  versions(cluster);
}

async function labelled(cluster: () => Cluster): Promise<TestNamespace> {
  const team = await TestNamespace.in(cluster());
  await team.create('a', { labels: { app: 'x', tier: '1' } });
  await team.create('b', { labels: { app: 'y', tier: '2' } });
  await team.create('c', { labels: { tier: '3' } });
  await team.create('d');
  return team;
}

function labelSelectors(cluster: () => Cluster): void {
  it('selects by labels with every operator', async () => {
    const team = await labelled(cluster);
    for (const [labelSelector, names] of selected)
      expect([labelSelector, namesIn(await list(team, { labelSelector })).join(',')]).toEqual([labelSelector, names]);
  });

  it('returns 400 when a label selector is malformed', async () => {
    const team = await TestNamespace.in(cluster());
    for (const labelSelector of [
      'app in (x',
      '=x',
      'a b',
      '!',
      'app=x,',
      'tier>a',
      '-app=x',
      'app=-x',
      'a/b/c=1',
      'app===x',
    ])
      expect([labelSelector, await list(team, { labelSelector })]).toMatchObject([
        labelSelector,
        { code: 400, body: { reason: 'BadRequest' } },
      ]);
  });
}

function fieldSelectors(cluster: () => Cluster): void {
  it('selects by name and namespace', async () => {
    const team = await labelled(cluster);
    const chosen = async (fieldSelector: string) => namesIn(await list(team, { fieldSelector })).join(',');
    expect(await chosen('metadata.name=b')).toBe('b');
    expect(await chosen('metadata.name!=b')).toBe('a,c,d');
    expect(await chosen(`metadata.namespace=${team.name}`)).toBe('a,b,c,d');
    expect(await chosen('metadata.namespace=elsewhere')).toBe('');
    expect(await chosen('metadata.name=a,metadata.name=b')).toBe('');
  });

  it('rejects other field selectors for custom resources, and selects namespaces by phase', async () => {
    const team = await TestNamespace.in(cluster());
    expect(await list(team, { fieldSelector: 'spec.kind=jupyterlab' })).toMatchObject({
      code: 400,
      body: { reason: 'BadRequest', message: expect.stringContaining('spec.kind') },
    });
    const active = await team.api.get('/api/v1/namespaces?fieldSelector=status.phase%3DActive');
    expect(namesIn(active)).toContain(team.name);
    expect((await team.api.get('/api/v1/namespaces?fieldSelector=spec.odd%3D1')).code).toBe(400);
  });
}

function pages(cluster: () => Cluster): void {
  it('returns pages of the list as of the first page', async () => {
    const team = await labelled(cluster);
    const first = await list(team, { limit: '2' });
    const next = first.body.metadata?.continue ?? '';
    expect([namesIn(first), first.body.metadata?.remainingItemCount]).toEqual([['a', 'b'], 2]);
    await team.create('cc');
    await team.delete('d');
    const second = await list(team, { limit: '2', continue: next });
    expect([namesIn(second), versionOf(second)]).toEqual([['c', 'd'], versionOf(first)]);
    expect(second.body.metadata?.continue ?? '').toBe('');
    expect(namesIn(await list(team, { continue: next }))).toEqual(['c', 'd']);
  });

  it('omits remainingItemCount when a selector is given', async () => {
    const team = await labelled(cluster);
    const { body } = await list(team, { limit: '1', labelSelector: 'tier' });
    expect(body.metadata?.continue).not.toBe('');
    expect(body.metadata).not.toHaveProperty('remainingItemCount');
  });

  it('rejects a continue token when it is malformed or combined with a version', async () => {
    const team = await labelled(cluster);
    expect((await list(team, { limit: '1', continue: 'abc' })).body).toMatchObject({
      reason: 'BadRequest',
      code: 400,
      message: expect.stringMatching(/^invalid continue token: continue key is not valid/u),
    });
    const { body } = await list(team, { limit: '1' });
    const mixed = await list(team, { limit: '1', resourceVersion: '5', continue: body.metadata?.continue ?? '' });
    expect(mixed).toMatchObject({ code: 400, body: { reason: 'BadRequest' } });
    expect((await list(team, { limit: 'many' })).code).toBe(400);
  });
}

function versions(cluster: () => Cluster): void {
  it('lists at exactly a version or at one that is not older', async () => {
    const team = await labelled(cluster);
    const resourceVersion = versionOf(await list(team, {}));
    await team.create('e');
    const exact = await list(team, { resourceVersion, resourceVersionMatch: 'Exact' });
    expect([namesIn(exact), versionOf(exact)]).toEqual([['a', 'b', 'c', 'd'], resourceVersion]);
    expect(namesIn(await list(team, { resourceVersion, limit: '9' }))).toEqual(namesIn(exact));
    expect(namesIn(await list(team, {}))).toContain('e');
    const notOlder = await list(team, { resourceVersion, resourceVersionMatch: 'NotOlderThan' });
    expect(Number(versionOf(notOlder))).toBeGreaterThanOrEqual(Number(resourceVersion));
  });

  it('lists any version without pages when resourceVersion is 0', async () => {
    const team = await labelled(cluster);
    const all = () => list(team, { resourceVersion: '0', limit: '1' });
    await expect.poll(async () => namesIn(await all()).toSorted()).toEqual(['a', 'b', 'c', 'd']);
    expect((await all()).body.metadata?.continue ?? '').toBe('');
  });

  it('rejects resourceVersionMatch when resourceVersion is missing', async () => {
    const team = await TestNamespace.in(cluster());
    const queries: readonly Record<string, string>[] = [
      { resourceVersionMatch: 'Exact' },
      { resourceVersionMatch: 'Odd', resourceVersion: '5' },
      { resourceVersionMatch: 'Exact', resourceVersion: '0' },
    ];
    for (const query of queries)
      expect(await list(team, query)).toMatchObject({
        code: 422,
        body: { reason: 'Invalid', details: { causes: [{ field: 'resourceVersionMatch' }] } },
      });
  });
}

function list(team: TestNamespace, query: Readonly<Record<string, string>>): Promise<ApiResponse> {
  return team.api.get(`${team.workspaces}?${new URLSearchParams(query).toString()}`);
}
