import { expect, it } from 'vitest';
import { grant, kinds, namespaces } from '../support/access/grants.ts';
import { heapBytes } from '../support/heap.ts';
import { namespace, workspaceKind } from '../support/manifests.ts';
import { startTestGateway } from '../support/test-gateway.ts';
import { connectUser, type UserClient } from '../support/user-client.ts';

const objects = [namespace('team-a'), namespace('team-b'), workspaceKind('jupyterlab')];

/** An operation that selects the same fields as others, with other variables in its arguments. */
interface Variant {
  readonly variables: string;
  readonly filter: string;
  readonly orderBy: string;
}

function totals({ variables, filter, orderBy }: Variant): string {
  return `query (${variables}) { namespaces { nodes {
    name workspaces(filter: ${filter}, orderBy: ${orderBy}) { totalCount } phase } } }`;
}

it('returns the rows of each operation when equal filters are in variables of different types', async () => {
  await using gateway = await startTestGateway({ objects, execution: 'compared' });
  const orderBy = '[{ field: CPU }]';
  const whole = totals({ variables: '$filter: WorkspaceFilter', filter: '$filter', orderBy });
  const part = totals({ variables: '$search: String', filter: '{ search: $search }', orderBy });
  // From the second time on, rows are cached.
  for (const _ of [1, 2, 3]) {
    const answers = [
      await gateway.query(whole, { filter: { search: 'a' } }),
      await gateway.query(part, { search: 'a' }),
    ] as const;
    expect(answers.map(({ errors }) => errors)).toEqual([undefined, undefined]);
    expect(answers[0]).toEqual(answers[1]);
  }
});

function offers({ variables, filter, orderBy }: Variant): string {
  return `query (${variables}) { namespaces { nodes {
    name workspaces(filter: ${filter}, orderBy: ${orderBy}) { totalCount }
    workspaceKindOffers { totalCount } all: workspaces { nodes { pod { name } } } } } }`;
}

async function offersOf(client: UserClient | undefined, query: string, variables = {}): Promise<unknown> {
  const { data, errors } = (await client?.ask(query, variables)) ?? {};
  expect(errors).toBeUndefined();
  const rows: readonly { readonly name: string; readonly workspaceKindOffers: unknown }[] =
    Object(data).namespaces.nodes;
  return rows.find(({ name }) => name === 'team-a')?.workspaceKindOffers;
}

it('shares no rows of viewers who see different resources when operations read these in different orders', async () => {
  const users = ['ann', 'bob'].map((name) => ({ name, token: `${name}-token` }));
  await using gateway = await startTestGateway({
    objects: [
      ...objects,
      ...grant('ann', namespaces(), kinds()),
      ...grant('bob', namespaces(), { ...namespaces(), resources: ['pods'] }),
    ],
    users,
    authentication: { mode: 'token' },
  });
  const [ann, bob] = users.map(({ token }) => connectUser(gateway.url, { token }));
  // The first operation reads WorkspaceKinds, then pods. In the second one, the order may read pods before.
  const [filter, variables] = ['{ search: $search }', '$search: String'];
  const first = offers({ variables, filter, orderBy: '[{ field: NAME }]' });
  const second = offers({ variables: `${variables}, $orderBy: [WorkspaceOrder!]`, filter, orderBy: '$orderBy' });
  for (const _ of [1, 2, 3]) expect(await offersOf(ann, first)).toEqual({ totalCount: 1 });
  const orderBy = [{ field: 'NAME' }];
  for (const _ of [1, 2, 3]) expect(await offersOf(bob, second, { orderBy })).toEqual({ totalCount: 0 });
});

it('retains no large variables when the rows that depend on them are cached', async () => {
  await using gateway = await startTestGateway({ objects });
  const query = `query ($names: [String!]) { namespaces { nodes {
    name phase workspaces(filter: { createdBy: $names }) { totalCount } } } }`;
  const [count, length] = [20, 1_000_000];
  const sendAll = async (first: number) => {
    for (let index = first; index < first + count; index += 1) {
      const { errors } = await gateway.query(query, { names: [String(index).padStart(length, 'x')] });
      expect(errors).toBeUndefined();
    }
  };
  await sendAll(0);
  const before = heapBytes();
  await sendAll(count);
  expect(heapBytes() - before).toBeLessThan((count * length) / 4);
});
