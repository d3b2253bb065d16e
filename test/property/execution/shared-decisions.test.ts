import { expect, it } from 'vitest';
import type { Simulator } from '../../../dev/simulator/simulator.ts';
import { grantIn, grantName, workspaces, type Rule } from '../../support/access/grants.ts';
import { bound, RBAC, reader } from '../../support/access/rbac-objects.ts';
import { namespace, workspace } from '../../support/manifests.ts';
import { seededRandom, type SeededRandom } from '../../support/seeded-random.ts';
import { seedsOf } from '../../support/seeds.ts';
import { startGatewayFor, startTestGateway } from '../../support/test-gateway.ts';
import { connectUser, type UserClient } from '../../support/user-client.ts';
import { waitFor } from '../../support/wait-for.ts';

const seeds = seedsOf(process.env['EXECUTION_SEEDS'] ?? '18-19');
const STATES = 6;
const teams = ['team-a', 'team-b', 'team-c'] as const;
const users = ['ann', 'bob', 'cleo'].map((name) => ({ name, token: `${name}-token` }));
/** So many that lists have several blocks of rows. */
const names = Array.from({ length: 120 }, (_, index) => `nb-${index}`);
const teamOf = (index: number) => teams[index % teams.length] ?? teams[0];
/** Rules that differ in the verbs, and one for some names only. */
const rules: readonly (readonly Rule[])[] = [
  [],
  [workspaces('update')],
  [workspaces('delete')],
  [workspaces('update', 'delete')],
  [{ ...workspaces('update', 'delete'), resourceNames: ['nb-3', 'nb-40', 'nb-80', 'nb-101'] }],
];

/** Verbs and names that each user may use in each namespace. */
type Grants = Map<string, readonly Rule[]>;

function isAllowed(grants: Grants, user: string, verb: string, index: number): boolean {
  return (grants.get(`${user} ${teamOf(index)}`) ?? []).some(
    ({ verbs, resourceNames }) => verbs.includes(verb) && (resourceNames?.includes(names[index] ?? '') ?? true),
  );
}

/** Grants other permissions to some users, each in one namespace, so that no user has permissions in between. */
function change(cluster: Simulator, grants: Grants, random: SeededRandom): void {
  for (const { name } of users) {
    const [team, granted] = [random.pick(teams), random.pick(rules)];
    grants.set(`${name} ${team}`, granted);
    for (const object of grantIn(team, name, ...granted)) cluster.apply(object);
    if (granted.length === 0) cluster.delete(RBAC, 'RoleBinding', grantName(name), team);
  }
}

/** Operations that share rows, and one whose arguments are variables. */
const documents: readonly { readonly query: string; readonly actions: readonly [string, string] }[] = [
  ...['NAME', 'CREATED_AT'].map((field) => ({
    query: `query { workspaces(orderBy: [{ field: ${field} }]) { nodes {
      id name first: viewerCan(action: PAUSE) state second: viewerCan(action: DELETE) } } }`,
    actions: ['update', 'delete'] as const,
  })),
  {
    query: `query ($first: WorkspaceAction = DELETE, $second: WorkspaceAction = UPDATE) { workspaces { nodes {
      id name first: viewerCan(action: $first) second: viewerCan(action: $second) } } }`,
    actions: ['delete', 'update'],
  },
];

interface Row {
  readonly name: string;
  readonly first: boolean;
  readonly second: boolean;
}

async function rowsOf(client: UserClient, query: string): Promise<readonly Row[]> {
  const { data, errors } = await client.ask(query);
  expect(errors).toBeUndefined();
  return Object(data).workspaces.nodes;
}

it.each(seeds)(
  'returns the decisions about each viewer when viewers share rows and permissions change (seed %d)',
  { timeout: 120_000 },
  async (seed) => {
    const random = seededRandom(seed);
    await using gateway = await startTestGateway({
      objects: [
        ...teams.map((team) => namespace(team)),
        reader,
        ...users.map((user) => bound({ ...user, groups: [] }, 'reader')),
        ...names.map((name, index) => workspace(name, { namespace: teamOf(index), state: 'Running' })),
      ],
      users,
      authentication: { mode: 'token' },
    });
    await using reference = await startGatewayFor(gateway.cluster.kubeconfig, {
      authentication: { mode: 'token' },
      execution: 'reference',
    });
    const grants: Grants = new Map();
    for (let state = 0; state < STATES; state += 1) {
      for (const { query, actions } of documents)
        for (const { name: user, token } of users) {
          const [client, other] = [connectUser(gateway.url, { token }), connectUser(reference.url, { token })];
          const expected = names.map((name, index) => {
            const [first, second] = actions.map((verb) => isAllowed(grants, user, verb, index));
            return { name, first, second };
          });
          const byName = (rows: readonly Row[]) =>
            names.map((name) => {
              const { first, second } = rows.find((row) => row.name === name) ?? {};
              return { name, first, second };
            });
          const about = `seed ${seed}, state ${state}, ${user}`;
          const isExpected = async (each: UserClient) =>
            JSON.stringify(byName(await rowsOf(each, query))) === JSON.stringify(expected);
          await waitFor(() => isExpected(client), `the permissions are in effect: ${about}`);
          await waitFor(() => isExpected(other), `the permissions are in effect in the reference: ${about}`);
          const rows = await rowsOf(client, query);
          expect({ about, rows }).toEqual({ about, rows: await rowsOf(other, query) });
          expect({ about, rows: byName(rows) }).toEqual({ about, rows: expected });
        }
      change(gateway.cluster, grants, random);
    }
  },
);
