import { parse } from 'graphql';
import { expect, it } from 'vitest';
import { completeWorkspace } from '../../test/support/complete-objects.ts';
import { startExecutionEnvironment, type ExecutionEnvironment } from '../../test/support/execution/environment.ts';
import { executionObjects } from '../../test/support/execution/objects.ts';
import { namespace } from '../../test/support/manifests.ts';
import { dependenciesOf } from '../graphql/field-dependencies.ts';
import { turns } from '../scheduling/turns.ts';
import { schema } from '../schema.ts';
import type { ExecutionMode } from './execution-mode.ts';
import { SerializedResult } from './serialized-result.ts';

/** Workspaces of each namespace. */
const WORKSPACES = 60;
const FIELDS = 300;
/** Namespaces whose workspaces together take more than a turn to read. */
const MANY = 20;

function startEnvironment(namespaces: readonly string[]): Promise<ExecutionEnvironment> {
  const workspaces = namespaces.flatMap((each) =>
    Array.from({ length: WORKSPACES }, (_, index) => completeWorkspace(`ws-${index}`, { namespace: each })),
  );
  return startExecutionEnvironment([...executionObjects, ...namespaces.map((each) => namespace(each)), ...workspaces]);
}

/** Executes a query. Returns whether it was rendered, and the iterations of the event loop meanwhile. */
async function execute(
  environment: ExecutionEnvironment,
  query: string,
  mode: Exclude<ExecutionMode, 'compared'> = 'compiled',
) {
  const document = parse(query);
  const contextValue = environment.context('admin');
  await contextValue.client.reader.prefetch(dependenciesOf(schema, document).resources, 'read');
  let iterations = 0;
  const count = () => {
    iterations += 1;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  const executor = environment.executor(mode);
  const result = await turns.run('admin', () => executor.execute({ schema, document, contextValue }));
  clearImmediate(immediate);
  return { result, isRendered: result instanceof SerializedResult, iterations };
}

/** Returns a query for lists in each namespace. */
function queryForLists({ lists = 1, manifests = 0 }): string {
  const fieldAt = (index: number) => `f${index}: ${index < manifests ? 'manifest' : 'name'}`;
  const fields = Array.from({ length: FIELDS }, (_, index) => fieldAt(index)).join(' ');
  const list = (_: unknown, index: number) => `l${index}: workspaces { nodes { ${fields} } }`;
  return `{ namespaces { nodes { ${Array.from({ length: lists }, list).join(' ')} } } }`;
}

it.each([
  ['renders a query', 'one list in an item is long', 1, true],
  ['leaves a query to graphql-js', 'three lists in an item are long', 3, false],
])('%s when %s', async (_, __, lists, isExpected) => {
  await using environment = await startEnvironment(['team-c']);
  const { isRendered } = await execute(environment, queryForLists({ lists })); // its text is too short to be serialized in turns
  expect(isRendered).toBe(isExpected);
});

it('lets other work run between few items when the lists in them are long', async () => {
  await using environment = await startEnvironment(['team-c', 'team-d', 'team-e', 'team-f']);
  const { isRendered, iterations } = await execute(environment, queryForLists({ manifests: 20 }));
  expect(isRendered).toBe(true);
  expect(iterations).toBeGreaterThan(0);
});

it.each([
  ['totals', 60, (key: string) => `${key}: totals { count }`],
  ['lists', 300, (key: string) => `${key}: workspaces(filter: { search: "ws" }) { totalCount }`],
])('lets other work run between the %s of one object when they read many objects', async (_, count, fieldOf) => {
  const namespaces = Array.from({ length: MANY }, (__, index) => `team-${index}`);
  await using environment = await startEnvironment(namespaces);
  const keys = Array.from({ length: count }, (__, index) => `f${index}`);
  const { result, iterations } = await execute(
    environment,
    `{ workspaceKind(name: "jupyterlab") { ${keys.map(fieldOf).join(' ')} } }`,
  );
  expect(iterations).toBeGreaterThan(0);
  expect(result).not.toHaveProperty('errors');
  expect(result).toHaveProperty(`data.workspaceKind.f${count - 1}`);
});

it('lets other work run between the objects of `nodes` when graphql-js executes it', async () => {
  await using environment = await startEnvironment(['team-c']);
  const ids = await execute(environment, '{ workspaces(namespace: "team-c") { nodes { id } } }', 'reference');
  const { data } = ids.result as {
    readonly data: { readonly workspaces: { readonly nodes: readonly { id: string }[] } };
  };
  const [{ id } = { id: '' }] = data.workspaces.nodes;
  const fields = Array.from({ length: FIELDS }, (_, index) => `f${index}: name`).join(' ');
  const query = `{ nodes(ids: ${JSON.stringify(Array.from({ length: FIELDS }, () => id))}) { ... on Workspace { ${fields} } } }`;
  const { result, iterations } = await execute(environment, query, 'reference');
  expect(result).not.toHaveProperty('errors');
  expect(iterations).toBeGreaterThan(3); // one or two while the objects are found
});
