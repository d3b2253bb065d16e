import { performance } from 'node:perf_hooks';
import { getIntrospectionQuery } from 'graphql';
import { describe, expect, it } from 'vitest';
import { leastCpuMs } from '../support/cpu-time.ts';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { postOperation } from '../support/post-operation.ts';
import { startTestGateway, type Answer, type TestGateway } from '../support/test-gateway.ts';

const workspaces = (count: number) =>
  Array.from({ length: count }, (_, index) => workspace(`nb-${index}`, { namespace: 'team-a' }));
const objects = [namespace('team-a'), ...workspaces(100)];
const NESTED = '{ workspaces { nodes { namespace { workspaces { nodes { name } } } } } }';
const CHANGES = 'subscription { workspaces { type object { name paused } } }';

/** Introspection that grows with the square of the fields of a type. */
const introspection = `{ __schema { types { fields { type { fields { ${Array.from({ length: 50 }, (_, n) => `a${n}: name`).join(' ')} } } } } } }`;

function excess(name: string) {
  const limit = { name, max: expect.any(Number), actual: expect.any(Number) };
  return [{ message: expect.stringContaining(`(${name}), got`), extensions: { code: 'BAD_REQUEST', limit } }];
}

async function post(gateway: TestGateway, query: string, accept = 'application/json') {
  const response = await postOperation(gateway.url, query, { headers: { accept } });
  return { status: response.status, text: await response.text() };
}

const cpuOf = (gateway: TestGateway, query: string) => leastCpuMs(() => post(gateway, query));

it('refuses lists of lists with MAX_OPERATION_COST on every transport', async () => {
  await using gateway = await startTestGateway({ objects, maxOperationCost: 1_000 });
  const { status, text } = await post(gateway, NESTED);
  expect(status).toBe(400);
  expect(JSON.parse(text)).toEqual({ errors: [expect.objectContaining(excess('MAX_OPERATION_COST')[0])] });
  expect((await post(gateway, NESTED, 'text/event-stream')).text).toContain('(MAX_OPERATION_COST), got');
  const { value } = await gateway.subscribe(NESTED).next();
  expect((value as Answer).errors).toMatchObject(excess('MAX_OPERATION_COST'));
  expect((await gateway.query('{ workspaces(first: 10) { nodes { name } } }')).errors).toBeUndefined();
});

it('bounds the time of lists of lists, of many lists, and of introspection', async () => {
  const settings = { objects: [namespace('team-a'), ...workspaces(1_000)], maxOperationCost: 20_000 };
  await using gateway = await startTestGateway(settings);
  // A list of cached rows takes so little time that it is no measure.
  await using reference = await startTestGateway({ ...settings, execution: 'reference' });
  const list = await cpuOf(reference, '{ workspaces { nodes { name paused } } }');
  const roots = Array.from({ length: 100 }, (_, n) => `a${n}: workspaces(first: 1) { nodes { name } }`).join(' ');
  for (const query of [NESTED, `{ ${roots} }`, introspection])
    expect(await cpuOf(gateway, query)).toBeLessThan(20 * list); // 2 at most; the first takes 60 without the limit
});

it('counts a fragment as often as it is spread', async () => {
  await using gateway = await startTestGateway({ objects, maxOperationCost: 1_000 });
  const spread = (spreads: string) =>
    gateway.query(`{ workspaces { nodes { ${spreads} } } } fragment F on Workspace { name paused }`);
  expect((await spread('...F ...F')).errors).toBeUndefined();
  expect((await spread('...F ...F ...F ...F ...F')).errors).toMatchObject(excess('MAX_OPERATION_COST'));
});

const repeated = (count: number, field: string) =>
  `{ ${Array.from({ length: count }, (_, n) => `a${n}: ${field}`).join(' ')} }`;

it('counts each workspace of totals that no index has', async () => {
  await using gateway = await startTestGateway({
    objects: [...objects, workspaceKind('jupyterlab')],
    maxOperationCost: 1_000,
  });
  const totals = (count: number) => repeated(count, 'totals { count }');
  const filtered = (count: number) => repeated(count, 'workspaceTotals(filter: { paused: false }) { count }');
  for (const query of [
    (count: number) => `{ namespaces { nodes ${totals(count)} } }`,
    (count: number) => `{ workspaceKinds { nodes ${totals(count)} } }`,
    filtered,
  ]) {
    expect((await gateway.query(query(5))).errors).toBeUndefined();
    expect((await gateway.query(query(12))).errors).toMatchObject(excess('MAX_OPERATION_COST'));
  }
  expect((await gateway.query(repeated(50, 'workspaceTotals { count }'))).errors).toBeUndefined();
});

it('counts a label selector by its requirements', async () => {
  await using gateway = await startTestGateway({ objects, maxOperationCost: 1_000 });
  const ask = (fields: number, requirements: number) => {
    const selector = Array.from({ length: requirements }, (_, n) => `key-${n}!=value`).join(',');
    const filter = `filter: { labelSelector: "${selector}" }`;
    return gateway.query(repeated(fields, `workspaces(${filter}) { totalCount }`));
  };
  expect((await ask(50, 4)).errors).toBeUndefined();
  expect((await ask(1, 200)).errors).toBeUndefined();
  expect((await ask(3, 200)).errors).toMatchObject(excess('MAX_OPERATION_COST'));
});

const list = (args: string) => `workspaces${args} { nodes ${repeated(20, 'stateMessage')} }`;

describe.each(['compiled', 'reference'] as const)('a result with long texts with EXECUTION=%s', (execution) => {
  const text = 'x'.repeat(10_000);
  const long = workspaces(100).map(({ metadata: { name } }) =>
    workspace(name ?? '', { state: 'Running', status: { stateMessage: text } }),
  );

  it('is refused with MAX_BYTES_IN_FLIGHT when it has more bytes than all together may have', async () => {
    await using gateway = await startTestGateway({
      objects: [namespace('team-a'), ...long],
      execution,
      maxBytesInFlight: 5e6,
    });
    const { data, errors } = await gateway.query(
      `{ ${list('(first: 20)')} one: workspaces(first: 1) { nodes { id } } }`,
    );
    expect(errors).toBeUndefined();
    const [{ id }] = (data as { readonly one: { readonly nodes: [{ readonly id: string }] } }).one.nodes;
    const ids = JSON.stringify(Array.from({ length: 600 }, () => id));
    for (const query of [`{ ${list('')} }`, `{ nodes(ids: ${ids}) { ... on Workspace { stateMessage } } }`])
      expect((await gateway.query(query)).errors).toMatchObject(excess('MAX_BYTES_IN_FLIGHT'));
    const events = gateway.subscribe(`subscription { workspaces { type object ${repeated(20, 'stateMessage')} } }`);
    await expect(events.next()).rejects.toMatchObject(excess('MAX_BYTES_IN_FLIGHT'));
  });

  it('is the same as a page of it, and only its errors when it has some and more than 8 MiB', async () => {
    await using gateway = await startTestGateway({ objects: [namespace('team-a'), ...long], execution });
    const row = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`a${n}`, text]));
    const failing = 'nodes(ids: ["malformed"]) { id }';
    const answer = await gateway.query(`{ ${list('(first: 50)')} }`);
    expect(answer.data?.['workspaces']).toEqual({ nodes: Array.from({ length: 50 }, () => row) });
    const small = await gateway.query(`{ ${list('(first: 1)')} ${failing} }`);
    expect(small).toMatchObject({ data: { workspaces: { nodes: [row] }, nodes: [null] }, errors: [{}] });
    const { data, errors } = await gateway.query(`{ ${list('')} ${failing} }`);
    expect({ data, messages: errors?.map(({ message }) => message) }).toEqual({
      data: undefined,
      messages: [small.errors?.[0]?.message, expect.stringContaining('Expected a result with errors of at most')],
    });
  });
});

it('executes introspection at a tenth of the default limit', async () => {
  await using gateway = await startTestGateway({ maxOperationCost: 50_000 });
  const query = getIntrospectionQuery({ inputValueDeprecation: true, specifiedByUrl: true, oneOf: true });
  expect((await gateway.query(query)).errors).toBeUndefined();
});

it('refuses a snapshot that costs more than MAX_OPERATION_COST, but not one of a namespace', async () => {
  await using gateway = await startTestGateway({
    objects: [...objects, namespace('team-b'), workspace('nb-0', { namespace: 'team-b' })],
    maxOperationCost: 200,
  });
  const refused = await gateway.subscribe(CHANGES).next();
  expect(refused.value?.errors).toMatchObject(excess('MAX_OPERATION_COST'));
  const one = gateway.subscribe('subscription { workspaces(namespace: "team-b") { type object { name paused } } }');
  expect((await one.next()).value?.data).toMatchObject({ workspaces: { type: 'RESET' } });
});

it('states that a mutation may have been applied when its payload costs too much', async () => {
  await using gateway = await startTestGateway({ objects, maxOperationCost: 100 });
  const { errors } = await gateway.query(
    'mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1" }) { workspace { namespace { workspaces { nodes { name } } } } } }',
  );
  expect(errors).toMatchObject(excess('MAX_OPERATION_COST'));
  expect(errors?.[0]?.message).toContain('may have been applied');
  expect((await gateway.query('{ workspace(namespace: "team-a", name: "nb-1") { paused } }')).data).toEqual({
    workspace: { paused: true },
  });
});

it.each([
  ['all items', '{ workspaces { nodes { name } } }'],
  ['the first', '{ workspaces(first: 100) { nodes { name } } }'],
  ['the last', '{ workspaces(last: 100) { edges { cursor } } }'],
  ['a nested list', '{ namespaces(first: 1) { nodes { workspaces(first: 100) { nodes { name } } } } }'],
  ['all items of a nested list', '{ namespace(name: "team-a") { workspaces { pageInfo { endCursor } } } }'],
  ['secrets', '{ secrets(namespace: "team-a", first: 100) { nodes { name } } }'],
  ['kinds', '{ workspaceKinds(first: 100) { nodes { name } } }'],
  ['IDs', `{ nodes(ids: ${JSON.stringify(Array.from({ length: 100 }, () => 'x'))}) { id } }`],
])('refuses a page of %s with MAX_PAGE', async (_, query) => {
  await using gateway = await startTestGateway({ objects, maxPage: 99 });
  expect((await gateway.query(query)).errors).toMatchObject(excess('MAX_PAGE'));
});

it('returns pages up to MAX_PAGE, and the number of more items', async () => {
  await using gateway = await startTestGateway({ objects, maxPage: 99 });
  const { data, errors } = await gateway.query(
    '{ count: workspaces { totalCount } page: workspaces(first: 99) { totalCount pageInfo { hasNextPage endCursor } } }',
  );
  expect(errors).toBeUndefined();
  expect(data).toMatchObject({
    count: { totalCount: 100 },
    page: { totalCount: 100, pageInfo: { hasNextPage: true } },
  });
});

/** Returns the number of turns of the event loop. It does not turn while it waits, for example for a packet. */
const turns = () => performance.nodeTiming.uvMetricsInfo.loopCount;

/** Returns the least of three numbers of turns: the first request opens a connection, and packets may arrive in parts. */
async function least(turnsOf: () => Promise<number>): Promise<number> {
  return Math.min(await turnsOf(), await turnsOf(), await turnsOf());
}

/** Not compressed: the loop turns while a thread compresses an answer. */
const UNCOMPRESSED = { 'accept-encoding': 'identity' };
/** Limit for many fields of many objects, which take many turns on any machine. */
const MUCH = 2_000_000;
const MANY_FIELDS = Array.from({ length: 100 }, (_, n) => `a${n}: displayName`).join(' ');

it('lets other work run while a long list is executed', async () => {
  await using gateway = await startTestGateway({
    objects: [namespace('team-a'), ...workspaces(9_000)],
    maxOperationCost: MUCH,
    bookmarkIntervalMs: 600_000, // each one takes some turns
  });
  const turnsUntilAnswer = async (args: string) => {
    const query = `{ workspaces${args} { nodes { ${MANY_FIELDS} } } }`;
    const before = turns();
    const response = await postOperation(gateway.url, query, { headers: UNCOMPRESSED });
    const taken = turns() - before; // without those in which the answer is sent
    expect(await response.json()).toMatchObject({ data: { workspaces: expect.any(Object) } });
    return taken;
  };
  const small = await least(() => turnsUntilAnswer('(first: 1)'));
  expect(await turnsUntilAnswer('')).toBeGreaterThan(small + 2); // it takes 15; a list that lets no other work run 3
});

/** Returns the CPU time of this thread. */
function cpuMs(): number {
  const { user, system } = process.threadCpuUsage();
  return (user + system) / 1_000;
}

/** Returns the CPU time of this thread in the longest turn of the event loop during some work. */
async function longestTurnOf(work: () => Promise<unknown>): Promise<number> {
  let [longest, last, isRunning] = [0, cpuMs(), true];
  const tick = () => {
    const now = cpuMs();
    longest = Math.max(longest, now - last);
    last = now;
    if (isRunning) setImmediate(tick);
  };
  setImmediate(tick);
  await work();
  isRunning = false;
  return longest;
}

it('lets other work run while many root fields examine all workspaces', async () => {
  await using gateway = await startTestGateway({
    objects: [namespace('team-a'), ...workspaces(2_000)],
    maxOperationCost: MUCH,
  });
  const selector = Array.from({ length: 200 }, (_, n) => `key-${n}!=value`).join(',');
  const count = async (fields: number) => {
    const field = 'workspaces(filter: { labelSelector: $selector }) { totalCount }';
    const all = Array.from({ length: fields }, (_, n) => `a${n}: ${field}`);
    const { data } = await gateway.query(`query ($selector: String) { ${all.join(' ')} }`, { selector });
    expect(data).toMatchObject({ a0: { totalCount: 2_000 } });
  };
  await count(4); // compiles it, and builds the index
  const few = await longestTurnOf(() => count(4));
  expect(await longestTurnOf(() => count(100))).toBeLessThan(8 * Math.max(few, 10)); // 25 times as long if all are in one turn
});

it('lets other work run while a snapshot is executed and sent', async () => {
  await using gateway = await startTestGateway({
    objects: [namespace('team-a'), namespace('team-b'), workspace('nb', { namespace: 'team-b' }), ...workspaces(9_000)],
    maxOperationCost: MUCH,
    bookmarkIntervalMs: 600_000, // each one takes some turns
  });
  const turnsUntilFirstEvent = async (at: string) => {
    const before = turns();
    const events = gateway.subscribe(
      `subscription { workspaces(namespace: "${at}") { type object { ${MANY_FIELDS} } } }`,
    );
    expect((await events.next()).value?.data).toMatchObject({ workspaces: { type: 'RESET' } });
    return turns() - before;
  };
  const small = await least(() => turnsUntilFirstEvent('team-b'));
  expect(await turnsUntilFirstEvent('team-a')).toBeGreaterThan(small + 2); // it takes 30 more; with one turn for all, none
});
