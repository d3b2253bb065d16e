import { describe, expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { grant, grantIn, kinds, namespaces, viewing, workspaces } from '../support/access/grants.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';
import { connectUser } from '../support/user-client.ts';
import { waitFor } from '../support/wait-for.ts';

const NODE = 'query ($id: ID!) { node(id: $id) { __typename id ... on KubernetesObject { name } } }';
const NODES = 'query ($ids: [ID!]!) { nodes(ids: $ids) { __typename id } }';
const IDS =
  '{ workspace(namespace: "team-a", name: "nb") { id } workspaceKind(name: "jupyterlab") { id } namespace(name: "team-a") { id } }';
const objects = [namespace('team-a'), workspaceKind('jupyterlab'), workspace('nb')];

type Ids = Readonly<Record<'workspace' | 'workspaceKind' | 'namespace', string>>;

async function idsIn(gateway: SimulatedGateway): Promise<Partial<Ids>> {
  const { data } = await gateway.query(IDS);
  const entries = Object.entries(data ?? {}).map(([key, node]) => [key, (node as { readonly id?: string } | null)?.id]);
  return Object.fromEntries(entries) as Partial<Ids>;
}

/** Deletes the workspace, creates another of its name, and waits until the gateway has received it. */
async function recreate(gateway: SimulatedGateway, before: string | undefined): Promise<void> {
  gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb', 'team-a');
  gateway.cluster.apply(workspace('nb'));
  await waitFor(
    async () => ![undefined, before].includes((await idsIn(gateway)).workspace),
    'the new workspace is served',
  );
}

describe('node', () => {
  it.each([
    { field: 'workspace', expected: { __typename: 'Workspace', name: 'nb' } },
    { field: 'workspaceKind', expected: { __typename: 'WorkspaceKind', name: 'jupyterlab' } },
    { field: 'namespace', expected: { __typename: 'Namespace', name: 'team-a' } },
  ] as const)('returns a $field when given its id', async ({ field, expected }) => {
    await using gateway = await startTestGateway({ objects });
    const id = (await idsIn(gateway))[field];
    expect((await gateway.query(NODE, { id })).data).toEqual({ node: { id, ...expected } });
  });

  it('returns null when the object is deleted and another has its name', async () => {
    await using gateway = await startTestGateway({ objects });
    const { workspace: gone } = await idsIn(gateway);
    await recreate(gateway, gone);
    expect(await gateway.query(NODE, { id: gone })).toEqual({ data: { node: null } });
  });

  it('keeps the id when an object changes', async () => {
    await using gateway = await startTestGateway({ objects });
    const before = await idsIn(gateway);
    gateway.cluster.apply(workspace('nb', { state: 'Running' }));
    const asked = '{ workspaces(filter: { states: [RUNNING] }) { totalCount nodes { id } } }';
    await waitFor(
      async () => JSON.stringify(await gateway.query(asked)).includes('"totalCount":1'),
      'the workspace runs',
    );
    expect((await idsIn(gateway)).workspace).toBe(before.workspace);
  });

  it.each(['', 'garbage', 'ü', idOf('ConfigMap:team-a/s:1'), idOf('Workspace:nb'), idOf('Workspace::'), idOf('{}')])(
    'rejects %j because it is not an id',
    async (id) => {
      await using gateway = await startTestGateway();
      const { data, errors } = await gateway.query(NODE, { id });
      expect(data).toEqual({ node: null });
      expect(errors).toMatchObject([{ path: ['node'], extensions: { code: 'BAD_REQUEST' } }]);
    },
  );
});

describe('nodes', () => {
  it('returns objects of all kinds in the order of the ids, duplicates included', async () => {
    await using gateway = await startTestGateway({ objects });
    const { workspace: nb, workspaceKind: kind, namespace: team } = await idsIn(gateway);
    expect((await gateway.query(NODES, { ids: [kind, nb, team, nb] })).data).toEqual({
      nodes: [
        { __typename: 'WorkspaceKind', id: kind },
        { __typename: 'Workspace', id: nb },
        { __typename: 'Namespace', id: team },
        { __typename: 'Workspace', id: nb },
      ],
    });
  });

  it('returns null for deleted objects and invalid ids, with an error for the latter', async () => {
    await using gateway = await startTestGateway({ objects });
    const { workspace: gone, namespace: team } = await idsIn(gateway);
    await recreate(gateway, gone);
    const { data, errors } = await gateway.query(NODES, { ids: [gone, team, 'garbage'] });
    expect(data).toEqual({ nodes: [null, { __typename: 'Namespace', id: team }, null] });
    expect(errors).toMatchObject([{ path: ['nodes', 2], extensions: { code: 'BAD_REQUEST' } }]);
  });

  it.each([
    { limit: 60, exceededBy: 'finding the objects' },
    { limit: 450, exceededBy: 'the objects in the result' },
  ])('refuses invalid ids, and goes on, when the cost is exceeded by $exceededBy', async ({ limit }) => {
    await using gateway = await startTestGateway({ objects, maxOperationCost: limit });
    const ids = Array.from({ length: 40 }, (_, index) => `invalid-${index}`);
    expect((await gateway.query(NODES, { ids })).errors).toMatchObject([
      { extensions: { code: 'BAD_REQUEST', limit: { name: 'MAX_OPERATION_COST' } } },
    ]);
    expect((await gateway.query(NODES, { ids: ids.slice(0, 2) })).errors).toHaveLength(2);
  });

  it('returns one error when more than 100 ids are malformed', async () => {
    await using gateway = await startTestGateway({ objects });
    const ids = Array.from({ length: 101 }, (_, index) => `invalid-${index}`);
    const message = 'Expected values of "id" fields, got 101 other texts, such as "invalid-0".';
    expect((await gateway.query(NODES, { ids })).errors).toMatchObject([{ message, path: ['nodes'] }]);
    expect((await gateway.query(NODES, { ids: ids.slice(1) })).errors).toHaveLength(100);
  });

  it('returns an empty list when given no ids', async () => {
    await using gateway = await startTestGateway();
    expect((await gateway.query(NODES, { ids: [] })).data).toEqual({ nodes: [] });
  });
});

const EVERY_PATH = `{
  workspace(namespace: "team-a", name: "nb") { id namespace { id } kind { id } }
  workspaceKind(name: "jupyterlab") { id }
}`;

describe('global ids', () => {
  it('returns equal ids when viewers may get an object, or may not and see it redacted or by name only', async () => {
    const users = ['root', 'vic', 'nan'].map((name) => ({ name, token: `${name}-token` }));
    const grants = [
      ...grant('root', viewing, kinds(), namespaces()),
      ...grantIn('team-a', 'vic', viewing),
      ...grantIn('team-a', 'nan', workspaces('get')),
    ];
    await using gateway = await startTestGateway({
      authentication: { mode: 'token' },
      users,
      objects: [...objects, ...grants],
    });
    const seen = await Promise.all(
      users.map(async ({ token }) => {
        await using client = connectUser(gateway.url, { token });
        return (await client.ask(EVERY_PATH)).data;
      }),
    );
    expect(seen[0]).toMatchObject({ workspace: { namespace: { id: expect.any(String) } } });
    expect(seen.slice(1)).toEqual([seen[0], seen[0]]);
  });

  it('returns ids without the uid, which viewers of a redacted object may not read', async () => {
    await using gateway = await startTestGateway({ objects });
    const { data } = await gateway.query('{ namespace(name: "team-a") { id metadata { uid } } }');
    const team = data?.['namespace'] as
      | { readonly id: string; readonly metadata: { readonly uid: string } }
      | undefined;
    expect(team?.metadata.uid).toMatch(/^[0-9a-f-]{36}$/u);
    expect(Buffer.from(team?.id ?? '', 'base64url').toString()).not.toContain(team?.metadata.uid);
  });
});

function idOf(text: string): string {
  return Buffer.from(text).toString('base64url');
}
