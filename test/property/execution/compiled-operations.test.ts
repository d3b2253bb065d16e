import {
  createSourceEventStream,
  executeSubscriptionEvent,
  OperationTypeNode,
  parse,
  validate,
  validateSubscriptionArgs,
  type DocumentNode,
} from 'graphql';
import { expect, it } from 'vitest';
import type { OperationExecutor } from '../../../src/execution/operation-executor.ts';
import { SerializedResult } from '../../../src/execution/serialized-result.ts';
import { dependenciesOf } from '../../../src/graphql/field-dependencies.ts';
import { schema } from '../../../src/schema.ts';
import { parseJson } from '../../../src/server/operation-request.ts';
import { SubscriptionSource } from '../../../src/subscriptions/source.ts';
import { startExecutionEnvironment, type ExecutionEnvironment } from '../../support/execution/environment.ts';
import { executionObjects, randomState } from '../../support/execution/objects.ts';
import { OperationGenerator, type RandomOperation } from '../../support/execution/random-operations.ts';
import { selectableFields } from '../../support/execution/selectable-fields.ts';
import { seededRandom, type SeededRandom } from '../../support/seeded-random.ts';
import { seedsOf } from '../../support/seeds.ts';

/** Results of queries that are compared for each seed. */
const CASES = Number(process.env['EXECUTION_CASES'] ?? 4_800);
/** On a busy machine, 4,800 cases take 40 s. */
const TIMEOUT_MS = 120_000 + 20 * CASES;
const STATES = 12;
const EVENT_OPERATIONS = 100;
/** Part of the queries, and of the events, that graphql-js may execute: asynchronous fields, and errors such as missing permissions. */
const [MAX_BAILED_QUERIES, MAX_BAILED_EVENTS] = [0.75, 0.2];
/** Part of the administrator's queries without errors: those with asynchronous fields. Errors of other viewers must not add to it. */
const MAX_BAILED_OF_ADMIN = 0.2;
const seeds = seedsOf(process.env['EXECUTION_SEEDS'] ?? '18-19');

type ValidOperation = RandomOperation & { readonly document: DocumentNode };

interface Counts {
  cases: number;
  bailed: number;
}

interface Comparison {
  readonly environment: ExecutionEnvironment;
  readonly compiled: OperationExecutor;
  readonly reference: OperationExecutor;
  readonly seed: number;
  readonly counts: Counts;
  /** Only results of the administrator without errors. */
  readonly adminCounts: Counts;
}

function startComparison(environment: ExecutionEnvironment, seed: number): Comparison {
  const [compiled, reference] = [environment.executor('compiled'), environment.executor('reference')];
  const [counts, adminCounts] = [
    { cases: 0, bailed: 0 },
    { cases: 0, bailed: 0 },
  ];
  return { environment, compiled, reference, seed, counts, adminCounts };
}

/** Executes an operation in both ways. Repeats it if the cache has changed meanwhile, and once if the first has paid for an index. */
async function compareQuery(
  comparison: Comparison,
  viewer: string,
  operation: ValidOperation,
  isRepeated = false,
): Promise<void> {
  const { environment, compiled, reference, seed, counts, adminCounts } = comparison;
  const { document, variables: variableValues, query } = operation;
  const contexts = [environment.context(viewer), environment.context(viewer)] as const;
  for (const { client } of contexts) {
    const { resources } = dependenciesOf(schema, document);
    if (!(await isFulfilled(async () => client.reader.prefetch(resources, 'read')))) return undefined;
  }
  const before = environment.state();
  const actual = await compiled.execute({ schema, document, variableValues, contextValue: contexts[0] });
  const expected = await reference.execute({ schema, document, variableValues, contextValue: contexts[1] });
  if (environment.state() !== before) return compareQuery(comparison, viewer, operation);
  const counted = viewer === 'admin' && !('errors' in expected) ? [counts, adminCounts] : [counts];
  for (const each of counted) each.cases += 1;
  if (!(actual instanceof SerializedResult)) {
    for (const each of counted) each.bailed += 1;
    return undefined;
  }
  const { text } = actual;
  const about = `seed ${seed}, viewer ${viewer}, ${JSON.stringify(variableValues)} ${query}`;
  expect({ about, text: withoutOrder(text) }).toEqual({ about, text: withoutOrder(JSON.stringify(expected)) });
  const [cost, expectedCost] = contexts.map(({ client }) => client.cost.total);
  if (Math.abs((cost ?? 0) - (expectedCost ?? 0)) <= 0.01) return undefined;
  if (!isRepeated) return compareQuery(comparison, viewer, operation, true);
  return expect({ about, cost }).toEqual({ about, cost: expectedCost });
}

/**
 * Returns a result whose live cursors lack the scopes of related kinds. They contain those that the operation has read so far, such as
 * for the filter of another field, and the order in which fields are executed differs. Any of them resume the same subscription.
 */
function withoutOrder(text: string): string {
  return text.replaceAll(/(?<=")WyJ[\w-]{60,}(?=")/gu, (cursor) => {
    const [selection, version, states, watermarks, scopes] = partsOf(cursor);
    return Array.isArray(scopes) ? JSON.stringify([selection, version, states, watermarks, scopes[0]]) : cursor;
  });
}

function partsOf(cursor: string): readonly unknown[] {
  const parts = parseJson(Buffer.from(cursor, 'base64url').toString());
  return Array.isArray(parts) ? parts : [];
}

/** Renders some events of a subscription in both ways. */
async function compareEvents(comparison: Comparison, viewer: string, operation: ValidOperation): Promise<void> {
  const { environment, compiled, seed, counts } = comparison;
  const { document, variables: variableValues, query } = operation;
  const context = environment.context(viewer);
  const validated = validateSubscriptionArgs({ schema, document, variableValues, contextValue: context });
  const { resources, viewerDependent } = dependenciesOf(schema, document);
  if (!('schema' in validated) || !(await isFulfilled(async () => context.client.reader.prefetch(resources, 'watch'))))
    return;
  const source = await createSourceEventStream(validated);
  if (!(source instanceof SubscriptionSource)) return;
  const { visibility } = context.client.reader;
  for (const object of [null, ...[...source.candidates()].slice(0, 3)]) {
    const event = { type: 'MODIFIED', object, cursor: '@cursor' };
    const given = { visibility, signal: context.signal, shared: !viewerDependent };
    const [reads, expectedReads] = [new Set<string>(), new Set<string>()];
    const before = environment.state();
    const rendered = compiled.eventRenderer(validated, context)(event, {
      ...given,
      onRead: (_, key) => reads.add(key),
    });
    const contextValue = context.forEvent({ ...given, onRead: (_, key) => expectedReads.add(key) });
    const expected = await executeSubscriptionEvent({ ...validated, rootValue: event, contextValue });
    if (environment.state() !== before) continue;
    counts.cases += 1;
    if (!rendered) {
      counts.bailed += 1;
      continue;
    }
    const text =
      'result' in rendered ? rendered.result : `{"data":{${rendered.field}{${membersText(rendered.members)}}}}`;
    const about = `seed ${seed}, viewer ${viewer}, ${JSON.stringify(variableValues)} ${query}`;
    const actual = { about, text, reads: [...reads].sort() };
    expect(actual).toEqual({ about, text: JSON.stringify(expected), reads: [...expectedReads].sort() });
  }
}

function membersText(members: readonly { readonly key: string; readonly value: string }[]): string {
  return members.map(({ key, value }) => key + value).join(',');
}

async function isFulfilled(work: () => Promise<unknown>): Promise<boolean> {
  const [{ status }] = await Promise.allSettled([work()]);
  return status === 'fulfilled';
}

/** Calls a function with each viewer and operation, and changes objects of the cluster in between. */
async function forEachState(
  { environment }: Comparison,
  random: SeededRandom,
  compare: (viewer: string) => Promise<void>,
): Promise<void> {
  for (let state = 0; state < STATES; state += 1) {
    for (const viewer of environment.viewers) await compare(viewer);
    const manifest = randomState(random);
    environment.simulator.apply(manifest);
    const { apiVersion, kind, metadata } = manifest;
    if (random.below(5) === 0) environment.simulator.delete(apiVersion, kind, metadata.name ?? '', metadata.namespace);
    await environment.caughtUp();
  }
}

interface Generation {
  readonly type: OperationTypeNode;
  readonly random: SeededRandom;
  readonly ids: readonly string[];
  readonly count: number;
  /** Root fields that are generated more often than others. */
  readonly frequent: readonly string[];
}

/** Operations that have no field that was not selected before are not kept beyond the count. */
const MAX_GENERATED = 20_000;

/** Returns valid operations: that many, and more until each field is selected. */
function generate({ type, random, ids, count, frequent }: Generation): readonly ValidOperation[] {
  const selected = new Set<string>();
  const generator = new OperationGenerator({ schema, random, ids, selected });
  const root = schema.getRootType(type);
  const roots = Object.keys(root?.getFields() ?? {});
  const all = selectableFields(schema, root?.name ?? '');
  const operations: ValidOperation[] = [];
  for (let index = 0; index < MAX_GENERATED; index += 1) {
    const rootField = (index < 2 * roots.length ? roots[index % roots.length] : random.pick(frequent)) ?? '';
    const isComplete = operations.length >= count;
    const operation = generator.operation(type, isComplete ? random.pick(roots) : rootField);
    const document = parse(operation.query);
    const isNew = [...operation.fields].some((field) => !selected.has(field));
    if ((isComplete && !isNew) || validate(schema, document).length > 0) continue;
    operations.push({ ...operation, document });
    for (const field of operation.fields) selected.add(field);
    if (operations.length >= count && all.every((field) => selected.has(field))) return operations;
  }
  expect(all.filter((field) => !selected.has(field))).toEqual([]);
  return operations;
}

async function idsOf(environment: ExecutionEnvironment): Promise<readonly string[]> {
  const document = parse('{ workspaces { nodes { id } } workspaceKinds { nodes { id } } namespaces { nodes { id } } }');
  const contextValue = environment.context('admin');
  const { data } = (await environment.executor('reference').execute({ schema, document, contextValue })) as {
    data: unknown;
  };
  return [...JSON.stringify(data).matchAll(/"id":"([^"]+)"/gu)].flatMap(([, id]) => id ?? []);
}

/** Most of their fields are synchronous. */
const FREQUENT = ['workspaces', 'workspace', 'workspaceKinds', 'namespaces', 'persistentVolumeClaims', 'pods', 'nodes'];

it.each(seeds)(
  'renders queries as graphql-js does when operations, viewers and changes are random (seed %d)',
  { timeout: TIMEOUT_MS },
  async (seed) => {
    await using environment = await startExecutionEnvironment(executionObjects);
    const comparison = startComparison(environment, seed);
    const random = seededRandom(seed);
    const count = Math.ceil(CASES / STATES / environment.viewers.length);
    const [type, ids, frequent] = [OperationTypeNode.QUERY, await idsOf(environment), FREQUENT];
    const operations = generate({ type, random, ids, count, frequent });
    await forEachState(comparison, random, async (viewer) => {
      for (const operation of operations) await compareQuery(comparison, viewer, operation);
    });
    const { counts, adminCounts } = comparison;
    console.log(`${counts.cases} results, ${counts.bailed} of graphql-js`);
    console.log(`${adminCounts.cases} of the administrator without errors, ${adminCounts.bailed} of graphql-js`);
    expect(counts.bailed / counts.cases).toBeLessThan(MAX_BAILED_QUERIES);
    expect(adminCounts.bailed / adminCounts.cases).toBeLessThan(MAX_BAILED_OF_ADMIN);
  },
);

it.each(seeds)(
  'renders events as graphql-js does when operations, viewers and changes are random (seed %d)',
  { timeout: TIMEOUT_MS },
  async (seed) => {
    await using environment = await startExecutionEnvironment(executionObjects);
    const comparison = startComparison(environment, seed);
    const random = seededRandom(seed);
    const type = OperationTypeNode.SUBSCRIPTION;
    const operations = generate({
      type,
      random,
      ids: [],
      count: EVENT_OPERATIONS,
      frequent: ['workspaces', 'workspace'],
    });
    await forEachState(comparison, random, async (viewer) => {
      for (const operation of operations) await compareEvents(comparison, viewer, operation);
    });
    const { cases, bailed } = comparison.counts;
    console.log(`${cases} events, ${bailed} of graphql-js`);
    expect(bailed / cases).toBeLessThan(MAX_BAILED_EVENTS);
  },
);
