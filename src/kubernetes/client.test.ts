import { describe, expect, it } from 'vitest';
import { widget } from '../../dev/simulator/test-simulator.ts';
import { Client } from './client.ts';
import { createApiConnection } from './api-connection.ts';
import { kubeconfig } from '../../test/support/kubeconfig.ts';
import { startLoopbackServer, type LoopbackServer } from '../../test/support/loopback-server.ts';
import { isConflict, isKindUnavailable, isNotFound } from './status-error.ts';
import { startWidgetCluster, Widget, type WidgetCluster } from '../../test/support/widget.ts';

const { signal } = new AbortController();
const at = { namespace: 'default', name: 'a' };
const refuseMalformed = (error: Error): never => {
  throw error;
};

describe('reading', () => {
  it('returns an object when it exists', async () => {
    await using cluster = await startWidgetCluster({ objects: [widget('a', { size: 5 })] });
    const object = await cluster.client.get(Widget, at, signal);
    expect(object).toMatchObject({ kind: 'Widget', metadata: { name: 'a' }, spec: { color: 'red', size: 5 } });
  });

  it('returns the state of the first page on all pages when objects change in between', async () => {
    await using cluster = await startWidgetCluster({ objects: ['a', 'b', 'c'].map((name) => widget(name)) });
    const first = await cluster.client.list(Widget, { limit: 2, signal }, refuseMalformed);
    cluster.simulator.apply(widget('d'));
    const rest = await cluster.client.list(Widget, { limit: 2, continue: first.continue, signal }, refuseMalformed);
    expect([...first.items, ...rest.items].map(({ metadata }) => metadata.name)).toEqual(['a', 'b', 'c']);
    expect([rest.continue, rest.resourceVersion]).toEqual([undefined, first.resourceVersion]);
  });

  it('returns all objects when a list has many pages', async () => {
    const objects = Array.from({ length: 1_001 }, (_, index) => widget(`w-${index}`));
    await using cluster = await startWidgetCluster({ objects });
    const { items } = await cluster.client.listAll(Widget, { signal }, refuseMalformed);
    expect(new Set(items.map(({ metadata }) => metadata.name)).size).toBe(1_001);
    expect(cluster.simulator.requests).toHaveLength(3);
  });

  it('lists the objects of a namespace when selectors match them', async () => {
    await using cluster = await startWidgetCluster({
      objects: [widget('a', {}, { labels: { for: 'me & you' } }), widget('b')],
    });
    const { client } = cluster;
    const chosen = { namespace: 'default', fieldSelector: 'metadata.name=b', signal };
    const elsewhere = { namespace: 'kube-system', signal };
    expect(await client.list(Widget, chosen, refuseMalformed)).toMatchObject({ items: [{ metadata: { name: 'b' } }] });
    expect(await client.list(Widget, elsewhere, refuseMalformed)).toMatchObject({ items: [] });
    await client.list(Widget, { labelSelector: 'a in (b),!c', signal }, refuseMalformed);
    expect(cluster.simulator.requests.at(-1)?.url).toBe(
      '/apis/example.org/v1/widgets?labelSelector=a+in+%28b%29%2C%21c',
    );
  });

  it('skips and reports an item when it is malformed', async () => {
    const good = { metadata: { name: 'a', uid: '1', resourceVersion: '1' } };
    const items = [good, { metadata: { name: 'b' } }, null];
    await using server = await answering(200, JSON.stringify({ items, metadata: { resourceVersion: '7' } }));
    const malformed: string[] = [];
    const { client } = server;
    const list = await client.list(Widget, { signal }, ({ message }) => void malformed.push(message));
    expect(list).toMatchObject({
      items: [{ kind: 'Widget', apiVersion: 'example.org/v1', ...good }],
      resourceVersion: '7',
    });
    expect(malformed).toEqual([
      expect.stringContaining('with nothing as metadata.uid'),
      expect.stringContaining('null'),
    ]);
  });

  it('returns an empty list when items is null', async () => {
    await using server = await answering(200, '{"items":null,"metadata":{"resourceVersion":"7","continue":""}}');
    const list = await server.client.list(Widget, { signal }, refuseMalformed);
    expect(list).toEqual({ items: [], resourceVersion: '7', continue: undefined });
  });

  it.each([
    ['<html>Log in</html>', 'Expected a JSON object from the API server, got a string of 19 characters.'],
    ['null', 'Expected a JSON object from the API server, got null.'],
    ['[]', 'Expected a JSON object from the API server, got a list of 0 items.'],
    ['{}', 'Expected a Widget with metadata.name, uid and resourceVersion, got an object with 0 fields'],
    ['{"metadata":{"name":"a","uid":7}}', expect.stringContaining('with a number as metadata.uid')],
  ])('returns InvalidResponse when the response to a read is %s', async (body, message) => {
    await using server = await answering(200, body);
    const read = server.client.get(Widget, at, signal);
    await expect(read).rejects.toMatchObject({ name: 'StatusError', code: 502, reason: 'InvalidResponse', message });
  });

  it.each(['null', '<html></html>', '{}', '{"items":{},"metadata":{"resourceVersion":"1"}}', '{"items":[]}'])(
    'returns InvalidResponse when the response to a list is %s',
    async (body) => {
      await using server = await answering(200, body);
      const list = server.client.list(Widget, { signal }, refuseMalformed);
      await expect(list).rejects.toMatchObject({ name: 'StatusError', reason: 'InvalidResponse' });
    },
  );

  it('returns InvalidResponse when the response to a request without resource is null', async () => {
    await using server = await answering(201, 'null');
    const review = server.client.request('POST', ['apis', 'authorization.k8s.io', 'v1', 'reviews'], {
      signal,
      body: {},
    });
    await expect(review).rejects.toMatchObject({ name: 'StatusError', code: 502, reason: 'InvalidResponse' });
  });

  it('returns all items when the API server ignores the limit', async () => {
    const items = Array.from({ length: 200_000 }, (_, index) => ({
      metadata: { name: `w-${index}`, uid: `${index}`, resourceVersion: '1' },
    }));
    await using server = await answering(200, JSON.stringify({ items, metadata: { resourceVersion: '7' } }));
    const all = await server.client.listAll(Widget, { signal }, refuseMalformed);
    expect(all.items).toHaveLength(items.length);
  });
});

describe('writing', () => {
  it('writes as the gateway’s field manager when no other is named', async () => {
    await using cluster = await startWidgetCluster();
    const { client, simulator } = cluster;
    const { object } = await client.create(Widget, widget('a'), { namespace: 'default', signal });
    expect(simulator.requests[0]?.url).toContain('fieldManager=workspaces-gateway');
    const replaced = await client.replace(Widget, at, { ...object, spec: { color: 'blue' } }, { signal });
    expect(replaced).toMatchObject({ object: { spec: { color: 'blue' } }, warnings: [] });
    await client.delete(Widget, at, { signal });
    await expect(client.get(Widget, at, signal)).rejects.toSatisfy(isNotFound);
    const verbs = simulator.requests.map(({ verb, status }) => `${verb} ${status}`);
    expect(verbs).toEqual(['create 201', 'update 200', 'delete 200', 'get 404']);
  });

  it('patches objects and their status when the patch is a JSON or merge patch', async () => {
    await using cluster = await startWidgetCluster({ objects: [widget('a')] });
    const { client } = cluster;
    const json = { type: 'JSON', body: [{ op: 'replace', path: '/spec/color', value: 'blue' }] } as const;
    expect(await client.patch(Widget, at, json, { signal })).toMatchObject({ object: { spec: { color: 'blue' } } });
    const merge = { type: 'MERGE', body: { status: { state: 'Done' }, spec: { color: 'red' } } } as const;
    const { object } = await client.patch(Widget, at, merge, { subresource: 'status', signal });
    expect(object).toMatchObject({ spec: { color: 'blue' }, status: { state: 'Done' } });
    const strategic = client.patch(Widget, at, { type: 'STRATEGIC', body: {} }, { signal });
    await expect(strategic).rejects.toMatchObject({ code: 415 });
  });

  it('stores nothing when dryRun is set', async () => {
    await using cluster = await startWidgetCluster();
    const options = { namespace: 'default', dryRun: true, signal };
    expect(await cluster.client.create(Widget, widget('a'), options)).toMatchObject({ object: { spec: { size: 3 } } });
    expect(cluster.simulator.list('example.org/v1', 'Widget')).toEqual([]);
  });

  it('deletes only when preconditions hold, and returns an object that waits for finalizers', async () => {
    const kept = widget('a', {}, { finalizers: ['example.org/keep'] });
    await using cluster = await startWidgetCluster({ objects: [kept, widget('b')] });
    const { client } = cluster;
    const other = client.delete(Widget, at, { preconditions: { uid: 'another' }, signal });
    await expect(other).rejects.toSatisfy(isConflict);
    const { metadata } = await client.get(Widget, at, signal);
    const preconditions = { uid: metadata.uid, resourceVersion: metadata.resourceVersion };
    const waiting = await client.delete(Widget, at, { preconditions, gracePeriodSeconds: 0, signal });
    expect(waiting.object?.metadata.deletionTimestamp).toEqual(expect.any(String));
    const gone = { namespace: 'default', name: 'b' };
    expect(await client.delete(Widget, gone, { dryRun: true, signal })).toEqual({ object: undefined, warnings: [] });
    await client.delete(Widget, gone, { propagationPolicy: 'Foreground', signal });
    await expect(client.get(Widget, gone, signal)).rejects.toSatisfy(isNotFound);
  });

  it('deletes and counts the objects when selectors match them', async () => {
    const [labels, other] = [{ for: 'me' }, { for: 'you' }];
    const objects = [widget('a', {}, { labels }), widget('b', {}, { labels }), widget('c', {}, { labels: other })];
    await using cluster = await startWidgetCluster({ objects });
    const mine = { labelSelector: 'for=me', fieldSelector: 'metadata.name!=b', signal };
    expect(await cluster.client.deleteCollection(Widget, 'default', { ...mine, dryRun: true })).toMatchObject({
      count: 1,
    });
    expect(await cluster.client.deleteCollection(Widget, 'default', mine)).toEqual({ count: 1, warnings: [] });
    const left = cluster.simulator.list('example.org/v1', 'Widget').map(({ metadata }) => metadata.name);
    expect(left).toEqual(['b', 'c']);
  });

  it.each(['labelSelector', 'fieldSelector'])(
    'sends nothing when a %s is longer than 8,000 characters',
    async (name) => {
      await using server = await answering(200, '{}');
      const options = { [name]: 'a'.repeat(8_001), signal };
      await expect(server.client.deleteCollection(Widget, 'default', options)).rejects.toMatchObject({
        code: 400,
        reason: 'BadRequest',
        message: expect.stringMatching(/^Expected a (label|field) selector of at most 8000 characters, got 8001\.$/u),
      });
      expect(server.seen).toEqual([]);
    },
  );

  it('tries another name when the generated name exists', async () => {
    await using cluster = await startWidgetCluster();
    const taken = { status: 409, reason: 'AlreadyExists', when: ({ verb }: { verb: string }) => verb === 'create' };
    cluster.simulator.faults.refuse({ ...taken, times: 2 });
    const { metadata, ...content } = widget('');
    const unnamed = { ...content, metadata: { ...metadata, generateName: 'w-' } };
    const { object } = await cluster.client.create(Widget, unnamed, { namespace: 'default', signal });
    expect(object.metadata.name).toMatch(/^w-/u);
    cluster.simulator.faults.refuse({ ...taken, times: 1 });
    const named = cluster.client.create(Widget, widget('a'), { namespace: 'default', signal });
    await expect(named).rejects.toMatchObject({ reason: 'AlreadyExists' });
  });

  it('sends all options when a write has them', async () => {
    await using server = await answering(200, JSON.stringify(stored));
    const options = { dryRun: true, fieldManager: 'me', fieldValidation: 'Strict', force: true, signal } as const;
    await server.client.patch(Widget, at, { type: 'APPLY', body: {} }, options);
    expect(server.seen[0]?.url).toContain('?fieldManager=me&dryRun=All&fieldValidation=Strict&force=true');
  });

  it('returns the Status with its causes when the server refuses a write', async () => {
    await using cluster = await startWidgetCluster();
    const refused = cluster.client.create(Widget, widget('a', { color: 'green' }), { namespace: 'default', signal });
    await expect(refused).rejects.toMatchObject({
      code: 422,
      reason: 'Invalid',
      details: {
        kind: 'Widget',
        name: 'a',
        causes: [
          { reason: 'FieldValueNotSupported', field: 'spec.color' },
          { reason: 'FieldValueInvalid', field: '', message: expect.stringContaining('rules were not checked') },
        ],
      },
    });
  });

  it('returns warnings when the response has Warning headers', async () => {
    await using cluster = await startWidgetCluster();
    const odd = widget('a', { odd: 1, other: 2 });
    const { warnings } = await cluster.client.create(Widget, odd, { namespace: 'default', signal });
    expect(warnings).toEqual(['unknown field "spec.odd"', 'unknown field "spec.other"']);
  });

  it('returns each valid warning when headers contain several, quotes and invalid text', async () => {
    const warning = [
      String.raw`299 - "say \"no\", \\ please"`,
      '199 - "transient"',
      '299 kube "dated" "Wed, 21 Oct 2015"',
    ];
    await using server = await answering(200, JSON.stringify(stored), { warning });
    const { warnings } = await server.client.create(Widget, {}, { signal });
    expect(warnings).toEqual([String.raw`say "no", \ please`, 'dated']);
  });
});

const outcomeUnknown = { code: 504, reason: 'Timeout', message: expect.stringContaining('may or may not have') };
const writes: readonly (readonly [string, (client: Client) => Promise<unknown>])[] = [
  ['create', (client) => client.create(Widget, {}, { signal })],
  ['replace', (client) => client.replace(Widget, at, {}, { signal })],
  ['patch', (client) => client.patch(Widget, at, { type: 'MERGE', body: {} }, { signal })],
  ['delete', (client) => client.delete(Widget, at, { signal })],
  ['delete of a collection', (client) => client.deleteCollection(Widget, 'default', { signal })],
];

describe('an unreadable response to a write', () => {
  it.each(writes)('returns an unknown outcome when the response to a %s is not of the API', async (_, write) => {
    for (const [code, body] of [
      [200, '<html>Log in</html>'],
      [200, 'null'],
      [200, '[]'],
      [201, ''],
      [502, '<html>Bad gateway</html>'],
    ] as const) {
      await using server = await answering(code, body);
      await expect(write(server.client)).rejects.toMatchObject(outcomeUnknown);
      expect(server.seen).toHaveLength(1);
    }
  });

  it.each(writes.slice(0, 3))('returns an unknown outcome when the response to a %s is no object', async (_, write) => {
    await using server = await answering(200, '{"metadata":{"name":7}}');
    await expect(write(server.client)).rejects.toMatchObject(outcomeUnknown);
  });
});

describe('a failure', () => {
  it('returns NotFound for a missing object and KindUnavailable when the kind is not served', async () => {
    await using cluster = await startWidgetCluster();
    const Gadget = { ...Widget, kind: 'Gadget', plural: 'gadgets' };
    const Thing = { ...Widget, kind: 'Thing', plural: 'things', group: 'nobody.example' };
    const missing = await failure(cluster, (client) => client.get(Widget, at, signal));
    expect(missing).toSatisfy(isNotFound);
    expect(missing).toMatchObject({ details: { kind: 'Widget', namespace: 'default', name: 'a' } });
    for (const unknown of [Gadget, Thing]) {
      expect(await failure(cluster, (client) => client.get(unknown, at, signal))).toSatisfy(isKindUnavailable);
      expect(await failure(cluster, (client) => client.list(unknown, { signal }, refuseMalformed))).toSatisfy(
        isKindUnavailable,
      );
    }
  });

  it('names the namespace when it does not exist', async () => {
    await using server = await answering(404, statusText({ details: { name: 'nowhere', kind: 'namespaces' } }));
    const refused = server.client.create(Widget, {}, { namespace: 'nowhere', signal });
    await expect(refused).rejects.toMatchObject({
      reason: 'NotFound',
      details: { kind: 'namespaces', name: 'nowhere' },
    });
  });

  it.each([302, 404])('returns InvalidResponse when a proxy responds with a page and HTTP %i', async (code) => {
    await using server = await answering(code, '<html>Not here</html>');
    const refusal = { code: 502, reason: 'InvalidResponse' };
    await expect(server.client.get(Widget, at, signal)).rejects.toMatchObject(refusal);
    await expect(server.client.list(Widget, { signal }, refuseMalformed)).rejects.toMatchObject(refusal);
  });

  it('returns KindUnavailable when the API server does not serve the group', async () => {
    await using server = await answering(404, '404 page not found\n');
    await expect(server.client.get(Widget, at, signal)).rejects.toSatisfy(isKindUnavailable);
  });

  it.each([
    { details: null },
    { details: 'text' },
    { details: { causes: null } },
    { details: { causes: [null, 7] } },
    { details: { causes: {}, retryAfterSeconds: '7' } },
    { code: '409', reason: null },
  ])('returns a StatusError when fields of a Status have other types: %j', async (status) => {
    await using server = await answering(409, statusText(status));
    const refused = await failure(server, (client) => client.get(Widget, at, signal));
    expect(refused).toMatchObject({ name: 'StatusError', code: 409, details: { causes: [] } });
  });

  it('returns the retry delay when the body or the header has one', async () => {
    await using body = await answering(429, statusText({ details: { retryAfterSeconds: 7 } }), { 'retry-after': '9' });
    await using header = await answering(503, 'upstream connect error', { 'retry-after': '9' });
    await using neither = await answering(502, '<html>Bad gateway</html>', { 'retry-after': 'Wed, 21 Oct 2015' });
    expect(await failure(body, (client) => client.get(Widget, at, signal))).toMatchObject({
      details: { retryAfterSeconds: 7 },
    });
    expect(await failure(header, (client) => client.get(Widget, at, signal))).toMatchObject({
      code: 503,
      message: 'The API server responded with HTTP 503, with a string of 22 characters instead of a Status',
      details: { retryAfterSeconds: 9 },
    });
    expect(await failure(neither, (client) => client.get(Widget, at, signal))).toMatchObject({
      message: 'The API server responded with HTTP 502, with a string of 24 characters instead of a Status',
      details: { retryAfterSeconds: undefined },
    });
  });

  it('rejects with the reason of the signal when the caller aborts', async () => {
    await using cluster = await startWidgetCluster();
    using _ = cluster.simulator.faults.delay(60_000);
    const leaving = new AbortController();
    const answer = cluster.client.get(Widget, at, leaving.signal);
    leaving.abort();
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' });
  });
});

const stored = { metadata: { name: 'a', uid: '1', resourceVersion: '1' } };

function statusText(status: object): string {
  return JSON.stringify({ kind: 'Status', reason: 'NotFound', message: 'no', ...status });
}

/** A server that always answers the same, and a client for it. */
async function answering(
  status: number,
  body: string,
  headers: Readonly<Record<string, string | readonly string[]>> = {},
): Promise<LoopbackServer & { readonly client: Client }> {
  const server = await startLoopbackServer({
    answer: (response) => {
      for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
      response.writeHead(status).end(body);
    },
  });
  return { ...server, client: new Client(await createApiConnection(kubeconfig({ server: server.url }))) };
}

async function failure(
  { client }: Pick<WidgetCluster, 'client'>,
  ask: (client: Client) => Promise<unknown>,
): Promise<unknown> {
  return ask(client).catch((error: unknown) => error);
}
