import { once } from 'node:events';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { createViteServer } from 'vitest/node';
import { WebSocket } from 'ws';
import { type Demo, startDemo } from '../../dev/demo/demo.ts';

const AUTHORIZATION = 'Bearer demo-erin';

let demo: Demo;
let vite: Awaited<ReturnType<typeof createViteServer>>;
let origin: string;

beforeAll(async () => {
  demo = await startDemo({ port: 0 });
  vi.stubEnv('GATEWAY_URL', new URL(demo.url).origin);
  const { default: recipe } = await import('../recipes/vite.config.ts');
  const server = { ...recipe.server, port: 0, host: '127.0.0.1', hmr: false, watch: null };
  vite = await createViteServer({ configFile: false, logLevel: 'silent', server });
  await vite.listen();
  const address = vite.httpServer?.address();
  if (typeof address !== 'object' || !address) throw new TypeError('Expected Vite to listen on a port.');
  origin = `http://127.0.0.1:${address.port}`;
});

afterAll(async () => {
  vi.unstubAllEnvs();
  await vite.close();
  await demo[Symbol.asyncDispose]();
});

it('answers a query when the page of Vite sends it through the proxy', async () => {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { origin, 'content-type': 'application/json', authorization: AUTHORIZATION },
    body: JSON.stringify({ query: '{ viewer { name } }' }),
  });
  expect(await response.json()).toEqual({ data: { viewer: { name: 'erin@example.com' } } });
});

it('sends the events of a subscription when the page of Vite opens a WebSocket through the proxy', async () => {
  class PageSocket extends WebSocket {
    constructor(url: string, protocol: string) {
      super(url, protocol, { origin });
    }
  }
  const client = createClient({
    url: `${origin.replace('http', 'ws')}/graphql`,
    webSocketImpl: PageSocket,
    retryAttempts: 0,
    connectionParams: { authorization: AUTHORIZATION },
  });
  const events = client.iterate({ query: 'subscription { workspaces { type } }' });
  expect((await events.next()).value).toMatchObject({ data: { workspaces: { type: 'RESET' } } });
  await events.return?.();
  await client.dispose();
});

it('refuses the page of another origin when the proxy passes it on', async () => {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    origin: 'http://other.example.com',
  });
  const [error] = (await once(socket, 'error')) as [Error];
  expect(error.message).toMatch(/403/u);
});
