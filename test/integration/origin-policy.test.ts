import { request, type IncomingHttpHeaders } from 'node:http';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { namespace, workspace } from '../support/manifests.ts';
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts';

const objects = [namespace('team-a'), workspace('nb-1', { state: 'Running' })];
const FOREIGN_ORIGIN = 'https://evil.example.com';
const ALLOWED_ORIGIN = 'https://dashboard.example.com';
const PAUSE = 'mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1" }) { warnings } }';

/** Returns the HTTP status of a WebSocket handshake: 101 if it is accepted. */
function handshake(gateway: TestGateway, origin: string | undefined): Promise<number> {
  const socket = new WebSocket(gateway.url.replace('http', 'ws'), 'graphql-transport-ws', {
    ...(origin && { origin }),
  });
  return new Promise((resolve, reject) => {
    socket.once('open', () => {
      socket.terminate();
      resolve(101);
    });
    socket.once('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode));
    socket.once('error', reject);
  });
}

/** Sends a request with node:http, because fetch() does not allow to set Host. */
function ask(gateway: TestGateway, headers: Readonly<Record<string, string>>, body: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(gateway.url, { method: 'POST', headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    asking.once('error', reject);
    asking.end(body);
  });
}

/** Sends a GET with node:http, because fetch() sets Sec-Fetch-Mode and does not allow other Sec-Fetch headers. */
function sendGet(url: string, headers: Readonly<Record<string, string>>) {
  const response = Promise.withResolvers<{ readonly status: number; readonly headers: IncomingHttpHeaders }>();
  const sent = request(url, { headers }, (message) => {
    message.resume();
    response.resolve({ status: message.statusCode ?? 0, headers: message.headers });
  });
  sent.once('error', response.reject);
  sent.end();
  return response.promise;
}

const json = { 'content-type': 'application/json' };
const query = JSON.stringify({ query: '{ workspaces { totalCount } }' });

it('accepts WebSockets of its own origin, allowed origins and clients without Origin, and refuses all others', async () => {
  await using gateway = await startTestGateway({ objects, allowedOrigins: [ALLOWED_ORIGIN] });
  expect(await handshake(gateway, undefined)).toBe(101);
  expect(await handshake(gateway, new URL(gateway.url).origin)).toBe(101);
  expect(await handshake(gateway, ALLOWED_ORIGIN)).toBe(101);
  expect(await handshake(gateway, FOREIGN_ORIGIN)).toBe(403);
});

it('answers requests of allowed origins with CORS headers and refuses other origins with 403', async () => {
  await using gateway = await startTestGateway({ objects, allowedOrigins: [ALLOWED_ORIGIN] });
  expect(await ask(gateway, { ...json, origin: new URL(gateway.url).origin }, query)).toBe(200);
  expect(await ask(gateway, { ...json, origin: FOREIGN_ORIGIN }, query)).toBe(403);
  const preflight = await fetch(gateway.url, {
    method: 'OPTIONS',
    headers: { origin: ALLOWED_ORIGIN, 'access-control-request-method': 'POST' },
  });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, ALLOWED_ORIGIN]);
  const stream = await fetch(`${gateway.url}?query=${encodeURIComponent('{ workspaces { totalCount } }')}`, {
    headers: { origin: ALLOWED_ORIGIN, accept: 'text/event-stream' },
  });
  expect(stream.headers.get('access-control-allow-origin')).toBe(ALLOWED_ORIGIN);
  await stream.body?.cancel();
});

it('lets pages of allowed origins read the time of a refusal to wait', async () => {
  await using gateway = await startTestGateway({ objects, allowedOrigins: [ALLOWED_ORIGIN] });
  const { headers } = await sendGet(gateway.url, { origin: ALLOWED_ORIGIN });
  expect(headers['access-control-expose-headers']?.split(', ')).toEqual(['retry-after', 'x-request-id']);
});

it('lets pages of allowed origins fetch pictures with a token, and caches keep their answers apart', async () => {
  await using gateway = await startTestGateway({ objects, allowedOrigins: [ALLOWED_ORIGIN] });
  const picture = new URL('/assets/workspacekinds/k/icon', gateway.url);
  const headers = { 'access-control-request-method': 'GET', 'access-control-request-headers': 'authorization' };
  const preflight = await fetch(picture, { method: 'OPTIONS', headers: { ...headers, origin: ALLOWED_ORIGIN } });
  expect([preflight.status, preflight.headers.get('access-control-allow-headers')]).toEqual([
    204,
    expect.stringContaining('authorization'),
  ]);
  const answer = await fetch(picture, { headers: { origin: ALLOWED_ORIGIN } });
  expect(answer.headers.get('access-control-allow-origin')).toBe(ALLOWED_ORIGIN);
  const image = await fetch(picture); // as of an `<img>`, without Origin
  expect([answer.headers.get('vary'), image.headers.get('vary')]).toEqual(['origin', 'origin']);
  const foreign = await fetch(picture, { method: 'OPTIONS', headers: { ...headers, origin: FOREIGN_ORIGIN } });
  expect([foreign.status, foreign.headers.get('access-control-allow-origin')]).toEqual([403, null]);
});

it('allows the methods and headers of GraphQL clients, configured headers and credentials in a preflight', async () => {
  const allowedHeaders = ['x-request-id'];
  await using gateway = await startTestGateway({ objects, allowedOrigins: [ALLOWED_ORIGIN], allowedHeaders });
  const preflight = await fetch(gateway.url, {
    method: 'OPTIONS',
    headers: { origin: ALLOWED_ORIGIN, 'access-control-request-method': 'POST' },
  });
  expect(preflight.headers.get('access-control-allow-headers')?.split(', ')).toEqual([
    'authorization',
    'content-type',
    'last-event-id',
    'apollo-require-preflight',
    'graphql-preflight',
    'traceparent',
    'x-request-id',
  ]);
  expect(preflight.headers.get('access-control-allow-methods')).toBe('GET, POST, QUERY');
  expect(preflight.headers.get('access-control-allow-credentials')).toBe('true');
  const foreign = await fetch(gateway.url, {
    method: 'OPTIONS',
    headers: { origin: FOREIGN_ORIGIN, 'access-control-request-method': 'POST' },
  });
  expect(foreign.headers.get('access-control-allow-credentials')).toBeNull();
  await foreign.body?.cancel();
});

it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])(
  'refuses a mutation that needs no CORS preflight: %s',
  async (contentType) => {
    await using gateway = await startTestGateway({ objects });
    expect(await ask(gateway, { 'content-type': contentType }, `query=${encodeURIComponent(PAUSE)}`)).toBe(415);
    const get = await fetch(`${gateway.url}?query=${encodeURIComponent(PAUSE)}`);
    expect(get.status).toBe(405);
    expect((await gateway.query('{ workspaces { nodes { paused } } }')).data).toEqual({
      workspaces: { nodes: [{ paused: false }] },
    });
  },
);

it('refuses a mutation by GET with 405 when it accepts an event stream', async () => {
  await using gateway = await startTestGateway({ objects });
  const url = `${gateway.url}?query=${encodeURIComponent(PAUSE)}`;
  const response = await fetch(url, { headers: { accept: 'text/event-stream' } });
  expect(response.status).toBe(405);
  expect((await gateway.query('{ workspaces { nodes { paused } } }')).data).toEqual({
    workspaces: { nodes: [{ paused: false }] },
  });
});

it('refuses other names than loopback names in Host when it listens on loopback (DNS rebinding)', async () => {
  await using gateway = await startTestGateway({ objects });
  const { port } = new URL(gateway.url);
  expect(await ask(gateway, { ...json, host: `localhost:${port}` }, query)).toBe(200);
  expect(
    await ask(gateway, { ...json, host: `evil.example.com:${port}`, origin: `http://evil.example.com:${port}` }, query),
  ).toBe(403);
});

it('refuses an operation of another site without Origin, such as a GET by <img>, by Sec-Fetch-Site', async () => {
  await using gateway = await startTestGateway({ objects, allowedOrigins: [ALLOWED_ORIGIN] });
  const url = `${gateway.url}?query=${encodeURIComponent('{ workspaces { totalCount } }')}`;
  const statusOf = (headers: Readonly<Record<string, string>>) => sendGet(url, headers).then(({ status }) => status);
  const sites = ['cross-site', 'same-site', 'same-origin', 'none'];
  const statuses = await Promise.all(
    sites.map((site) => statusOf({ accept: 'image/*,*/*;q=0.8', 'sec-fetch-site': site })),
  );
  expect(statuses).toEqual([403, 403, 200, 200]);
  expect(await statusOf({ accept: 'text/event-stream', 'sec-fetch-site': 'cross-site' })).toBe(403);
  expect(await statusOf({ 'sec-fetch-site': 'cross-site', origin: ALLOWED_ORIGIN })).toBe(200);
  expect(await statusOf({ accept: 'text/html', 'sec-fetch-site': 'cross-site' }), 'a link to GraphiQL').toBe(200);
});

it('compares the scheme of Origin with that of the gateway, which X-Forwarded-Proto changes', async () => {
  await using gateway = await startTestGateway({ objects });
  const { host } = new URL(gateway.url);
  const [secure, plain] = [
    { ...json, origin: `https://${host}` },
    { ...json, origin: `http://${host}` },
  ];
  expect(await ask(gateway, secure, query)).toBe(403);
  expect(await handshake(gateway, secure.origin)).toBe(403);
  expect(await ask(gateway, { ...secure, 'x-forwarded-proto': 'https' }, query)).toBe(200);
  expect(await ask(gateway, { ...secure, 'x-forwarded-proto': 'wss, http' }, query)).toBe(200);
  expect(await ask(gateway, { ...plain, 'x-forwarded-proto': 'https' }, query)).toBe(403);
});

it.each(['/graphql?query=%7B__typename%7D', '/graphql?query=%7B', '/none', '/readyz'])(
  'sends nosniff and no-store with the JSON answer of %s',
  async (path) => {
    await using gateway = await startTestGateway({ objects });
    const { headers } = await sendGet(new URL(path, gateway.url).href, {});
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'cache-control': 'no-store' });
  },
);
