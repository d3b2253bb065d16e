import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { brotliDecompressSync, gunzipSync, zstdDecompressSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { namespace, workspace, workspaceKind } from '../support/manifests.ts';
import { startTestGateway } from '../support/test-gateway.ts';

const MAX_BODY_BYTES = 20_000;
const MAX_BODY_VALUES = 500;
const NAMES = '{ workspaces { nodes { name } } }';
const ONE = 'query One($name: String!) { workspace(namespace: "team-a", name: $name) { name } }';
const TWO = 'query A { a: __typename } query B { b: __typename }';
const PAUSE = 'mutation { pauseWorkspace(input: { namespace: "team-a", name: "none" }) { workspace { name } } }';

let gateway: Awaited<ReturnType<typeof startTestGateway>>;
beforeAll(async () => {
  gateway = await startTestGateway({
    objects: [namespace('team-a'), workspaceKind('jupyterlab'), workspace('nb-1', { state: 'Running' })],
    maxBodyBytes: MAX_BODY_BYTES,
    maxBodyValues: MAX_BODY_VALUES,
    maxOperationCost: 100,
    allowedOrigins: ['https://app.example.com'],
  });
});
afterAll(() => gateway[Symbol.asyncDispose]());

interface Answer {
  readonly status: number | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly body: string;
}

type Headers = Readonly<Record<string, string>>;

/** Numbers make documents unknown. */
let lastDocument = 0;

/** Returns a document with the same locations as any other one that this returns for the text. */
function unknown(document: string): string {
  lastDocument += 1;
  return `${document} #${lastDocument}`;
}

async function post(body: string | Buffer, headers: Headers, method: 'POST' | 'QUERY' = 'POST'): Promise<Answer> {
  const request = httpRequest(gateway.url, {
    method,
    agent: false, // a connection may be closed after its answer
    headers: { 'content-type': 'application/json', ...headers },
  });
  request.on('error', () => undefined); // the connection is reset after an early answer
  request.end(body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  const bytes = await buffer(response);
  expect([undefined, String(bytes.length)]).toContain(response.headers['content-length']);
  const { date: _, 'content-length': __, 'x-request-id': ___, ...rest } = response.headers;
  // The cost at which an operation is cancelled depends on when the event loop gets to it.
  const text = bytes.toString().replaceAll(/at least \d+|"actual":\d+/gu, '<cost>');
  return { status: response.statusCode, headers: rest, body: text };
}

/** Sends a request twice. yoga answers the first one, because its document is unknown. */
async function answers(body: string | Buffer, headers: Headers = {}): Promise<readonly [Answer, Answer]> {
  return [await post(body, headers), await post(body, headers)];
}

const parameters: readonly [string, (document: (text: string) => string) => object][] = [
  ['a query', (document) => ({ query: document(NAMES) })],
  [
    'members that are null',
    (document) => ({ query: document(NAMES), operationName: null, variables: null, extensions: null }),
  ],
  ['an operation name', (document) => ({ query: document(TWO), operationName: 'B' })],
  ['an operation name that does not exist', (document) => ({ query: document(TWO), operationName: 'C' })],
  ['an empty operation name', (document) => ({ query: document(TWO), operationName: '' })],
  ['no operation name', (document) => ({ query: document(TWO) })],
  ['an operation name that is a number', (document) => ({ query: document(TWO), operationName: 1 })],
  ['variables', (document) => ({ query: document(ONE), variables: { name: 'nb-1', other: true } })],
  ['missing variables', (document) => ({ query: document(ONE) })],
  ['a variable of another type', (document) => ({ query: document(ONE), variables: { name: { a: [1] } } })],
  ['variables that are a list', (document) => ({ query: document(ONE), variables: ['nb-1'] })],
  ['variables that are text', (document) => ({ query: document(ONE), variables: '{"name":"nb-1"}' })],
  ['an invalid name', (document) => ({ query: document(ONE), variables: { name: '../x' } })],
  ['extensions', (document) => ({ query: document(NAMES), extensions: { trace: '1' } })],
  ['extensions that are a list', (document) => ({ query: document(NAMES), extensions: [] })],
  ['a hash of the query', (document) => ({ query: document(NAMES), extensions: { persistedQuery: { version: 1 } } })],
  ['only a hash of the query', () => ({ extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } })],
  ['members that no specification defines', (document) => ({ query: document(NAMES), id: 'x', doc_id: 1 })],
  ['a mutation that fails', (document) => ({ query: document(PAUSE) })],
  ['a subscription', (document) => ({ query: document('subscription { workspaces { type } }') })],
  ['a document without operation', (document) => ({ query: document('fragment F on Query { __typename }') })],
  ['an invalid document', (document) => ({ query: document('{ nope }') })],
  ['a document with a syntax error', (document) => ({ query: document('{ a') })],
  ['a query that is too expensive', (document) => ({ query: document(`{ ${aliases(60)} }`) })],
  [
    'too many values',
    (document) => ({ query: document(NAMES), variables: { x: Array.from({ length: 600 }, () => 1) } }),
  ],
  ['variables that are too deep', (document) => ({ query: document(NAMES), variables: { x: nested(210) } })],
  ['too long a body', (document) => ({ query: document(NAMES), variables: { x: 'x'.repeat(MAX_BODY_BYTES) } })],
  ['a list of requests', (document) => [{ query: document(NAMES) }]],
];

const accepted = [
  undefined,
  '',
  '*/*',
  'application/*',
  'application/json',
  'application/graphql-response+json',
  'application/graphql-response+json, application/json;q=0.9',
  'application/json, application/graphql-response+json',
  'APPLICATION/JSON ; charset=UTF-8',
  'application/json; charset=iso-8859-1',
  'application/json; charset=iso-8859-1, application/graphql-response+json',
  'text/html, */*;q=0.1',
  'text/html',
  'multipart/mixed, application/json',
  'multipart/mixed',
  'nonsense',
  'application/json;q=0, */*',
  'application/graphql-response+json;q=0, application/json;q=0.1',
  '*/*;q=0',
];

describe('a request that is sent again', () => {
  it.each(parameters)('gets the same answer when it has %s', async (_, parametersOf) => {
    for (const accept of ['application/json', 'application/graphql-response+json']) {
      const [first, second] = await answers(JSON.stringify(parametersOf(unknown)), { accept });
      expect(second).toEqual(first);
    }
  });

  it.each(accepted)('gets the same answer when it accepts %j', async (accept) => {
    const headers = accept === undefined ? {} : { accept };
    for (const text of [NAMES, ONE]) {
      const [first, second] = await answers(JSON.stringify({ query: unknown(text) }), headers);
      expect(second).toEqual(first);
    }
  });

  it.each([
    ['application/json', 'application/json;q=0.5, application/graphql-response+json'],
    ['application/json', 'application/graphql-response+json;q=0, application/json'],
    ['application/json', '*/*;q=0, application/json;q=0.001'],
    ['application/json', 'text/event-stream; q=0.000, application/json'],
    ['application/json', ''],
    ['application/json', 'application/json; charset="utf-8"'],
    ['application/graphql-response+json', 'application/json;q=0, */*'],
    ['application/graphql-response+json', 'application/json; charset=utf-8; q=0, application/*'],
  ])('answers a request that is sent again as %s when it accepts %j', async (type, accept) => {
    const [first, second] = await answers(JSON.stringify({ query: unknown(NAMES) }), { accept });
    const expected = { status: 200, headers: { 'content-type': `${type}; charset=utf-8` } };
    expect([first, second]).toMatchObject([expected, expected]);
  });

  it.each([
    'application/xml',
    'multipart/mixed',
    '*/*;q=0',
    'application/json;q=0.0',
    'application/*;q=0, */*',
    'application/json; charset=utf-16',
    'text/event-stream;q=0',
  ])('refuses a request with 406, and executes no mutation, when it accepts %j', async (accept) => {
    const before = gateway.cluster.requests.length;
    const mutation = PAUSE.replace('name: "none"', 'name: "nb-1", dryRun: true');
    const { status, body } = await post(JSON.stringify({ query: unknown(mutation) }), { accept });
    expect(status).toBe(406);
    expect(JSON.parse(body)).toMatchObject({
      errors: [
        {
          message: expect.stringContaining('application/graphql-response+json'),
          extensions: { code: 'NOT_ACCEPTABLE' },
        },
      ],
    });
    expect(gateway.cluster.requests.slice(before).filter(({ verb }) => verb === 'patch')).toEqual([]);
  });

  it.each([
    ['application/json; charset=utf-8'],
    ['Application/JSON'],
    ['application/json;charset=latin1'],
    ['application/graphql+json'],
    ['application/json, application/json'],
    ['text/plain'],
    ['application/x-www-form-urlencoded'],
  ])('gets the same answer when its type is %s', async (type) => {
    const [first, second] = await answers(JSON.stringify({ query: unknown(NAMES) }), { 'content-type': type });
    expect(second).toEqual(first);
  });

  it.each<[string, (document: string) => string | Buffer]>([
    ['a byte order mark', (document) => `\uFEFF{"query":"${document}"}`],
    ['spaces around it', (document) => `\n {"query":"${document}"} \t`],
    ['a member twice', (document) => `{"query":"{ nope }","query":"${document}"}`],
    ['a member __proto__', (document) => `{"query":"${document}","__proto__":{"x":1}}`],
    ['variables with __proto__', (document) => `{"query":"${document}","variables":{"__proto__":{"x":1}}}`],
    ['escapes', (document) => `{"query":"\\u007b __typename } ${document.slice(-4)}"}`],
    ['bytes that are not UTF-8', (document) => Buffer.from(`{"query":"${document} \xFF"}`, 'latin1')],
    ['text after it', (document) => `{"query":"${document}"}}`],
    ['nothing', () => ''],
    ['null', () => 'null'],
    ['a number', () => '1'],
    ['an empty object', () => '{}'],
  ])('gets the same answer when its body has %s', async (_, bodyOf) => {
    const [first, second] = await answers(bodyOf(unknown('{ __typename }')));
    expect(second).toEqual(first);
  });

  it.each<[string, Headers]>([
    ['an allowed origin', { origin: 'https://app.example.com' }],
    ['another origin', { origin: 'https://evil.example.com' }],
    ['another site', { 'sec-fetch-site': 'cross-site' }],
    ['a chunked body', { 'transfer-encoding': 'chunked' }],
  ])('gets the same answer when it has %s', async (_, headers) => {
    const [first, second] = await answers(JSON.stringify({ query: unknown(NAMES) }), headers);
    expect(second).toEqual(first);
  });

  it('gets 413 when a chunked body is too long', async () => {
    const body = JSON.stringify({ query: NAMES, variables: { x: 'x'.repeat(MAX_BODY_BYTES) } });
    const [first, second] = await answers(body, { 'transfer-encoding': 'chunked' });
    expect(first.status).toBe(413);
    expect(second).toEqual(first);
  });
});

const MANY = '{ workspaces { nodes { paused } } }';
const PAUSE_ONE = 'mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1" }) { workspace { name } } }';

/** Sends a request as nginx does with the configuration in deploy/balancers. */
async function queryThenPost(body: string | Buffer, headers: Headers): Promise<Answer> {
  const answer = await post(body, headers, 'QUERY');
  return answer.status === 405 ? post(body, headers) : answer;
}

describe('a request by QUERY', () => {
  it.each(parameters)(
    'gets the answer of a POST, or 405 before it is executed, when it has %s',
    async (about, parametersOf) => {
      for (const accept of ['application/json', 'text/event-stream', 'text/event-stream, application/json']) {
        if (about === 'a subscription' && accept !== 'application/json') continue; // its stream does not end
        const body = JSON.stringify(parametersOf(unknown));
        const first = await queryThenPost(body, { accept });
        expect(await post(body, { accept })).toEqual(first);
        expect(await queryThenPost(body, { accept })).toEqual(first);
      }
    },
  );

  it.each(accepted)('gets the answer of a POST when it accepts %j', async (accept) => {
    const body = JSON.stringify({ query: unknown(NAMES) });
    const headers = accept === undefined ? {} : { accept };
    expect(await queryThenPost(body, headers)).toEqual(await post(body, headers));
  });

  it.each(['application/json', 'text/event-stream', 'text/event-stream, application/json'])(
    'executes a query, and no mutation, when it accepts %s',
    async (accept) => {
      const many = JSON.stringify({ query: unknown(MANY) });
      for (const _ of ['unknown', 'known']) {
        expect(await post(many, { accept }, 'QUERY')).toMatchObject({
          status: 200,
          body: expect.stringContaining('"paused":false'),
        });
        const refused = await post(JSON.stringify({ query: PAUSE_ONE }), { accept }, 'QUERY');
        expect(refused).toMatchObject({ status: 405, body: expect.stringContaining('Expected a POST request') });
        await post(JSON.stringify({ query: PAUSE_ONE.replace('nb-1', 'none') }), { accept });
      }
      expect(await post(many, { accept }, 'QUERY')).toMatchObject({ body: expect.stringContaining('"paused":false') });
    },
  );

  it.each([
    [
      'two operations, of which one is a mutation',
      { query: `query A { __typename } ${PAUSE}`, operationName: 'A' },
      200,
    ],
    ['the mutation of them', { query: `${PAUSE.replace('{', 'B {')} query A { __typename }`, operationName: 'B' }, 405],
    ['two operations and no name', { query: `query A { __typename } ${PAUSE}` }, 405],
    ['a list with a query', [{ query: NAMES }], 405],
    [
      'a hash of an unknown document',
      { extensions: { persistedQuery: { version: 1, sha256Hash: '0'.repeat(64) } } },
      405,
    ],
  ])('executes only what is certain to be a query when it has %s', async (_, body, status) => {
    for (const __ of ['unknown', 'known'])
      expect((await post(JSON.stringify(body), { accept: 'application/json' }, 'QUERY')).status).toBe(status);
  });

  it('answers 405 when the body is not JSON', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post(`query=${encodeURIComponent(NAMES)}`, headers, 'QUERY')).status).toBe(405);
  });
});

const decoders = { zstd: zstdDecompressSync, br: brotliDecompressSync, gzip: gunzipSync };
const LONG = `{ ${Array.from({ length: 90 }, (_, index) => `aLongAliasOfTheField${index}: __typename`).join(' ')} }`;

async function get(query: string, headers: Headers) {
  const url = `${gateway.url}?query=${encodeURIComponent(query)}`;
  const [response] = (await once(httpRequest(url, { headers }).end(), 'response')) as [IncomingMessage];
  return { headers: response.headers, bytes: await buffer(response) };
}

describe('an answer of COMPRESSION_MIN_BYTES', () => {
  it.each(['zstd', 'br', 'gzip'] as const)(
    'compresses an answer of COMPRESSION_MIN_BYTES when the client accepts %s',
    async (encoding) => {
      const plain = await get(LONG, {});
      const packed = await get(LONG, { 'accept-encoding': encoding, origin: 'https://app.example.com' });
      expect([plain.headers['content-encoding'], plain.headers.vary]).toEqual([undefined, 'origin, accept-encoding']);
      expect([packed.headers['content-encoding'], packed.headers.vary]).toEqual([encoding, 'origin, accept-encoding']);
      expect(packed.headers['content-length']).toBe(String(packed.bytes.length));
      expect(packed.bytes.length).toBeLessThan(plain.bytes.length / 3);
      expect(decoders[encoding](packed.bytes).equals(plain.bytes)).toBe(true);
    },
  );

  it('compresses the same answer when the document is known', async () => {
    const [first, second] = await answers(JSON.stringify({ query: unknown(LONG) }), { 'accept-encoding': 'gzip' });
    expect(second).toEqual(first);
    expect(first.headers['content-encoding']).toBe('gzip');
  });

  it('sends an answer as it is when the client refuses the encodings, and shorter ones always', async () => {
    const refused = await get(LONG, { 'accept-encoding': 'gzip;q=0, identity' });
    const short = await get('{ __typename }', { 'accept-encoding': 'gzip' });
    expect([refused.headers['content-encoding'], short.headers['content-encoding']]).toEqual([undefined, undefined]);
    expect(short.headers.vary).toBe('origin');
  });

  it.each(['zstd', 'br', 'gzip'])('sends an answer that fetch reads when it has the encoding %s', async (encoding) => {
    const response = await fetch(`${gateway.url}?query=${encodeURIComponent(LONG)}`, {
      headers: { 'accept-encoding': encoding },
    });
    expect(response.headers.get('content-encoding')).toBe(encoding);
    expect(await response.json()).toMatchObject({ data: { aLongAliasOfTheField89: 'Query' } });
  });
});

function aliases(count: number): string {
  return Array.from({ length: count }, (_, index) => `a${index}: workspaces { nodes { name } }`).join(' ');
}

function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}
