import { request } from 'node:http';
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
