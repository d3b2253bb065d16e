import { createHash } from 'node:crypto';
import { auditServer } from 'graphql-http';
import { createClient } from 'graphql-sse';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { expect, it } from 'vitest';
import { headerAuthentication } from '../support/authentication.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { postOperation } from '../support/post-operation.ts';
import { recordingLog } from '../support/recording-log.ts';
import { startGatewayFor, startTestGateway } from '../support/test-gateway.ts';
import { waitFor } from '../support/wait-for.ts';

const objects = [namespace('team-a'), workspace('nb-1', { state: 'Running' })];
const CHANGES = 'subscription { workspaces { type object { name state } } }';

const CODE = 'PERSISTED_QUERY_NOT_SUPPORTED';

it('passes all audits of the GraphQL over HTTP specification', async () => {
  await using gateway = await startTestGateway({ objects });
  const first = await auditServer({ url: gateway.url });
  // The second time, all documents are known.
  const results = [...first, ...(await auditServer({ url: gateway.url }))];
  const failures = results.filter(({ status }) => status !== 'ok');
  expect(
    failures.map((result) => `${result.status} ${result.name}: ${'reason' in result ? result.reason : ''}`),
  ).toEqual([]);
  expect(results.length).toBeGreaterThan(100);
});

it('sends a subscription as Server-Sent Events that the graphql-sse client reads', async () => {
  await using gateway = await startTestGateway({ objects });
  const client = createClient({ url: gateway.url, retryAttempts: 0 });
  const changes = client.iterate<{ workspaces: object }>({ query: CHANGES });
  expect((await changes.next()).value.data.workspaces).toEqual({ type: 'RESET', object: null });
  expect((await changes.next()).value.data.workspaces).toEqual({
    type: 'ADDED',
    object: { name: 'nb-1', state: 'RUNNING' },
  });
  expect((await changes.next()).value.data.workspaces).toEqual({ type: 'SYNCED', object: null });
  gateway.cluster.apply(workspace('nb-1', { state: 'Paused' }));
  expect((await changes.next()).value.data.workspaces).toMatchObject({ type: 'MODIFIED' });
  await changes.return?.();
  await waitFor(() => gateway.subscribers() === 0, 'the subscription has ended');
});

it('sends one result and complete when a query or an invalid operation accepts only an event stream', async () => {
  await using gateway = await startTestGateway({ objects });
  const ask = async (query: string) => {
    const response = await fetch(`${gateway.url}?query=${encodeURIComponent(query)}`, {
      headers: { accept: 'text/event-stream' },
    });
    return response.text();
  };
  expect(await ask('{ workspaces { totalCount } }')).toBe(
    ':\n\nevent: next\ndata: {"data":{"workspaces":{"totalCount":1}}}\n\nevent: complete\nid: ended\ndata:\n\n',
  );
  expect(await ask('{ nope }')).toMatch(/event: next\ndata: \{"errors":\[.*"code":"BAD_REQUEST".*\nevent: complete/su);
});

it('sends JSON when a query accepts both JSON and an event stream', async () => {
  await using gateway = await startTestGateway({ objects });
  const headers = { accept: 'application/json, text/event-stream' };
  const response = await postOperation(gateway.url, '{ workspaces { totalCount } }', { headers });
  expect(response.headers.get('content-type')).toContain('application/json');
  expect(await response.json()).toEqual({ data: { workspaces: { totalCount: 1 } } });
});

it.each([
  '',
  '{"query":"{ __typename',
  "{'query': '{ __typename }'}",
  '{"query":"{ __typename }"}}',
  'query=x',
  '[1',
  '"x',
])('refuses the body %j with BAD_REQUEST and without words of the JSON parser', async (body) => {
  await using gateway = await startTestGateway();
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(gateway.url, { method: 'POST', headers, body });
  const text = await response.text();
  expect(response.status).toBe(400);
  expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_REQUEST' } }] });
  expect(text).not.toMatch(/SyntaxError|originalError|Unexpected|position|undefined/u);
});

/** The types of Node lack it, and a literal would be checked for excess properties. */
const STREAMED = { duplex: 'half' };

it.each(['with', 'without'])('refuses a body above MAX_BODY_BYTES %s Content-Length', async (length) => {
  await using gateway = await startTestGateway({ maxBodyBytes: 1_000 });
  const text = JSON.stringify({ query: '{ workspaces { totalCount } }', variables: { x: 'x'.repeat(1_000) } });
  const body = () => (length === 'with' ? text : new Blob([text]).stream());
  for (const accept of ['application/json', 'text/event-stream']) {
    const headers = { 'content-type': 'application/json', accept };
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers,
      body: body(),
      ...STREAMED,
    });
    expect(response.status).toBe(413);
    expect(await response.text()).toContain(
      'Expected a body of at most 1000 bytes (MAX_BODY_BYTES), got a longer one.',
    );
  }
  const { errors } = await gateway.query('{ workspaces { totalCount } }', { x: 'x'.repeat(1_000) });
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'TOO_LARGE', limit: { name: 'MAX_BODY_BYTES' } });
});

it.each(['application/json', 'text/event-stream'])(
  'refuses a body with more values than MAX_BODY_VALUES when it accepts %s',
  async (accept) => {
    await using gateway = await startTestGateway({ maxBodyValues: 1_000 });
    const post = (variables: object) =>
      postOperation(gateway.url, '{ workspaces { totalCount } }', { headers: { accept }, variables });
    const refused = await post({ x: Array.from({ length: 1_000 }, () => [1]) });
    expect(refused.status).toBe(413);
    expect(await refused.text()).toContain('Expected at most 1000 values in the JSON of a request (MAX_BODY_VALUES)');
    const accepted = await post({ x: ',[{'.repeat(10_000) });
    expect(await accepted.text()).toContain('"totalCount":0');
  },
);

it('closes a WebSocket when a message has more values than MAX_BODY_VALUES', async () => {
  await using gateway = await startTestGateway({ maxBodyValues: 1_000 });
  const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws');
  const closed = once(socket, 'close');
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'ping', payload: { x: Array.from({ length: 1_000 }, () => [1]) } }));
  const [{ code, reason }] = (await closed) as [CloseEvent];
  expect(code).toBe(4400);
  expect(reason).toContain('Expected at most 1000 values in the JSON of a request (MAX_BODY_VALUES)');
});

it.each(['application/json', 'application/graphql-response+json', 'text/event-stream'])(
  'ignores members of a request that no specification defines when it accepts %s',
  async (accept) => {
    await using gateway = await startTestGateway();
    const body = { query: '{ __typename }', operationName: null, extensions: {}, doc_id: 7, headers: {}, id: 'x' };
    const response = await fetch(gateway.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept },
      body: JSON.stringify(body),
    });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain('{"__typename":"Query"}');
    const byGet = await fetch(`${gateway.url}?query=%7B__typename%7D&doc_id=7`, { headers: { accept } });
    expect([byGet.status, (await byGet.text()).includes('"Query"')]).toEqual([200, true]);
  },
);

it('returns PERSISTED_QUERY_NOT_SUPPORTED for a hash without text when MAX_PERSISTED_QUERY_BYTES is 0', async () => {
  await using gateway = await startTestGateway({ maxPersistedQueryBytes: 0 });
  const sha256Hash = createHash('sha256').update('{ __typename }').digest('hex');
  const extensions = { persistedQuery: { version: 1, sha256Hash } };
  const refused = { errors: [{ message: 'PersistedQueryNotSupported', extensions: { code: CODE } }] };
  const headers = { 'content-type': 'application/json' };
  const post = (body: object) => fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify(body) });
  const byHash = await post({ operationName: 'A', variables: {}, extensions });
  expect([byHash.status, await byHash.json()]).toMatchObject([200, refused]);
  const byGet = await fetch(`${gateway.url}?extensions=${encodeURIComponent(JSON.stringify(extensions))}`);
  expect([byGet.status, await byGet.json()]).toMatchObject([200, refused]);
  const withText = await post({ query: '{ __typename }', extensions });
  expect(await withText.json()).toEqual({ data: { __typename: 'Query' } });
});

it.each(['application/json', 'text/event-stream'])(
  'closes the connection after the answer when a body that accepts %s is refused before it has arrived',
  async (accept) => {
    await using gateway = await startTestGateway({ maxBodyBytes: 1_000 });
    const { port } = new URL(gateway.url);
    const socket = connect({ port: Number(port), host: '127.0.0.1' });
    const received: Buffer[] = [];
    socket.on('data', (chunk: Buffer) => received.push(chunk));
    socket.on('error', () => undefined); // a reset, if it comes before the answer was read
    const headers = `host: localhost:${port}\r\ncontent-type: application/json\r\naccept: ${accept}\r\ncontent-length: 100000000`;
    socket.write(`POST /graphql HTTP/1.1\r\n${headers}\r\n\r\n{"query":"${'x'.repeat(2_000)}`);
    await once(socket, 'close');
    expect(Buffer.concat(received).toString()).toMatch(/^HTTP\/1.1 413 /u);
  },
);

it('returns METHOD_NOT_ALLOWED when the method is neither GET nor POST', async () => {
  await using gateway = await startTestGateway();
  const response = await fetch(gateway.url, {
    method: 'PUT',
    body: '{}',
    headers: { 'content-type': 'application/json' },
  });
  expect(response.status).toBe(405);
});

it('returns NOT_ACCEPTABLE with the supported transports when a subscription accepts only JSON', async () => {
  await using gateway = await startTestGateway({ objects });
  const { errors } = await gateway.query(CHANGES);
  expect(errors).toMatchObject([
    { message: expect.stringContaining('text/event-stream'), extensions: { code: 'NOT_ACCEPTABLE' } },
  ]);
});

it('serves /livez at once and /readyz only when every served kind has synced', async () => {
  await using gateway = await startTestGateway({ objects });
  gateway.cluster.faults.refuse({ status: 503, when: ({ url }) => url.includes('/workspaces') });
  await using late = await startGatewayLater(gateway.cluster.kubeconfig);
  expect((await fetch(new URL('/livez', late.url))).status).toBe(200);
  const notReady = await fetch(new URL('/readyz', late.url));
  expect([notReady.status, await notReady.json()]).toMatchObject([503, { waitingFor: ['workspaces'] }]);
  expect((await late.query('{ workspaces { totalCount } }')).errors).toMatchObject([
    { extensions: { code: 'UNAVAILABLE' } },
  ]);
});

it('completes all subscriptions and accepts no connection when it is stopped', async () => {
  const gateway = await startTestGateway({ objects });
  const overSocket = gateway.subscribe(CHANGES);
  const overHttp = createClient({ url: gateway.url, retryAttempts: 0 }).iterate({ query: CHANGES });
  await Promise.all([overSocket.next(), overHttp.next()]);
  const ended = Promise.all([readToEnd(overSocket), readToEnd(overHttp)]);
  await gateway[Symbol.asyncDispose]();
  await ended;
  await expect(fetch(gateway.url)).rejects.toThrow('fetch failed');
});

async function readToEnd(stream: AsyncIterable<unknown>): Promise<void> {
  const rest: unknown[] = [];
  for await (const result of stream) rest.push(result);
}

async function startGatewayLater(kubeconfig: string) {
  const gateway = await startGatewayFor(kubeconfig, { when: 'at once' });
  await waitFor(async () => {
    const { waitingFor } = (await (await fetch(new URL('/readyz', gateway.url))).json()) as { waitingFor: string[] };
    return waitingFor.length === 1;
  }, 'all kinds but one have synced');
  return gateway;
}

it('keeps idle connections longer than common load balancers', async () => {
  await using gateway = await startTestGateway({ objects: [] });
  const response = await fetch(new URL('/livez', gateway.url));
  await response.text();
  expect(response.headers.get('keep-alive')).toBe('timeout=95');
});

it.concurrent.each([
  ['a line', 'does not finish its headers', 'POST /graphql HTTP/1.1\r\nhost: localhost\r\n', [{ status: 408 }]],
  [
    'a line with the viewer',
    'does not finish its body',
    'POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{',
    [{ status: 408, viewer: 'system:admin' }],
  ],
  ['nothing', 'sends nothing', '', []],
])(
  'responds 408, disconnects and logs %s when a client %s',
  async (_, __, unfinished, logged) => {
    const { log, lines } = recordingLog();
    await using gateway = await startTestGateway({ log, objects: [] });
    const socket = connect({ port: Number(new URL(gateway.url).port), host: '127.0.0.1' });
    const received: Buffer[] = [];
    socket.on('data', (chunk) => received.push(chunk));
    socket.write(unfinished);
    await once(socket, 'close');
    expect(Buffer.concat(received).toString()).toMatch(/^HTTP\/1.1 408 /u);
    await waitFor(() => lines('request').length === logged.length, 'the line is written');
    expect(lines('request')).toMatchObject(logged.map((line) => ({ ...line, outcome: 'error' })));
  },
  120_000, // the timeouts of the gateway are 10 and 30 seconds
);

it.each([
  ['the GraphQL endpoint', '/other', 'The GraphQL endpoint is /graphql.'],
  ['CONNECT_BASE_URL', '/workspace/connect/team-a/nb-1/main/', 'set CONNECT_BASE_URL if it has another host'],
])('names %s when nothing is served at %s', async (_, path, hint) => {
  await using gateway = await startTestGateway({ objects: [] });
  const response = await fetch(new URL(path, gateway.url));
  expect(response.status).toBe(404);
  expect(await response.text()).toContain(hint);
});

it('answers a browser with text when it follows a connect link that nothing serves', async () => {
  await using gateway = await startTestGateway({ objects: [] });
  const response = await fetch(new URL('/workspace/connect/team-a/nb-1/main/', gateway.url), {
    headers: { accept: 'text/html,application/xhtml+xml,*/*;q=0.8' },
  });
  expect([response.status, response.headers.get('content-type')]).toEqual([404, 'text/plain; charset=utf-8']);
  expect(await response.text()).toMatch(/^Nothing is served at .*The demo runs no programs\.\n$/u);
});

it.each(['application/json', 'text/event-stream'])(
  'announces the end of the connection after a part of a body that is too large when it accepts %s',
  async (accept) => {
    await using gateway = await startTestGateway({ maxBodyBytes: 1_000 });
    const headers = { 'content-type': 'application/json', 'transfer-encoding': 'chunked', accept };
    const sent = request(gateway.url, { method: 'POST', headers, agent: new Agent({ keepAlive: true }) });
    sent.write('x'.repeat(2_000));
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect([response.statusCode, response.headers.connection]).toEqual([413, 'close']);
    sent.destroy();
  },
);

it.each([
  ['the origin is refused', 403, '/graphql', { origin: 'https://evil.example' }],
  ['nothing is served at the path', 404, '/nothing', {}],
  ['the type of the body is refused', 415, '/graphql', { 'content-type': 'text/plain' }],
  ['the body is compressed', 415, '/graphql', { 'content-encoding': 'gzip' }],
  ['the body is too large', 413, '/graphql', { 'content-length': '1000000000' }],
  ['there is no identity', 401, '/graphql', {}],
] as const)(
  'announces the end of the connection before the body has arrived when %s',
  async (_, status, path, more) => {
    await using gateway = await startTestGateway({ authentication: headerAuthentication });
    const identity = status === 401 ? {} : { 'kubeflow-userid': 'erin' };
    const headers = { 'content-type': 'application/json', 'content-length': '1000', ...identity, ...more };
    const sent = request(new URL(path, gateway.url), {
      method: 'POST',
      headers,
      agent: new Agent({ keepAlive: true }),
    });
    sent.write('{');
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    expect([response.statusCode, response.headers.connection]).toEqual([status, 'close']);
    sent.destroy();
  },
);
