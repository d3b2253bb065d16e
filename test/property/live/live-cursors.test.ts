import { expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../../support/manifests.ts';
import { seededRandom, type SeededRandom } from '../../support/seeded-random.ts';
import { startTestGateway, type SimulatedGateway } from '../../support/test-gateway.ts';
import { waitFor } from '../../support/wait-for.ts';

interface Row {
  readonly id: string;
  readonly name: string;
}
interface Event {
  readonly type: string;
  readonly object: Row | null;
}
interface Page {
  readonly nodes: readonly Row[];
  readonly liveCursor: string;
  readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
}

const SEEDS = Number(process.env['LIVE_CURSOR_SEEDS'] ?? 20);
const FIELDS = 'id name state displayName kind { displayName }';
const states = ['Running', 'Paused', 'Error'];
const selections = ['', 'filter: { states: [RUNNING] }', 'namespace: "team-a"', 'filter: { search: "blue" }'];

/** Makes some random changes, without waiting for the gateway. */
function write(random: SeededRandom, { cluster }: SimulatedGateway): void {
  for (let count = random.below(4); count > 0; count -= 1) {
    const at = { name: `nb-${random.below(8)}`, namespace: random.pick(['team-a', 'team-b']) };
    const exists = cluster.list('kubeflow.org/v1beta1', 'Workspace').some(({ metadata }) => {
      return metadata.name === at.name && metadata.namespace === at.namespace;
    });
    const dice = random.below(10);
    if (dice < 3 && exists) cluster.delete('kubeflow.org/v1beta1', 'Workspace', at.name, at.namespace);
    else if (dice === 9)
      cluster.apply(workspaceKind('jupyterlab', {}, { displayName: `Jupyter ${random.below(100)}` }));
    else {
      const spec = { displayName: random.pick(['blue', 'red']) };
      cluster.apply(workspace(at.name, { namespace: at.namespace, state: random.pick(states), spec }));
    }
  }
}

/** Loads a list in pages of two while it changes, and returns the rows by id and the cursor of the first page. */
async function loadPages(gateway: SimulatedGateway, args: string, random: SeededRandom) {
  const rows = new Map<string, Row>();
  const query = `query ($after: String) {
    workspaces(first: 2, after: $after ${args}) { liveCursor nodes { ${FIELDS} } pageInfo { hasNextPage endCursor } }
  }`;
  let first: string | undefined;
  for (let after: string | null = null; ;) {
    const { data } = await gateway.query(query, { after });
    const { nodes, liveCursor, pageInfo } = (data as { workspaces: Page }).workspaces;
    for (const row of nodes) rows.set(row.id, row);
    first ??= liveCursor;
    if (!pageInfo.hasNextPage) return { rows, liveCursor: first };
    after = pageInfo.endCursor;
    write(random, gateway);
    if (random.below(2) === 0) await gateway.caughtUp();
  }
}

/** Applies each event as the documentation for clients says. */
async function follow(gateway: SimulatedGateway, args: string, after: string, rows: Map<string, Row>): Promise<never> {
  const query = `subscription ($after: String) { workspaces(after: $after ${args}) { type object { ${FIELDS} } } }`;
  for await (const { data, errors } of gateway.subscribe<{ workspaces: Event }>(query, { after })) {
    if (!data) throw new Error(JSON.stringify(errors));
    const { type, object } = data.workspaces;
    if (type === 'RESET') rows.clear();
    else if (type === 'DELETED' && object) rows.delete(object.id);
    else if (object) rows.set(object.id, object);
  }
  throw new Error('Expected the subscription to run until the end of the test.');
}

it.each(Array.from({ length: SEEDS }, (_, index) => index + 1))(
  'leads to the list of the cluster, whatever happens between the pages and the subscription, with seed %i',
  async (seed) => {
    const random = seededRandom(seed);
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), namespace('team-b'), workspaceKind('jupyterlab')],
    });
    for (let round = 0; round < 6; round += 1) write(random, gateway);
    await gateway.caughtUp();
    const args = random.pick(selections);
    const { rows, liveCursor } = await loadPages(gateway, args, random);
    for (let round = random.below(4); round > 0; round -= 1) write(random, gateway);
    if (random.below(2) === 0) await gateway.caughtUp();
    const ended = follow(gateway, args, liveCursor, rows);
    for (let round = random.below(4); round > 0; round -= 1) write(random, gateway);
    await gateway.caughtUp();
    const { data } = await gateway.query(`{ workspaces${args && `(${args})`} { nodes { ${FIELDS} } } }`);
    const expected = textOf((data as { workspaces: Page }).workspaces.nodes);
    const arrived = waitFor(() => textOf([...rows.values()]) === expected, `seed ${seed} leads to ${expected}`);
    await Promise.race([arrived, ended]);
    expect(textOf([...rows.values()])).toBe(expected);
  },
);

function textOf(rows: readonly Row[]): string {
  return JSON.stringify(rows.toSorted((a, b) => (a.id < b.id ? -1 : 1)));
}
