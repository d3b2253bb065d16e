import { globSync, readFileSync } from 'node:fs';
import { getIntrospectionQuery, parse, type GraphQLError } from 'graphql';
import { expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { countFieldComparisons } from '../../src/server/field-comparisons.ts';
import { parseWithin, type OperationLimits } from '../../src/server/operation-limits.ts';
import { countedReads } from '../support/counted-reads.ts';
import { leastCpuMs } from '../support/cpu-time.ts';
import { heapBytes } from '../support/heap.ts';
import { namespace } from '../support/manifests.ts';
import { postOperation } from '../support/post-operation.ts';
import { startTestGateway, type Answer, type TestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const objects = [namespace('team-a')];
const defaults: OperationLimits = readConfig({ KUBECONFIG: '/dev/null' });
const CHANGES = 'subscription { workspaces { type } }';
const times = (count: number, text: string) => text.repeat(count);

/** A document of 2 kB whose fields double with each of its 18 fragments. */
const doubling = [
  'query Names { namespaces { nodes { ...F18 } } }',
  ...Array.from({ length: 18 }, (_, n) => `fragment F${n + 1} on Namespace { ...F${n} a${n}: name ...F${n} }`),
  'fragment F0 on Namespace { workspaces { totalCount } }',
].join('\n');
const cyclic =
  '{ namespaces { nodes { ...A } } } fragment A on Namespace { ...B } fragment B on Namespace { ...A ...B }';
const chain = [
  '{ namespaces { nodes { ...C0 } } }',
  ...Array.from({ length: 1_000 }, (_, n) => `fragment C${n} on Namespace { ...C${n + 1} }`),
  'fragment C1000 on Namespace { name }',
].join('\n');

/** 300 fragments with equal fields. */
const repeatedFragments = [
  `{ workspaces { nodes { ${Array.from({ length: 300 }, (_, n) => `...F${n}`).join(' ')} } } }`,
  ...Array.from({ length: 300 }, (_, n) => `fragment F${n} on Workspace { name paused id }`),
].join('\n');
/** 30 fragments that spread a large one, which the operation does not. */
const sharedFragment = [
  '{ namespaces { totalCount } }',
  ...Array.from({ length: 30 }, (_, n) => `fragment F${n} on Namespace { ...Large }`),
  `fragment Large on Namespace { ${Array.from({ length: 2_000 }, (_, n) => `f${n}`).join(' ')} }`,
].join('\n');

const excessive: readonly (readonly [limit: string, query: string])[] = [
  ['MAX_DOCUMENT_BYTES', `{ namespaces { totalCount } } #${times(100_000, 'x')}`],
  ['MAX_DOCUMENT_TOKENS', `{ ${times(10_001, 'a ')} }`],
  ['MAX_OPERATION_DEPTH', times(201, '{ a ') + times(201, '}')],
  ['MAX_OPERATION_DEPTH', `{ workspaces(filter: ${times(201, '[')}${times(201, ']')}) { totalCount } }`],
  ['MAX_OPERATION_DEPTH', `query ($a: ${times(201, '[')}ID${times(201, ']')}) { node(id: $a) { id } }`],
  ['MAX_OPERATION_DEPTH', chain],
  ['MAX_OPERATION_FIELDS', doubling],
  ['MAX_OPERATION_FIELDS', `{ namespaces { nodes { ${times(5_000, 'name ')} } } }`],
  ['MAX_OPERATION_ALIASES', `{ namespaces { ${times(201, 'a: totalCount ')} } }`],
  ['MAX_OPERATION_DIRECTIVES', `{ namespaces { totalCount ${times(201, '@skip(if: false) ')} } }`],
  ['MAX_ROOT_FIELDS', `{ ${times(101, 'namespaces { totalCount } ')} }`],
  ['MAX_FIELD_COMPARISONS', `{ namespaces { nodes { ${times(202, 'name ')} } } }`],
  ['MAX_FIELD_COMPARISONS', `{ workspaces { nodes { ${times(1_000, 'namespace { name } ')} } } }`],
  ['MAX_FIELD_COMPARISONS', repeatedFragments],
];

function refusalOf(limit: string) {
  const [value] = Object.entries(defaults).flatMap(([name, max]) =>
    constantCase(name) === limit ? [String(max)] : [],
  );
  return [
    {
      message: expect.stringMatching(new RegExp(`^Expected at most ${value} .*\\(${limit}\\), got \\d+`, 'u')),
      extensions: { code: 'BAD_REQUEST', limit: { name: limit, max: Number(value) } },
    },
  ];
}

function constantCase(name: string): string {
  return name.replaceAll(/[A-Z]/gu, (letter) => `_${letter}`).toUpperCase();
}

function post(gateway: TestGateway, query: string, accept = 'application/json'): Promise<Response> {
  return postOperation(gateway.url, query, { headers: { accept } });
}

async function errorsOf(response: Response): Promise<Answer['errors']> {
  const { errors } = (await response.json()) as Answer;
  return errors;
}

it.each(excessive)('refuses an operation with BAD_REQUEST when it exceeds %s', async (limit, query) => {
  await using gateway = await startTestGateway({ objects });
  const response = await post(gateway, query);
  expect(response.status).toBe(400);
  expect(await errorsOf(response)).toMatchObject(refusalOf(limit));
});

it('refuses an excessive operation on every transport', async () => {
  await using gateway = await startTestGateway({ objects });
  const expected = refusalOf('MAX_OPERATION_FIELDS');
  const byGet = await fetch(`${gateway.url}?query=${encodeURIComponent(doubling)}`);
  expect(byGet.status).toBe(400);
  expect(await errorsOf(byGet)).toMatchObject(expected);
  const stream = await (await post(gateway, doubling, 'text/event-stream')).text();
  const data = /^data: (\{.*)$/mu.exec(stream)?.[1] ?? '{}';
  expect((JSON.parse(data) as Answer).errors).toMatchObject(expected);
  const either = await post(gateway, doubling, 'application/json, text/event-stream');
  expect(await errorsOf(either)).toMatchObject(expected);
  await expect(gateway.subscribe(doubling).next()).rejects.toMatchObject(expected);
});

it('refuses fragments that are large together, although the operation is small', () => {
  expect(() => parseWithin(defaults, sharedFragment)).toThrow('(MAX_OPERATION_FIELDS), got 62000');
});

const repeated = (fields: number) => `{ workspaces { nodes { ${times(fields, 'namespace { name } ')} } } }`;

it('reads the document a number of times that is linear in its repeated fields when it counts them', () => {
  const readsOf = (fields: number) => {
    const [document, reads] = countedReads(parse(repeated(fields)));
    countFieldComparisons(document, Infinity);
    return reads();
  };
  expect(countFieldComparisons(parse(repeated(1_000)), Infinity)).toBe(999_000);
  expect(readsOf(10_000)).toBeLessThan(11 * readsOf(1_000));
});

it('counts exponential fragments in time that is linear in the length of the document', async () => {
  expect(await refusedCost(doubling)).toBeLessThan(10);
  expect(await refusedCost(chain)).toBeLessThan(200);
});

/** Returns the CPU time of a refusal as a multiple of that of a small document. */
async function refusedCost(query: string): Promise<number> {
  const small = await cpuOf(() => parseWithin(defaults, getIntrospectionQuery()));
  return (await cpuOf(() => expect(() => parseWithin(defaults, query)).toThrow('MAX_OPERATION'))) / small;
}

function cpuOf(run: () => unknown): Promise<number> {
  return leastCpuMs(() => {
    for (let round = 0; round < 10; round += 1) run();
  });
}

it('returns the validation error of a cycle when fragments spread each other', async () => {
  await using gateway = await startTestGateway({ objects });
  const errors = (await gateway.query(cyclic)).errors ?? [];
  expect(errors.map(({ message }) => message).join('\n')).toContain('Cannot spread fragment "A" within itself via "B"');
});

it.each([
  ['selections', times(200_000, '{a')],
  ['lists', `{ workspaces(filter: ${times(90_000, '[')}`],
  ['lists within the byte limit', `{ a(b: ${times(9_000, '[')}${times(900, ']')}) }`],
  ['selections within the byte limit', times(4_500, '{a')],
])('refuses with BAD_REQUEST when %s are nested deeper than the stack', async (_, query) => {
  await using gateway = await startTestGateway({ objects });
  const response = await post(gateway, query);
  expect(response.status).toBe(400);
  expect(await errorsOf(response)).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
});

it('refuses variables with BAD_REQUEST when they are nested deeper than the stack', async () => {
  await using gateway = await startTestGateway({ objects, maxBodyValues: 1_000_000 });
  const patch = `${times(100_000, '{"a":')}1${times(100_000, '}')}`;
  const query =
    'mutation ($patch: JSON!) { patchWorkspace(input: { namespace: "team-a", name: "a", type: MERGE, patch: $patch }) { __typename } }';
  for (const accept of ['application/json', 'text/event-stream']) {
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: `{"query":${JSON.stringify(query)},"variables":{"patch":${patch}}}`,
    });
    const text = await response.text();
    expect(text).toContain('(MAX_OPERATION_DEPTH), got 100001');
    expect(text).toContain('"BAD_REQUEST"');
  }
});

it.each(['variables', 'extensions'])('returns 400 BAD_REQUEST when %s of a GET is malformed JSON', async (name) => {
  await using gateway = await startTestGateway({ objects });
  const url = `${gateway.url}?query=${encodeURIComponent('{ namespaces { totalCount } }')}&${name}=`;
  const response = await fetch(`${url}{`);
  expect(response.status).toBe(400);
  expect(await errorsOf(response)).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
  expect((await fetch(`${url}{`, { headers: { accept: 'text/event-stream' } })).status).toBe(400);
  for (const valid of ['{}', '', 'null'])
    expect((await fetch(url + valid, { headers: { accept: 'text/event-stream' } })).status).toBe(200);
});

function large(number: number): string {
  return `# ${number}\n{ namespaces { ${Array.from({ length: 4_900 }, (_, field) => `f${100_000_000 + field}`).join(' ')} } }`;
}

it('keeps parsed documents of a bounded size when many large documents are sent', async () => {
  await using gateway = await startTestGateway({ objects });
  await post(gateway, large(0));
  const before = heapBytes();
  const parsed = Array.from({ length: 4 }, (_, number) => parseWithin(defaults, large(number)));
  const documentBytes = (heapBytes() - before) / parsed.length;
  expect(parsed.map(({ definitions }) => definitions.length)).toEqual([1, 1, 1, 1]);
  const start = heapBytes();
  for (let number = 1; number <= 20; number += 1) await (await post(gateway, large(number))).text();
  expect((heapBytes() - start) / documentBytes).toBeLessThan(10);
}, 60_000);

const examples = globSync('schema/operations/*.graphql').map((file) => [file, readFileSync(file, 'utf8')] as const);
const introspection = getIntrospectionQuery({
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
});

const tenth: OperationLimits = {
  maxDocumentBytes: defaults.maxDocumentBytes / 10,
  maxDocumentTokens: defaults.maxDocumentTokens / 10,
  maxOperationDepth: defaults.maxOperationDepth / 10,
  maxOperationFields: defaults.maxOperationFields / 10,
  maxOperationAliases: defaults.maxOperationAliases / 10,
  maxOperationDirectives: defaults.maxOperationDirectives / 10,
  maxRootFields: defaults.maxRootFields / 10,
  maxFieldComparisons: defaults.maxFieldComparisons / 10,
};

it.each([...examples, ['the introspection query', introspection] as const])(
  'needs at most a tenth of each limit when %s is sent',
  (_, query) => {
    expect(() => parseWithin(tenth, query)).not.toThrow();
  },
);

it('starts at most the allowed subscriptions of a viewer when a hundred are requested at once', async () => {
  await using gateway = await startTestGateway({ objects, maxSubscriptionsPerViewer: 10 });
  const client = gateway.connect();
  const streams = Array.from({ length: 100 }, () => client.iterate({ query: CHANGES }));
  const results = await Promise.all(streams.map(async (stream) => stream.next()));
  const rejected = results.filter(({ value }) => value?.errors?.[0]?.extensions['code'] === 'RATE_LIMITED');
  expect([rejected.length, gateway.subscribers()]).toEqual([90, 10]);
  await Promise.all(streams.map(async (stream) => stream.return?.()));
  await waitFor(() => gateway.subscribers() === 0, 'all have ended');
  expect((await gateway.subscribe(CHANGES).next()).value?.data).toBeDefined();
});

it('releases the reservation when a subscription fails, exceeds its connection, or its client leaves', async () => {
  await using gateway = await startTestGateway({
    objects,
    maxSubscriptionsPerViewer: 3, // the gateway may receive the request of a client when that one has left
    maxSubscriptionsPerConnection: 1,
  });
  const client = gateway.connect();
  const first = client.iterate({ query: CHANGES });
  expect((await first.next()).value?.data).toBeDefined();
  for (let attempt = 0; attempt < 5; attempt += 1) {
    const refused = (await client.iterate({ query: CHANGES }).next()).value?.errors;
    expect(refused).toMatchObject([{ message: expect.stringContaining('on one connection') }]);
    expect(JSON.stringify(refused)).not.toContain('"http"');
    const invalid = gateway.subscribe('subscription { workspaces(after: "no cursor") { type } }');
    expect((await invalid.next()).value?.errors).toMatchObject([{ extensions: { code: 'BAD_REQUEST' } }]);
    const leaving = new AbortController();
    const url = `${gateway.url}?query=${encodeURIComponent(CHANGES)}`;
    const response = fetch(url, { signal: leaving.signal, headers: { accept: 'text/event-stream' } });
    setImmediate(() => leaving.abort());
    await response.then(async (stream) => stream.text()).catch((error: GraphQLError) => error.name);
    await waitFor(() => gateway.subscribers() === 1, 'the client that left has no subscription');
  }
  await waitFor(async () => {
    const next = await gateway.subscribe(CHANGES).next();
    return next.value?.data !== undefined;
  }, 'a second subscription is allowed');
});
