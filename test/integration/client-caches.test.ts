import { readFileSync } from 'node:fs';
import { buildSchema, getNamedType, isObjectType, parse, type DocumentNode } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { aggregatedFixtures, aggregatedApis, clusterFixtures } from '../../dev/demo/fixtures.ts';
import { demoUsers, rbacObjects } from '../../dev/demo/users.ts';
import { apolloCache, relayCache, urqlCache, type ClientCache } from '../support/client-caches/caches.ts';
import { NodeRecords } from '../support/client-caches/node-records.ts';
import { PathQueries } from '../support/client-caches/path-queries.ts';
import { grantIn, workspaces } from '../support/access/grants.ts';
import { startTestGateway, type SimulatedGateway } from '../support/test-gateway.ts';
import { connectUser, type UserClient } from '../support/user-client.ts';

const schema = buildSchema(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8'));

const nodeTypes = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'))
  .map(({ name }) => name);

/** Generous: the walk takes half a minute of an idle core. */
const TIMEOUT_MS = 300_000;
const [ADA, , VICTOR, NOBODY] = demoUsers.map(({ token }) => token) as [string, string, string, string];

/** Viewers of everything, of two namespaces, of single workspaces by name, and of nothing. */
const users = [...demoUsers.filter(({ token }) => token !== 'demo-erin'), { token: 'nan-token', name: 'nan' }];
const GRANTS = grantIn('team-research', 'nan', workspaces('get'));

const generator = new PathQueries({
  schema,
  // Counters of the gateway, and logs, which are no part of a Node.
  excluded: new Set([
    'Query.gateway',
    'Query.workspaceLogs',
    'Subscription.workspaceLogs',
    'Subscription.bulkAction',
    'Query.node',
    'Query.nodes',
  ]),
  values: {
    groupBy: [],
    inactiveForSeconds: ['31536000'], // otherwise the result would change while the test runs
    namespace: ['"team-research"', '"team-vision"'],
    first: ['2'],
    tailLines: ['10'],
    keys: ['["team"]'],
    filter: ['{ search: "a" }'],
    orderBy: ['[{ field: NAME, direction: DESC }]'],
    ids: [],
    verb: ['"list"'],
    group: ['"kubeflow.org"'],
    resource: ['"workspaces"'],
    'Viewer.can.name': [],
    'Namespace.name': ['"team-research"', '"team-vision"'],
    'Workspace.name': ['"fraud-model"', '"old-baseline"'],
    'WorkspaceKind.name': ['"jupyterlab"', '"codeserver"'],
    imageConfig: ['null'],
    podConfig: ['null'],
    name: ['"fraud-model"'],
  },
});

/** Operations on every path from the root over a Node to its related Nodes, in documents of one root field each. */
function documentsOf(keyword: 'query' | 'subscription'): readonly DocumentNode[] {
  const root = keyword === 'query' ? schema.getQueryType() : schema.getSubscriptionType();
  if (!root) throw new TypeError(`Expected the schema to have a ${keyword} type.`);
  return generator
    .rootSelections(root, keyword === 'query' ? 2 : 1)
    .map((selection, index) => parse(`${keyword} Path${index} { ${selection} }`));
}

const queries = documentsOf('query');
const subscriptions = documentsOf('subscription');

const textOf = ({ loc }: DocumentNode): string => loc?.source.body ?? '';

interface Answered {
  readonly document: DocumentNode;
  readonly data: Readonly<Record<string, unknown>>;
}

/** Asks every query. Errors are those of viewers without permission; the fields are null then. */
async function answersTo(client: UserClient): Promise<readonly Answered[]> {
  const answered: Answered[] = [];
  for (const document of queries) {
    const { data } = await client.ask(textOf(document));
    if (data) answered.push({ document, data });
  }
  return answered;
}

function merged(answers: readonly Answered[]): NodeRecords {
  const records = new NodeRecords();
  for (const { document, data } of answers) records.merge(document, data);
  return records;
}

/** Returns the query of these Nodes by their ids, with all their fields. */
function refetch(nodes: NodeRecords['nodes']): DocumentNode {
  const fields = nodes.map(({ typeName, id }, index) => {
    const type = schema.getType(typeName);
    if (!isObjectType(type)) throw new TypeError(`Expected an object type, got ${typeName}.`);
    return `node${index}: node(id: "${id}") { __typename id ... on ${typeName} ${generator.selection(type, 0)} }`;
  });
  return parse(`{ ${fields.join(' ')} }`);
}

const AT = 'namespace: "team-research"';
const PATCH = 'type: MERGE, patch: { metadata: { labels: { touched: "yes" } } }';

/** Mutations of different objects. None changes what an earlier one has returned. */
const mutations = {
  patchWorkspace: `{ ${AT}, name: "churn-analysis", ${PATCH} }`,
  pauseWorkspace: `{ ${AT}, name: "fraud-model" }`,
  startWorkspaces: `{ ${AT}, names: ["old-baseline"] }`,
  patchDevPodWorkspaceInstance: `{ ${AT}, name: "recommender-dev", ${PATCH} }`,
  createSecret: `{ ${AT}, name: "a-secret", entries: [{ key: "a", text: "b" }] }`,
  createPersistentVolumeClaim: `{ ${AT}, name: "a-claim", requestedSize: "1Gi", storageClassName: "standard-rwx", accessModes: [READ_WRITE_MANY] }`,
  patchWorkspaceKind: `{ name: "codeserver", ${PATCH} }`,
} as const;

function mutationOf([name, input]: readonly [string, string]): DocumentNode {
  const field = schema.getMutationType()?.getFields()[name];
  const payload = field && getNamedType(field.type);
  if (!isObjectType(payload)) throw new TypeError(`Expected the mutation ${name} to have a payload.`);
  return parse(`mutation { ${name}(input: ${input}) ${generator.selection(payload, 1)} }`);
}

/** Receives the first result, or all until the snapshot is complete. */
async function receive(client: UserClient, document: DocumentNode, records: NodeRecords): Promise<number> {
  let events = 0;
  const stream = client.subscribe(textOf(document));
  for await (const { data } of stream) {
    if (!data) break;
    records.merge(document, data);
    events += 1;
    const [event] = Object.values(data) as readonly { readonly type?: unknown }[];
    if (event?.type === undefined || event.type === 'SYNCED') break;
  }
  return events;
}

describe('a cluster that stands still', { timeout: TIMEOUT_MS }, () => {
  let gateway: SimulatedGateway;
  const answers = new Map<string, readonly Answered[]>();
  const as = (token: string) => connectUser(gateway.url, { token });
  const answersFor = (token: string) => answers.get(token) ?? [];

  beforeAll(async () => {
    const now = new Date();
    gateway = await startTestGateway({
      authentication: { mode: 'token' },
      maxDocumentBytes: 4_000_000,
      maxDocumentTokens: 1_000_000,
      maxOperationFields: 1_000_000,
      maxOperationAliases: 1_000_000,
      maxRootFields: 1_000,
      requestTimeoutSeconds: TIMEOUT_MS / 1_000, // one query reads all Nodes
      users,
      aggregated: aggregatedApis,
      objects: [...clusterFixtures(now), ...aggregatedFixtures(now), ...rbacObjects(), ...GRANTS],
    });
    for (const { token } of users) {
      await using client = as(token);
      answers.set(token, await answersTo(client));
    }
  }, TIMEOUT_MS);

  afterAll(async () => gateway[Symbol.asyncDispose]());

  it.each(users)('returns one value per field of a Node when $name asks on every path', ({ token }) => {
    expect(merged(answersFor(token)).conflicts).toEqual([]);
  });

  it('returns Nodes of every type when an administrator asks', () => {
    const received = new Set(merged(answersFor(ADA)).nodes.map(({ typeName }) => typeName));
    expect([...received].sort()).toEqual(nodeTypes.sort());
  });

  it('would find a value that depends on the path', () => {
    const records = new NodeRecords();
    const document = parse('{ a: node(id: "1") { __typename id name } b: node(id: "1") { __typename id name } }');
    const node = { __typename: 'Pod', id: '1' };
    records.merge(document, { a: { ...node, name: 'x' }, b: { ...node, name: 'y' } });
    expect(records.conflicts).toEqual(['Pod.name: "x" (query.node(id: "1")), "y" (query.node(id: "1"))']);
  });

  it('returns one id per object, whoever asks', () => {
    const ids = new Map<string, Set<string>>();
    for (const { token } of users)
      for (const node of merged(answersFor(token)).nodes) {
        const text = Buffer.from(node.id, 'base64url').toString();
        const name = text.slice(0, text.lastIndexOf(':'));
        ids.set(name, (ids.get(name) ?? new Set()).add(node.id));
      }
    expect(ids.size).toBeGreaterThan(100);
    expect([...ids].filter(([, all]) => all.size > 1)).toEqual([]);
  });

  it.each(users)('returns every Node by its id when $name has received it', async ({ token }) => {
    await using client = as(token);
    const records = merged(answersFor(token));
    const { nodes } = records;
    const document = refetch(nodes);
    const { data } = await client.ask(textOf(document));
    expect(Object.keys(data ?? {})).toHaveLength(nodes.length);
    const missing = nodes.filter((_, index) => data?.[`node${index}`] === null);
    expect(missing.map(({ typeName }) => typeName)).toEqual(token === 'nan-token' ? ['Namespace'] : []);
    records.merge(document, data ?? {});
    expect(records.conflicts).toEqual([]);
  });

  it('returns no Node by its id to a viewer without permissions', async () => {
    const known = new Set(merged(answersFor(NOBODY)).nodes.map(({ id }) => id));
    const hidden = merged(answersFor(ADA)).nodes.filter(({ id }) => !known.has(id));
    expect(hidden.length).toBeGreaterThan(100);
    await using client = as(NOBODY);
    const { data } = await client.ask(textOf(refetch(hidden)));
    expect(new Set(Object.values(data ?? {}))).toEqual(new Set([null]));
  });

  it.each([ADA, VICTOR])('sends the same values in events when %s subscribes on every path', async (token) => {
    const records = merged(answersFor(token));
    await using client = as(token);
    const events = await Promise.all(subscriptions.map(async (document) => receive(client, document, records)));
    expect(events.reduce((sum, count) => sum + count)).toBeGreaterThan(subscriptions.length);
    expect(records.conflicts).toEqual([]);
  });

  it('returns in payloads what a later query returns', async () => {
    await using client = as(ADA);
    const records = new NodeRecords();
    for (const document of Object.entries(mutations).map(mutationOf)) {
      const { data, errors } = await client.ask(textOf(document));
      expect(errors).toBeUndefined();
      records.merge(document, data ?? {});
    }
    const document = refetch(records.nodes);
    const { data, errors } = await client.ask(textOf(document));
    expect(errors).toBeUndefined();
    records.merge(document, data ?? {});
    expect(records.conflicts).toEqual([]);
    expect(records.nodes.length).toBeGreaterThan(Object.keys(mutations).length);
  });

  describe.each([
    { library: 'Apollo', create: apolloCache },
    { library: 'urql', create: urqlCache },
    { library: 'Relay', create: () => relayCache(schema) },
  ])('in the cache of $library', ({ create }) => {
    it.each([VICTOR, 'nan-token'])('reads back every answer to %s when all are written', async (token) => {
      const cache: ClientCache = create();
      for (const { document, data } of answersFor(token)) await cache.write(document, data);
      for (const { document, data } of answersFor(token)) expect(cache.read(document)).toEqual(data);
    });
  });
});
