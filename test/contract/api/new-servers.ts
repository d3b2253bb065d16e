import { expect, it, type TestContext } from 'vitest';
import { widget } from '../../../dev/simulator/fixture.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

export function newServers(cluster: () => Cluster): void {
  /** Skips a test on servers of before the version that has what it is about, saying so. */
  function need({ skip }: TestContext, what: string, minorVersion: number): void {
    const { minorVersion: has } = cluster();
    skip(has < minorVersion, `${what} came with Kubernetes 1.${minorVersion}; this server is 1.${has}`);
  }

  it('refuses unknown fields to who wants that, and else warns of them', async (context) => {
    need(context, 'fieldValidation', 27);
    const team = await TestNamespace.in(cluster());
    const manifest = team.manifest('nb', { spec: { surplus: 1 } });
    const strict = await team.api.post(`${team.workspaces}?fieldValidation=Strict`, manifest);
    expect(strict.body).toMatchObject({ code: 400, message: expect.stringContaining('unknown field "spec.surplus"') });
    const { code, headers } = await team.api.post(team.workspaces, manifest);
    expect([code, headers['warning']]).toEqual([201, '299 - "unknown field \\"spec.surplus\\""']);
  });

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

  it('keeps what a rule says is immutable', async (context) => {
    need(context, 'rules in CEL', 25);
    const team = await TestNamespace.in(cluster());
    const { metadata: _, ...rest } = widget('w', { shape: 'round' });
    const path = `/apis/example.org/v1/namespaces/${team.name}/widgets`;
    await team.api.create(path, { ...rest, metadata: { name: 'w' } });
    const { body } = await team.api.patch(`${path}/w`, 'MERGE', { spec: { shape: 'square' } });
    expect(body).toMatchObject({ code: 422, message: expect.stringContaining("Widget 'shape' is immutable") });
  });
}
