import { gzipSync } from 'node:zlib';
import { corruptedJson, corruptedText, hostileJson, hostileText, jsonOf, nestedArrays } from './hostile-values.ts';
import { identityHeaders, requestInput, type HttpRequestParts } from './http-input.ts';
import { MODES, USERS, type Mode } from './target.ts';
import type { InputSources, Surface } from './abusive-input.ts';

const HOST = 'Host: localhost';
const JSON_TYPE = 'Content-Type: application/json';
const EVENT_STREAM = 'Accept: text/event-stream';
const MEBIBYTE = 1024 * 1024;
const LIST = { query: '{ workspaces(namespace: "team-a", first: 2) { nodes { name } } }' };

const CONTENT_TYPES = [
  'application/json',
  'application/json; charset=utf-8',
  'application/json; charset=utf-16',
  'application/json;charset="',
  'APPLICATION/JSON',
  'application/graphql+json',
  'application/graphql',
  'application/graphql-response+json',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'multipart/form-data',
  'text/plain',
  'text/plain, application/json',
  'image/svg+xml',
  ';',
  '',
];

const ACCEPTS = [
  '*/*',
  'application/json',
  'application/graphql-response+json',
  'text/event-stream',
  'application/json, text/event-stream',
  'multipart/mixed',
  'text/html',
  'application/json;q=0',
  ',,;;',
  '',
];

const MULTIPART = [
  '--x',
  'Content-Disposition: form-data; name="operations"',
  '',
  '{"query":"{ __typename }","variables":{"file":null}}',
  '--x',
  'Content-Disposition: form-data; name="map"',
  '',
  '{"0":["variables.file"]}',
  '--x',
  'Content-Disposition: form-data; name="0"; filename="../../x"',
  '',
  'content',
  '--x--',
  '',
].join('\r\n');

/** Bodies: shape and encoding of JSON, other content types, compression, methods, and the query string of a GET. */
export const bodies: Surface = (sources) => {
  const { random } = sources;
  const mode = random.pick(MODES);
  const identity = [HOST, ...identityHeaders(mode, random)];
  const type = random.below(4) === 0 ? `Content-Type: ${random.pick(CONTENT_TYPES)}` : JSON_TYPE;
  const accept = `Accept: ${random.pick(ACCEPTS)}`;
  if (random.below(6) === 0) return requestInput(queryString(sources, { mode, headers: [...identity, accept] }));
  const method =
    random.below(15) === 0
      ? random.pick(['PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'QUERY', 'PROPFIND'])
      : random.pick(['POST', 'POST', 'POST', 'QUERY']);
  const encoding =
    random.below(20) === 0 ? [`Content-Encoding: ${random.pick(['gzip', 'br', 'deflate', 'identity', 'x'])}`] : [];
  const body = bodyOf(sources);
  if (random.below(10) === 0) {
    const headers = [...identity, type, accept, 'Transfer-Encoding: chunked'];
    return requestInput({
      mode,
      method,
      headers,
      body: chunked(Buffer.from(body), 1 + random.below(50)),
      contentLength: null,
    });
  }
  return requestInput({ mode, method, headers: [...identity, type, accept, ...encoding], body });
};

interface BodySources extends InputSources {
  /** Parameters of a valid request. */
  readonly valid: Readonly<Record<string, unknown>>;
}

const corruptedBody = ({ random, samples, valid }: BodySources) => jsonOf(corruptedJson(valid, random, samples));

/** Bodies: valid ones with a change, and ones of another form. */
const BODIES: readonly ((sources: BodySources) => Buffer | string)[] = [
  ...Array.from({ length: 6 }, () => corruptedBody),
  ({ random, samples }) => jsonOf(hostileJson(random, samples)),
  ({ random, valid }) => JSON.stringify(valid).slice(0, random.below(100)),
  ({ random, valid }) => corruptedText(JSON.stringify(valid), random),
  ({ random, valid }) => Buffer.from(JSON.stringify(valid), random.pick(['utf16le', 'latin1', 'base64'] as const)),
  ({ valid }) => gzipSync(JSON.stringify(valid)),
  ({ random, samples }) => MULTIPART.replace('content', () => hostileText(random, samples)),
  (sources) =>
    `[${Array.from({ length: sources.random.pick([0, 1, 10, 100]) }, () => corruptedBody(sources)).join(',')}]`,
  ({ random, samples }) =>
    `query=${encodeURIComponent(LIST.query)}&variables=${hostileText(random, samples).slice(0, 200)}`,
  (sources) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf, 0xff, 0xc0]), Buffer.from(corruptedBody(sources))]),
  ({ random, samples, valid }) =>
    jsonOf({ ...valid, extensions: { persistedQuery: { version: 1, sha256Hash: hostileJson(random, samples) } } }),
  ({ random, samples, valid }) =>
    jsonOf({
      ...valid,
      [random.pick(['variables', 'extensions', 'operationName', 'id'])]: hostileJson(random, samples),
    }),
  (sources) => (sources.random.below(20) === 0 ? hugeBody(sources) : corruptedBody(sources)),
];

function hugeBody({ random }: InputSources): string {
  const size = random.pick([1, 4, 9]) * MEBIBYTE;
  return random.below(2) === 0 ? `{"query":"${'x'.repeat(size)}"}` : jsonOf(nestedArrays(90_000));
}

function bodyOf(sources: InputSources): Buffer | string {
  const { random, operations } = sources;
  const operation = random.below(3) === 0 ? random.pick(operations) : LIST;
  return random.pick(BODIES)({ ...sources, valid: { ...operation, operationName: null, extensions: {} } });
}

/** Returns a GET with parameters that are malformed, repeated, or not for a GET. */
function queryString(
  { random, samples, operations }: InputSources,
  { mode, headers }: Pick<HttpRequestParts, 'mode' | 'headers'>,
): HttpRequestParts {
  const operation = random.below(2) === 0 ? random.pick(operations) : LIST;
  const parameters = Array.from({ length: 1 + random.below(4) }, () => {
    const name = random.pick(['query', 'variables', 'extensions', 'operationName', 'after', '__proto__']);
    const raw = random.below(3) === 0 ? hostileText(random, samples) : jsonOf(hostileJson(random, samples));
    return `${name}=${escapedUnless(random.below(4) === 0, raw.slice(0, 5_000))}`;
  });
  const valid = `query=${encodeURIComponent(operation.query)}`;
  return { mode, method: 'GET', path: `/graphql?${[valid, ...parameters].join('&')}`, headers, contentLength: null };
}

/** Percent-encodes a text, or leaves everything in it that can stand in a request line. */
function escapedUnless(isRaw: boolean, text: string): string {
  return isRaw ? text.replaceAll(/[^\u0021-\u007e]/gu, '%') : encodeURIComponent(text.toWellFormed());
}

function chunked(body: Buffer, size: number): Buffer {
  const step = Math.max(size, Math.ceil(body.length / 50));
  const chunks = Array.from({ length: Math.ceil(body.length / step) }, (_, index) => {
    const part = body.subarray(index * step, (index + 1) * step);
    return Buffer.concat([Buffer.from(`${part.length.toString(16)};x="y"\r\n`), part, Buffer.from('\r\n')]);
  });
  return Buffer.concat([...chunks, Buffer.from('0\r\nTrailer: x\r\n\r\n')]);
}

const PATHS = [
  '/graphql',
  '/graphql',
  '/graphql',
  '/graphql/',
  '/GRAPHQL',
  '/graphql/../graphql',
  '/graphql?',
  '/graphql#x',
  '//graphql',
  '//[',
  '/',
  '*',
  '/%00',
  '/%zz',
  '/livez',
  '/readyz?x',
  '/metrics',
  '/assets/workspacekinds/jupyterlab/icon',
  '/assets/workspacekinds/../../secrets/token',
  '/assets/workspacekinds/%2e%2e%2f%2e%2e/icon',
  '/assets//[%zz',
  '/graphql/graphiql/../../package.json',
  '/graphql/graphiql/%2e%2e/%2e%2e/package.json',
  'http://localhost/graphql',
  'http://evil.example/graphql',
  `/${'x'.repeat(7_000)}`,
];

type Lines = readonly string[];

/** Header lines of each topic; a fuzzed request has some of them, possibly repeated. */
const HEADER_TOPICS: readonly ((sources: InputSources, mode: Mode) => Lines)[] = [
  ({ random }, mode) => identityHeaders(mode, random),
  ({ random }) => [
    `Authorization: ${random.pick(['', 'Bearer', 'Bearer ', 'bearer x', 'Basic eDp5', `Bearer ${USERS.member.token} x`, `Bearer ${'x'.repeat(6_000)}`, 'Bearer \u00e9\u00ff', 'Bearer ../..', 'Bearer a,b'])}`,
  ],
  ({ random }) => [
    `kubeflow-userid: ${random.pick(['', ' ', 'a,b', 'system:admin', ':system:masters', ':', '::a', '\u00ff\u00fe', '\u00c3\u00a9', 'a\tb', 'x'.repeat(5_000), '../..', 'a\u0001b'])}`,
  ],
  ({ random }) => [
    `kubeflow-groups: ${random.pick(['', 'system:masters', 'a, b', '\u00ff', 'system:authenticated', 'x'.repeat(3_000)])}`,
  ],
  ({ random }) => Array.from({ length: random.pick([2, 50, 300]) }, (_, index) => `kubeflow-groups: group-${index}`),
  () => ['kubeflow-userid: member@example.com', 'kubeflow-userid: stranger@example.com'],
  ({ random }) => [
    `Impersonate-User: ${random.pick(['system:admin', 'owner@example.com'])}`,
    'Impersonate-Group: system:masters',
  ],
  ({ random }) => [
    `Host: ${random.pick(['', 'evil.example', '[::1]', '[', 'localhost:x', '127.0.0.1:4000', 'localhost@evil', 'a b', '\u00ff', 'x'.repeat(3_000)])}`,
  ],
  ({ random }) => [
    `Origin: ${random.pick(['null', '', 'http://localhost', 'https://localhost', 'http://evil.example', 'http://[', 'file://', '\u00ff', 'http://localhost.evil.example'])}`,
  ],
  ({ random }) => [`Sec-Fetch-Site: ${random.pick(['cross-site', 'same-origin', 'none', 'same-site', '', 'x'])}`],
  ({ random }) => [`Accept: ${random.pick(ACCEPTS)}`],
  ({ random }) => [`Content-Type: ${random.pick(CONTENT_TYPES)}`],
  ({ random, samples }) => [`Last-Event-ID: ${headerText(hostileText(random, samples))}`],
  ({ random }) => [
    `X-Forwarded-Proto: ${random.pick(['https', 'wss', 'x', ',', 'https, http', '\u00ff'])}`,
    'X-Forwarded-For: 127.0.0.1',
    'Forwarded: for=_x',
  ],
  ({ random, samples }) => [
    `If-None-Match: ${random.pick(['*', '"', 'W/', headerText(hostileText(random, samples))])}`,
  ],
  ({ random }) => [
    `Range: ${random.pick(['bytes=0-', 'bytes=-1', 'x'])}`,
    `Accept-Encoding: ${random.pick(['br', 'gzip;q=0', ',', 'x'.repeat(1_000)])}`,
  ],
  ({ random }) => [`Cookie: ${'a=b; '.repeat(random.pick([1, 500]))}`],
  ({ random }) => [`Connection: ${random.pick(['close', 'keep-alive', 'upgrade', 'x, y', ''])}`],
  ({ random }) => [`Upgrade: ${random.pick(['h2c', 'websocket', 'x'])}`, 'Connection: Upgrade'],
  ({ random }) => [`Expect: ${random.pick(['100-continue', 'x'])}`],
  ({ random }) => Array.from({ length: random.pick([100, 900, 2_100]) }, (_, index) => `X-${index}: 1`),
  ({ random }) => [`X-Long: ${'x'.repeat(random.pick([8_000, 15_000, 17_000, 70_000]))}`],
  () => ['X Name: 1'],
  () => ['No colon'],
  () => [': empty'],
  () => ['X-Folded: a', ' b'],
  () => ['X-Nul: a\u0000b'],
  () => ['__proto__: x', 'constructor: y'],
];

/** Headers: identity, origin, sizes, duplicates; with unusual targets. */
export const headers: Surface = (sources) => {
  const { random } = sources;
  const mode = random.pick(MODES);
  const topics = Array.from({ length: 1 + random.below(5) }, () => random.pick(HEADER_TOPICS)(sources, mode));
  const usual = [HOST, JSON_TYPE, ...identityHeaders(mode, random)].filter(() => random.below(8) > 0);
  const lines = [...usual, ...topics.flat()];
  const path = random.below(3) === 0 ? random.pick(PATHS) : '/graphql';
  // A GET without a body cannot make the rest of the connection ambiguous.
  if (random.below(2) === 0)
    return requestInput({
      mode,
      method: random.pick(['GET', 'GET', 'HEAD', 'OPTIONS']),
      path: getPath(path),
      headers: lines,
      contentLength: null,
    });
  return requestInput({ mode, path, headers: lines, body: JSON.stringify(LIST) });
};

function getPath(path: string): string {
  return path === '/graphql' ? `/graphql?query=${encodeURIComponent(LIST.query)}` : path;
}

/** Returns a text that can stand in a header line. */
function headerText(text: string): string {
  return text.replaceAll(/[^\u0020-\u00ff]/gu, '?').slice(0, 4_000);
}

const LIVE = [
  'subscription { workspaces { type cursor object { name } } }',
  'subscription { workspaces(namespace: "team-a") { type cursor } }',
  'subscription { workspaces(after: "AFTER") { type cursor } }',
  'subscription { workspace(namespace: "team-a", name: "nb-1") { state } }',
  'subscription { namespaces { type } }',
  'subscription { a: workspaces { type } b: workspaces { type } }',
  '{ workspaces { totalCount } }',
  'mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1", dryRun: true }) { workspace { name } } }',
];

/** Server-Sent Events: operations of all types, cursors in `after` and `Last-Event-ID`. */
export const eventStreams: Surface = (sources) => {
  const { random, samples } = sources;
  const mode = random.pick(MODES);
  const cursor = random.pick([
    () => random.pick(samples.streamCursors),
    () => corruptedText(random.pick(samples.streamCursors), random),
    () => hostileText(random, samples),
  ])();
  const query = random.pick(LIVE).replace('"AFTER"', () => JSON.stringify(cursor));
  const resumed = random.below(2) === 0 ? [`Last-Event-ID: ${headerText(cursor)}`] : [];
  const lines = [HOST, EVENT_STREAM, JSON_TYPE, ...identityHeaders(mode, random), ...resumed];
  if (random.below(3) > 0) return requestInput({ mode, headers: lines, body: JSON.stringify({ query }) });
  const extra =
    random.below(2) === 0
      ? `&variables=${encodeURIComponent(jsonOf(hostileJson(random, samples)).toWellFormed()).slice(0, 4_000)}`
      : '';
  return requestInput({
    mode,
    method: 'GET',
    path: `/graphql?query=${encodeURIComponent(query.toWellFormed())}${extra}`,
    headers: lines,
    contentLength: null,
  });
};
