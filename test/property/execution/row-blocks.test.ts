import { parse, type ExecutionResult } from 'graphql';
import { expect, it } from 'vitest';
import { SerializedResult } from '../../../src/execution/serialized-result.ts';
import { dependenciesOf } from '../../../src/graphql/field-dependencies.ts';
import { schema } from '../../../src/schema.ts';
import { completeWorkspace } from '../../support/complete-objects.ts';
import { startExecutionEnvironment, type ExecutionEnvironment } from '../../support/execution/environment.ts';
import { executionObjects } from '../../support/execution/objects.ts';
import { workspaceKind } from '../../support/manifests.ts';
import { seededRandom, type SeededRandom } from '../../support/seeded-random.ts';
import { seedsOf } from '../../support/seeds.ts';

const seeds = seedsOf(process.env['EXECUTION_SEEDS'] ?? '18-19');
/** So many that lists have several blocks, some of which no change reaches. */
const [WORKSPACES, NAMES] = [150, 180];
const STATES = 25;
const TEXTS = ['Workspace is running', '', 'Zoë "quoted"\n\\ \u{1f600} \ud800'];

/** Some have the same fields, so they share rows, in different orders and subsets. One has a part that depends on the viewer. */
const documents = [
  `($filter: WorkspaceFilter, $order: WorkspaceOrderField!, $first: Int) {
    workspaces(filter: $filter, orderBy: [{ field: $order }], first: $first) { totalCount nodes { name stateMessage state } } }`,
  `($filter: WorkspaceFilter, $order: WorkspaceOrderField!, $first: Int) {
    again: workspaces(orderBy: [{ field: $order }], filter: $filter, last: $first) { nodes { name stateMessage state } pageInfo { endCursor } } }`,
  `($filter: WorkspaceFilter, $order: WorkspaceOrderField!, $first: Int) {
    workspaces(filter: $filter, orderBy: [{ field: $order }], first: $first) { nodes { id name kind { displayName } podConfig { option { displayName } } } } }`,
  `($filter: WorkspaceFilter, $order: WorkspaceOrderField!, $first: Int) {
    workspaces(filter: $filter, orderBy: [{ field: $order }], first: $first) {
      nodes { id name stateMessage viewerCan(action: PAUSE) } edges { cursor node { name stateMessage state } } } }`,
].map((text) => `query ${text}`);

function manifestAt(index: number, stateMessage = TEXTS[0] ?? '') {
  return completeWorkspace(`listed-${index}`, { namespace: index % 3 === 0 ? 'team-b' : 'team-a', stateMessage });
}

/** Changes, adds or deletes some workspaces, or their kind. */
async function change({ simulator, caughtUp }: ExecutionEnvironment, random: SeededRandom): Promise<void> {
  for (let count = random.below(4); count >= 0; count -= 1) {
    const manifest = manifestAt(random.below(NAMES), random.pick(TEXTS));
    simulator.apply(manifest);
    const { apiVersion, kind, metadata } = manifest;
    if (random.below(3) === 0) simulator.delete(apiVersion, kind, metadata.name ?? '', metadata.namespace);
  }
  if (random.below(2) === 0)
    simulator.apply(workspaceKind('jupyterlab', {}, { displayName: `JupyterLab ${random.below(1_000)}` }));
  await caughtUp();
}

function variablesOf(random: SeededRandom): Readonly<Record<string, unknown>> {
  return {
    filter: random.pick([null, { namespaces: ['team-a'] }, { search: 'listed-1' }]),
    order: random.pick(['NAME', 'STATE', 'CREATED_AT']),
    first: random.pick([null, null, 17, 60]),
  };
}

it.each(seeds)(
  'lists rows as graphql-js does when lists share blocks and objects change (seed %d)',
  { timeout: 120_000 },
  async (seed) => {
    const workspaces = Array.from({ length: WORKSPACES }, (_, index) => manifestAt(index));
    await using environment = await startExecutionEnvironment([...executionObjects, ...workspaces]);
    const [compiled, reference] = [environment.executor('compiled'), environment.executor('reference')];
    const random = seededRandom(seed);
    let rendered = 0;
    for (let state = 0; state < STATES; state += 1) {
      for (const query of documents) {
        const [document, variableValues] = [parse(query), variablesOf(random)];
        const viewer = random.pick(['admin', 'admin', 'editor', 'reader']);
        const execute = async (executor: typeof compiled): Promise<ExecutionResult | SerializedResult> => {
          const contextValue = environment.context(viewer);
          await contextValue.client.reader.prefetch(dependenciesOf(schema, document).resources, 'read');
          return executor.execute({ schema, document, variableValues, contextValue });
        };
        const expected = await execute(reference);
        for (let times = 0; times < 3; times += 1) {
          const actual = await execute(compiled);
          if (!(actual instanceof SerializedResult)) continue;
          rendered += 1;
          const about = `seed ${seed}, state ${state}, viewer ${viewer}, ${JSON.stringify(variableValues)} ${query}`;
          const text = Buffer.concat(actual.bytes()).toString();
          expect({ about, text }).toEqual({ about, text: JSON.stringify(expected) });
          expect(actual.byteLength).toBe(Buffer.byteLength(text));
        }
      }
      await change(environment, random);
    }
    expect(rendered).toBeGreaterThan(STATES * documents.length);
  },
);
