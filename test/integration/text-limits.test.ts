import { expect, it } from 'vitest';
import { namespace, workspace } from '../support/manifests.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const LONG = 'x'.repeat(20_000);
const objects = [namespace('team-a'), workspace('nb', { namespace: 'team-a' })];
const AT = 'namespace: "team-a", name: "nb"';
const patch = (path: string) =>
  `mutation { patchWorkspace(input: { ${AT}, type: JSON, patch: [{ op: "add", path: "${path}", value: 1 }] }) { __typename } }`;

it.each([
  ['a page cursor', `{ workspaces(after: "${LONG}") { totalCount } }`, 'BAD_REQUEST'],
  [
    'a short page cursor that is none',
    `{ workspaces(before: "${LONG.slice(0, 9_000)}") { totalCount } }`,
    'BAD_REQUEST',
  ],
  ['an ID', `{ node(id: "${LONG}") { id } }`, 'BAD_REQUEST'],
  ['a search', `{ workspaces(filter: { search: "${LONG}" }) { totalCount } }`, 'BAD_REQUEST'],
  ['a label selector', `{ workspaces(filter: { labelSelector: "${LONG}" }) { totalCount } }`, 'BAD_REQUEST'],
  ['a name', `{ workspace(namespace: "team-a", name: "${LONG}") { name } }`, 'INVALID'],
  ['a namespace', `{ workspaces(namespace: "${LONG}") { totalCount } }`, 'INVALID'],
  ['a JSON pointer', patch(`/${LONG}`), 'BAD_REQUEST'],
  ['a deep JSON pointer', patch('/a'.repeat(101)), 'BAD_REQUEST'],
  [
    'a field manager',
    `mutation { patchWorkspace(input: { ${AT}, type: MERGE, patch: {}, fieldManager: "${LONG}" }) { __typename } }`,
    'BAD_REQUEST',
  ],
])('refuses %s that is too long, with a short message', async (_, query, code) => {
  await using gateway = await startTestGateway({ objects });
  const before = gateway.cluster.requests.length;
  const { errors } = await gateway.query(query);
  expect(errors).toMatchObject([{ extensions: { code } }]);
  expect(errors?.[0]?.message.length).toBeLessThan(600);
  const sent = gateway.cluster.requests.slice(before);
  expect(sent.filter(({ resource }) => !resource.endsWith('accessreviews'))).toEqual([]);
});

it('refuses the cursor of a subscription that is none with a short message', async () => {
  await using gateway = await startTestGateway({ objects });
  const { value } = await gateway
    .subscribe(`subscription { workspaces(after: "${LONG.slice(0, 9_000)}") { type } }`)
    .next();
  expect(value?.errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  expect(value?.errors?.[0]?.message.length).toBeLessThan(600);
});

const named = (name: string, end: string) =>
  workspace(name, { namespace: 'team-a', spec: { displayName: `${LONG}${end}` } });

interface Page {
  readonly workspaces: {
    readonly nodes: readonly { readonly name: string }[];
    readonly pageInfo: { readonly endCursor: string };
  };
}

it('pages through workspaces that are sorted by long display names', async () => {
  await using gateway = await startTestGateway({ objects: [namespace('team-a'), named('a', '2'), named('b', '1')] });
  const names: unknown[] = [];
  let after: string | null = null;
  for (let page = 0; page < 2; page += 1) {
    const { data } = await gateway.query(
      'query ($after: String) { workspaces(first: 1, after: $after, orderBy: [{ field: DISPLAY_NAME }]) { nodes { name } pageInfo { endCursor } } }',
      { after },
    );
    const { nodes, pageInfo } = (data as object as Page).workspaces;
    names.push(nodes[0]?.name);
    after = pageInfo.endCursor;
  }
  expect(names).toEqual(['a', 'b']);
});

it('sorts by each field once when a criterion is repeated 10,000 times', async () => {
  await using gateway = await startTestGateway({ objects });
  const orderBy = Array.from({ length: 10_000 }, () => ({ field: 'STATE', direction: 'ASC' }));
  const { data } = await gateway.query(
    'query ($orderBy: [WorkspaceOrder!]) { workspaces(orderBy: $orderBy) { pageInfo { endCursor } } }',
    { orderBy },
  );
  const { pageInfo } = (data as object as Page).workspaces;
  expect(pageInfo.endCursor.length).toBeLessThan(1_000);
});

it('returns a short answer when thousands of fields in a variable are unknown', async () => {
  await using gateway = await startTestGateway({});
  const filter = Object.fromEntries(Array.from({ length: 2_000 }, (_, index) => [`f${index}`, index]));
  const query = 'query ($filter: WorkspaceFilter) { workspaces(filter: $filter) { totalCount } }';
  const { errors } = await gateway.query(query, { filter });
  expect(errors?.[0]).toMatchObject({ message: expect.stringContaining('"f0"'), extensions: { code: 'BAD_REQUEST' } });
  expect(JSON.stringify(errors).length).toBeLessThan(50_000);
});
