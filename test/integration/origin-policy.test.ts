import { request } from 'node:http';
import { expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { namespace, workspace } from '../support/manifests.ts';
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts';

const objects = [namespace('team-a'), workspace('nb-1', { state: 'Running' })];
const STRANGER = 'https://evil.example.com';
const FRIEND = 'https://dashboard.example.com';
const PAUSE = 'mutation { pauseWorkspace(input: { namespace: "team-a", name: "nb-1" }) { warnings } }';

/** The HTTP status of a WebSocket’s handshake: 101 where it is accepted. */
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

/** fetch() would not let us say another host. */
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

it('opens WebSockets for its own pages, for allowed origins and for what is no browser, and for nobody else', async () => {
  await using gateway = await startTestGateway({ objects, allowedOrigins: [FRIEND] });
  expect(await handshake(gateway, undefined)).toBe(101);
  expect(await handshake(gateway, new URL(gateway.url).origin)).toBe(101);
  expect(await handshake(gateway, FRIEND)).toBe(101);
  expect(await handshake(gateway, STRANGER)).toBe(403);
});

it('answers pages of allowed origins, and refuses those of others', async () => {
  await using gateway = await startTestGateway({ objects, allowedOrigins: [FRIEND] });
  expect(await ask(gateway, { ...json, origin: new URL(gateway.url).origin }, query)).toBe(200);
  expect(await ask(gateway, { ...json, origin: STRANGER }, query)).toBe(403);
  const preflight = await fetch(gateway.url, {
    method: 'OPTIONS',
    headers: { origin: FRIEND, 'access-control-request-method': 'POST' },
  });
  expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([204, FRIEND]);
  const stream = await fetch(`${gateway.url}?query=${encodeURIComponent('{ workspaces { totalCount } }')}`, {
    headers: { origin: FRIEND, accept: 'text/event-stream' },
  });
  expect(stream.headers.get('access-control-allow-origin')).toBe(FRIEND);
  await stream.body?.cancel();
});

it.each(['application/x-www-form-urlencoded', 'text/plain', 'multipart/form-data; boundary=x'])(
  'refuses a mutation that any page could make a browser send: %s',
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

it('never executes a mutation that comes by GET, not even for a stream', async () => {
  await using gateway = await startTestGateway({ objects });
  const url = `${gateway.url}?query=${encodeURIComponent(PAUSE)}`;
  const response = await fetch(url, { headers: { accept: 'text/event-stream' } });
  expect(response.status).toBe(405);
  expect((await gateway.query('{ workspaces { nodes { paused } } }')).data).toEqual({
    workspaces: { nodes: [{ paused: false }] },
  });
});

it('answers on loopback to loopback names only, so that no name of somebody else leads here', async () => {
  await using gateway = await startTestGateway({ objects });
  const { port } = new URL(gateway.url);
  expect(await ask(gateway, { ...json, host: `localhost:${port}` }, query)).toBe(200);
  expect(
    await ask(gateway, { ...json, host: `evil.example.com:${port}`, origin: `http://evil.example.com:${port}` }, query),
  ).toBe(403);
});
