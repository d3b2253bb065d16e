import { expect, it } from 'vitest';
import { headerAuthentication as header } from '../../support/authentication.ts';
import { editing, grantIn, grantName, namespaces, viewing, type Rule } from '../../support/access/grants.ts';
import { connectUser, type UserClient } from '../../support/user-client.ts';
import { startGatewayFor, type TestGateway } from '../../support/test-gateway.ts';
import type { Cluster } from '../clusters.ts';
import { TestNamespace } from '../test-namespace.ts';

const TTL_SECONDS = 1;
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** Contract of authorization: the RBAC of the cluster decides about queries, mutations and running subscriptions. */
export function permissions(cluster: () => Cluster): void {
  visibleObjects(cluster);
  authenticatedViewers(cluster);
  permissionChanges(cluster);
  permittedPauses(cluster);
}

const start = (cluster: () => Cluster, authentication: { readonly impersonate: boolean } = header) =>
  startGatewayFor(cluster().kubeconfig, {
    authentication: { ...header, ...authentication },
    authorizationTtlSeconds: TTL_SECONDS,
    denialTtlSeconds: TTL_SECONDS,
  });

function visibleObjects(cluster: () => Cluster): void {
  it('returns only objects that the viewer may list', async () => {
    const [mine, other] = await Promise.all([TestNamespace.in(cluster()), TestNamespace.in(cluster())]);
    await Promise.all([mine.create('seen'), other.create('unseen'), allow(mine, 'viewer-1', viewing)]);
    await using gateway = await start(cluster);
    await using viewer = as(gateway, 'viewer-1');
    await expect
      .poll(
        async () => (await viewer.ask('{ workspaces { nodes { name } } namespaces { nodes { name phase } } }')).data,
      )
      .toEqual({
        workspaces: { nodes: [{ name: 'seen' }] },
        namespaces: { nodes: [{ name: mine.name, phase: null }] },
      });
    const asked = ['unseen', 'not-there'].map((name) =>
      viewer.ask(`{ workspace(namespace: "${other.name}", name: "${name}") { name } }`),
    );
    const [existing, missing] = await Promise.all(asked);
    expect(existing?.errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
    expect(missing?.errors).toEqual(existing?.errors);
  });

  it('returns a namespace when the permission for it is granted by a Role in it', async () => {
    const mine = await TestNamespace.in(cluster());
    const viewer = `viewer-${mine.name}`;
    await allow(mine, viewer, viewing, namespaces(['get']));
    await using gateway = await start(cluster);
    await using person = as(gateway, viewer);
    const asked = `{ namespaces { nodes { name phase } } namespace(name: "${mine.name}") { phase } }`;
    await expect
      .poll(async () => (await person.ask(asked)).data)
      .toEqual({ namespaces: { nodes: [{ name: mine.name, phase: 'ACTIVE' }] }, namespace: { phase: 'ACTIVE' } });
  });
}

function authenticatedViewers(cluster: () => Cluster): void {
  it('identifies a viewer by TokenReview, and writes with the token', async () => {
    const mine = await TestNamespace.in(cluster());
    await mine.create('nb', { state: 'Running' });
    const { kubeconfig } = cluster();
    const token = /token: (\S+)/u.exec(kubeconfig)?.[1] ?? '';
    await using gateway = await startGatewayFor(kubeconfig, { authentication: { mode: 'token' } });
    await using bearer = connectUser(gateway.url, { token });
    const pause = `mutation { pauseWorkspace(input: { namespace: "${mine.name}", name: "nb" }) { workspace { paused audit { updatedBy } } } }`;
    const who = (await bearer.ask('{ viewer { name groups } }')).data?.['viewer'] as
      | Record<string, unknown>
      | undefined;
    expect(who?.['groups']).toContain('system:masters');
    const updatedBy = who?.['name'];
    const { data: paused } = await bearer.ask(pause);
    expect(paused).toEqual({ pauseWorkspace: { workspace: { paused: true, audit: { updatedBy } } } });
    expect((await connectUser(gateway.url, { token: `${token}x` }).ask(pause)).status).toBe(401);
  });
}

function permissionChanges(cluster: () => Cluster): void {
  it('sends events for gained and lost permissions to a subscription', async () => {
    const [mine, other] = await Promise.all([TestNamespace.in(cluster()), TestNamespace.in(cluster())]);
    await Promise.all([mine.create('a'), other.create('b'), allow(mine, 'viewer-2', viewing)]);
    await using gateway = await start(cluster);
    await using viewer = as(gateway, 'viewer-2');
    await expect
      .poll(async () => (await viewer.ask('{ workspaces { totalCount } }')).data)
      .toEqual({ workspaces: { totalCount: 1 } });
    const stream = viewer.subscribe<{ workspaces: object }>('subscription { workspaces { type object { name } } }');
    const next = async () => (await stream.next()).value?.data?.workspaces;
    expect([await next(), await next(), await next()]).toEqual([
      { type: 'RESET', object: null },
      { type: 'ADDED', object: { name: 'a' } },
      { type: 'SYNCED', object: null },
    ]);
    await allow(other, 'viewer-2', viewing);
    expect(await next()).toEqual({ type: 'ADDED', object: { name: 'b' } });
    await takeAway(other, 'viewer-2');
    expect(await next()).toEqual({ type: 'DELETED', object: { name: 'b' } });
    await takeAway(mine, 'viewer-2');
    await expect(stream.next()).rejects.toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
  });
}

function permittedPauses(cluster: () => Cluster): void {
  it.each([{ impersonate: false }, { impersonate: true }])(
    'pauses a workspace when the viewer may update it: %j',
    async (authentication) => {
      const mine = await TestNamespace.in(cluster());
      const [editor, onlooker] = [`editor-${mine.name}`, `onlooker-${mine.name}`];
      await Promise.all([
        mine.create('nb', { state: 'Running' }),
        allow(mine, editor, editing),
        allow(mine, onlooker, viewing),
      ]);
      await using gateway = await start(cluster, authentication);
      await using able = as(gateway, editor);
      await using unable = as(gateway, onlooker);
      const pause = `mutation { pauseWorkspace(input: { namespace: "${mine.name}", name: "nb" }) { workspace { paused audit { updatedBy } } } }`;
      expect((await unable.ask(pause)).errors).toMatchObject([{ extensions: { code: 'FORBIDDEN' } }]);
      await expect
        .poll(async () => (await able.ask(pause)).data?.['pauseWorkspace'])
        .toEqual({ workspace: { paused: true, audit: { updatedBy: editor } } });
    },
  );
}

function as(gateway: TestGateway, name: string): UserClient {
  return connectUser(gateway.url, { headers: { 'kubeflow-userid': name } });
}

async function allow({ api, name }: TestNamespace, subject: string, ...rules: Rule[]): Promise<void> {
  const [role, binding] = grantIn(name, subject, ...rules);
  await api.create(`${RBAC}/namespaces/${name}/roles`, role);
  await api.create(`${RBAC}/namespaces/${name}/rolebindings`, binding);
}

async function takeAway({ api, name }: TestNamespace, subject: string): Promise<void> {
  await api.delete(`${RBAC}/namespaces/${name}/rolebindings/${grantName(subject)}`);
}
