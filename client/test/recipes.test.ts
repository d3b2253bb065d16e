import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { preset } from '@graphql-codegen/client-preset';
import { codegen } from '@graphql-codegen/core';
import { parse } from 'graphql';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocketServer } from 'ws';
import { type Demo, startDemo } from '../../dev/demo/demo.ts';
import { schema } from '../../src/schema.ts';
import { TcpProxy } from '../../test/support/tcp-proxy.ts';
import { connectUser } from '../../test/support/user-client.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { openPage as openApollo } from '../recipes/apollo.ts';
import { openPage as openCodegen } from '../recipes/codegen.ts';
import { openPage as openRelay } from '../recipes/relay.ts';
import { openPage as openTanStack } from '../recipes/tanstack-query.ts';
import { openPage as openUrql } from '../recipes/urql.ts';
import type { OpenPage, Session } from '../recipes/page.ts';

const NAMESPACE = 'team-research';
const NAME = 'fraud-model';
const TOKEN = 'demo-erin';
const CURL = fileURLToPath(new URL('../recipes/curl.sh', import.meta.url));
const INVALID = {
  namespace: NAMESPACE,
  name: 'form-test',
  kind: 'jupyterlab',
  imageConfig: 'unknown',
  podConfig: 'unknown',
};
const START = `mutation { startWorkspace(input: { namespace: "${NAMESPACE}", name: "${NAME}", waitFor: RUNNING }) { stateReached } }`;
const PAUSE = `mutation { pauseWorkspace(input: { namespace: "${NAMESPACE}", name: "${NAME}", waitFor: PAUSED }) { stateReached } }`;
const STATE = `{ workspace(namespace: "${NAMESPACE}", name: "${NAME}") { state } }`;
const run = promisify(execFile);

const recipes: readonly (readonly [name: string, openPage: OpenPage])[] = [
  ['codegen', openCodegen],
  ['apollo', openApollo],
  ['urql', openUrql],
  ['tanstack-query', openTanStack],
  ['relay', openRelay],
];

/** A session whose first token has expired. */
class ExpiredSession implements Session {
  renewals = 0;

  token(): string {
    return this.renewals > 0 ? TOKEN : 'expired';
  }

  renew(): Promise<void> {
    this.renewals += 1;
    return Promise.resolve();
  }
}

let demo: Demo;

beforeAll(async () => {
  demo = await startDemo({ port: 0 });
});

afterAll(async () => demo[Symbol.asyncDispose]());

async function stateOf(): Promise<unknown> {
  await using user = connectUser(demo.url, { token: TOKEN });
  const { data } = await user.ask(STATE);
  return (data?.['workspace'] as { readonly state: string } | undefined)?.state;
}

async function ensureRunning(): Promise<void> {
  await using user = connectUser(demo.url, { token: TOKEN });
  if ((await stateOf()) === 'PAUSED') await user.ask(START);
  await waitFor(async () => (await stateOf()) === 'RUNNING', `${NAME} is running`);
}

describe.each(recipes)('the recipe %s', (_, openPage) => {
  it(
    'lists, follows, pauses, shows the errors of a form, renews its token and survives a cut',
    { timeout: 90_000 },
    async () => {
      await ensureRunning();
      await using proxy = await TcpProxy.to(demo);
      const session = new ExpiredSession();
      const page = await openPage(proxy.url, session, NAMESPACE);
      using _closed = { [Symbol.dispose]: () => page.close() };
      const state = () => page.rows()?.find(({ name }) => name === NAME)?.state;
      await waitFor(() => state() === 'RUNNING', 'the list is loaded');
      expect(session.renewals).toBeGreaterThan(0);

      expect(await page.pause(NAMESPACE, NAME)).toBe('PAUSED');
      await waitFor(() => state() === 'PAUSED', 'the row has changed');
      await expect(page.pause(NAMESPACE, NAME)).rejects.toThrow(/Its state is PAUSED/u);
      await expect(page.pause(NAMESPACE, 'unknown')).rejects.toThrow(/unknown/u);

      const errors = await page.create(INVALID);
      expect(Object.keys(errors?.fields ?? {}).sort()).toEqual(['imageConfig', 'podConfig']);
      expect(errors?.form).not.toBe('');

      await proxy.disconnect();
      await ensureRunning();
      await proxy.reconnect();
      await waitFor(() => state() === 'RUNNING', 'the row has changed after the cut');
    },
  );
});

it('follow the list on another connection when one is silent, before or after it was opened', async () => {
  await ensureRunning();
  await using proxy = await TcpProxy.to(demo);
  await using user = connectUser(demo.url, { token: TOKEN });
  const page = await openCodegen(proxy.url, new ExpiredSession(), NAMESPACE);
  using _closed = { [Symbol.dispose]: () => page.close() };
  const state = () => page.rows()?.find(({ name }) => name === NAME)?.state;
  for (const [mutation, expected] of [
    [PAUSE, 'PAUSED'],
    [START, 'RUNNING'],
  ] as const) {
    proxy.stall();
    await user.ask(mutation);
    await waitFor(() => state() === expected, `the row is ${expected}`);
  }
  expect(state()).toBe('RUNNING');
}, 90_000);

function readRecipe(file: string): string {
  return readFileSync(new URL(`../recipes/${file}`, import.meta.url), 'utf8');
}

it('compiles recipes with only the types that the client preset generates from their operations', async () => {
  const document = parse(readRecipe('operations.graphql'));
  const files = await preset.buildGeneratesSection({
    baseOutputDir: 'gql/',
    schema: parse(readFileSync(new URL('../../schema/schema.graphql', import.meta.url), 'utf8')),
    schemaAst: schema,
    documents: [{ location: 'operations.graphql', rawSDL: readRecipe('operations.graphql'), document }],
    config: {},
    presetConfig: {},
    plugins: [],
    pluginMap: {},
  });
  const types = files.find(({ filename }) => filename === 'gql/graphql.ts');
  const generated = types ? await codegen(types) : '';
  const exported = new Set([...generated.matchAll(/^export (?:const|type) (\w+)/gmu)].map(([, name]) => name));
  const imported = readdirSync(new URL('../recipes/', import.meta.url)).flatMap((file) => {
    const [, names = ''] =
      /import (?:type )?\{([^}]+)\} from '[^']+__generated__\/graphql\.ts'/u.exec(readRecipe(file)) ?? [];
    return names.match(/\b(?!type\b)\w+/gu) ?? [];
  });
  expect(imported).toContain('CreateFromFormDocument');
  expect(imported.filter((name) => !exported.has(name))).toEqual([]);
});

function environmentFor(url: string, token = TOKEN) {
  return { ...process.env, URL: url, TOKEN: token, TOKEN_COMMAND: `echo ${TOKEN}` };
}

const PYTHON = process.env['PYTHON'] ?? 'python3';
const SCRIPT = fileURLToPath(new URL('../recipes/workspaces.py', import.meta.url));
const hasGql = spawnSync(PYTHON, ['-c', 'import gql, aiohttp, websockets']).status === 0;
if (!hasGql)
  console.warn(
    `The Python recipe is not tested: ${PYTHON} has no gql. Install "gql[aiohttp,websockets]", or set PYTHON.`,
  );

describe.skipIf(!hasGql)('the recipe for Python', () => {
  it('lists, pauses, prints the errors of each field, and follows through a cut', { timeout: 90_000 }, async () => {
    await ensureRunning();
    await using proxy = await TcpProxy.to(demo);
    const env = environmentFor(proxy.url, 'expired');
    const { stdout: list } = await run(PYTHON, [SCRIPT, 'list', NAMESPACE], { env });
    expect(list).toContain(`"name": "${NAME}"`);
    const failed = run(PYTHON, [SCRIPT, 'create', NAMESPACE, JSON.stringify(INVALID)], { env });
    await expect(failed).rejects.toMatchObject({
      stderr: expect.stringMatching(/INVALID: [\s\S]*input\.imageConfig: /u),
    });

    const child = spawn(PYTHON, [SCRIPT, 'follow', NAMESPACE], { env });
    const closed = once(child, 'close');
    let rows: readonly string[] = [];
    createInterface(child.stdout).on('line', (line) => (rows = JSON.parse(line) as string[]));
    await waitFor(() => rows.includes(`${NAME} RUNNING`), 'the list is loaded');
    const { stdout: paused } = await run(PYTHON, [SCRIPT, 'pause', NAMESPACE, NAME], { env });
    expect(JSON.parse(paused)).toMatchObject({ pauseWorkspace: { stateReached: true } });
    await waitFor(() => rows.includes(`${NAME} PAUSED`), 'the row has changed');
    await proxy.disconnect();
    await ensureRunning();
    await proxy.reconnect();
    await waitFor(() => rows.includes(`${NAME} RUNNING`), 'the row has changed after the cut');
    child.kill();
    await closed;
  });

  it('prints the rows after each event, but not those of an incomplete snapshot', { timeout: 60_000 }, async () => {
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"data":{"workspaces":{"nodes":[],"liveCursor":"0"}}}');
    });
    const sockets = new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' });
    sockets.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => {
        const { type, id } = JSON.parse(data.toString()) as { readonly type: string; readonly id?: string };
        if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
        if (type !== 'subscribe') return;
        for (const [event, name] of [['RESET'], ['ADDED', 'one'], ['ADDED', 'two'], ['SYNCED'], ['ADDED', 'three']]) {
          const object = name ? { id: name, name, state: 'RUNNING' } : null;
          const workspaces = { type: event, cursor: '1', object };
          socket.send(JSON.stringify({ type: 'next', id, payload: { data: { workspaces } } }));
        }
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const child = spawn(PYTHON, [SCRIPT, 'follow', NAMESPACE], { env: environmentFor(`http://127.0.0.1:${port}`) });
    const closed = once(child, 'close');
    const lines: string[] = [];
    createInterface(child.stdout).on('line', (line) => lines.push(line));
    await waitFor(() => lines.length === 2, 'the rows are printed twice');
    expect(lines).toEqual(['["one RUNNING", "two RUNNING"]', '["one RUNNING", "three RUNNING", "two RUNNING"]']);
    child.kill();
    await closed;
    server.close();
  });

  it('starts without the cursor that the gateway refuses, and ends when it is closed with a final code', async () => {
    const requests: unknown[] = [];
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"data":{"workspaces":{"nodes":[],"liveCursor":"old"}}}');
    });
    const sockets = new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' });
    sockets.on('connection', (socket) => {
      socket.on('message', (data: Buffer) => {
        const { type, id, payload } = JSON.parse(data.toString()) as {
          readonly type: string;
          readonly id?: string;
          readonly payload?: { readonly variables?: { readonly after?: string | null } };
        };
        if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
        if (type !== 'subscribe') return;
        requests.push(payload?.variables?.after);
        if (requests.length > 1) return socket.close(4400);
        socket.send(JSON.stringify({ type: 'next', id, payload: { data: null, ...resultWith('BAD_REQUEST') } }));
        socket.send(JSON.stringify({ type: 'complete', id }));
      });
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const env = environmentFor(`http://127.0.0.1:${port}`);
    const following = run(PYTHON, [SCRIPT, 'follow', NAMESPACE], { env, timeout: 40_000 }); // ends one that hangs
    await expect(following).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('4400') });
    expect(requests).toEqual(['old', null]);
    server.close();
  }, 60_000);

  it('ends when its WebSocket is refused with a final status', { timeout: 60_000 }, async () => {
    let upgrades = 0;
    const server = createServer((_, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"data":{"workspaces":{"nodes":[],"liveCursor":"0"}}}');
    });
    server.on('upgrade', (_, socket) => {
      upgrades += 1;
      socket.end(`HTTP/1.1 ${upgrades === 1 ? 503 : 403} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const env = environmentFor(`http://127.0.0.1:${port}`);
    const following = run(PYTHON, [SCRIPT, 'follow', NAMESPACE], { env, timeout: 40_000 }); // ends one that hangs
    await expect(following).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('403') });
    expect(upgrades).toBe(2);
    server.close();
  });

  it.each([
    ['without a command for new ones', {}, 1],
    ['after it has renewed it once', { TOKEN_COMMAND: 'echo new' }, 2],
  ])('ends when its token is refused %s', { timeout: 60_000 }, async (_, command, connections) => {
    const server = createServer((__, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"data":{"workspaces":{"nodes":[],"liveCursor":"0"}}}');
    });
    const sockets = new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' });
    let connected = 0;
    sockets.on('connection', (socket) => {
      connected += 1;
      socket.close(4401);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const env = { PATH: process.env['PATH'], URL: `http://127.0.0.1:${port}`, TOKEN: 'old', ...command };
    await expect(run(PYTHON, [SCRIPT, 'follow', NAMESPACE], { env, timeout: 40_000 })).rejects.toMatchObject({
      code: 1,
    });
    expect(connected).toBe(connections);
    server.close();
  });
});

function nextEvent(result: object): string {
  return `event: next\ndata: ${JSON.stringify(result)}\n\n`;
}

function resultWith(code: string) {
  return { errors: [{ message: 'As the test wants.', extensions: { code } }] };
}

describe('the recipe curl', () => {
  it('lists and pauses with a renewed token, and prints the errors of each field', { timeout: 90_000 }, async () => {
    await ensureRunning();
    const env = environmentFor(demo.url, 'expired');
    const { stdout: list } = await run(CURL, ['list', NAMESPACE], { env });
    expect(list).toContain(`"name":"${NAME}"`);
    const { stdout: paused } = await run(CURL, ['pause', NAMESPACE, NAME], { env });
    expect(JSON.parse(paused)).toEqual({ pauseWorkspace: { stateReached: true, workspace: { state: 'PAUSED' } } });
    const failed = run(CURL, ['create', JSON.stringify(INVALID)], { env });
    await expect(failed).rejects.toMatchObject({
      stderr: expect.stringMatching(/^INVALID: [\s\S]*input\.imageConfig: /u),
    });
  });

  it('follows a list, and resumes after a cut without a second snapshot', { timeout: 90_000 }, async () => {
    await ensureRunning();
    await using proxy = await TcpProxy.to(demo);
    const child = spawn(CURL, ['follow', NAMESPACE], { env: environmentFor(proxy.url), detached: true });
    const closed = once(child, 'close');
    const types: string[] = [];
    createInterface(child.stdout).on('line', (line) => types.push((JSON.parse(line) as { type: string }).type));
    await waitFor(() => types.includes('SYNCED'), 'the snapshot is complete');
    await proxy.disconnect();
    const before = types.length;
    await proxy.reconnect();
    await waitFor(() => types.slice(before).includes('SYNCED'), 'the catch-up is complete');
    expect(types.slice(before)).not.toContain('RESET');
    if (child.pid !== undefined) process.kill(-child.pid);
    await closed;
  });

  it('resumes after the last complete event, waits for errors to pass, renews its token, drops a cursor, and ends at others', async () => {
    const event = nextEvent({ data: { workspaces: { type: 'ADDED', object: { name: 'errors' } } } }).replace(
      'data',
      'id: 1\ndata',
    );
    const answers: readonly (readonly [status: number, body: string])[] = [
      [200, nextEvent({ data: null, ...resultWith('UNAVAILABLE') })],
      [200, `${event}${event.replace('id: 1', 'id: 2').slice(0, -20)}`],
      [200, nextEvent(resultWith('UNAUTHENTICATED'))],
      [200, nextEvent({ data: null, ...resultWith('BAD_REQUEST') })],
      [401, JSON.stringify(resultWith('UNAUTHENTICATED'))],
    ];
    const requests: unknown[] = [];
    const server = createServer(({ headers }, response) => {
      const [status, body] = answers[requests.length] ?? [500, ''];
      requests.push([headers.authorization, headers['last-event-id']]);
      response.writeHead(status).end(body);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const env = environmentFor(`http://127.0.0.1:${port}`, 'old');
    const following = run(CURL, ['follow', NAMESPACE], { env, timeout: 50_000 }); // ends one that hangs
    await expect(following).rejects.toMatchObject({
      stdout: '{"type":"ADDED","object":{"name":"errors"}}\n',
      stderr: 'UNAUTHENTICATED: As the test wants.\n',
    });
    expect(requests).toEqual([
      ['Bearer old', undefined],
      ['Bearer old', undefined],
      ['Bearer old', '1'],
      [`Bearer ${TOKEN}`, '1'],
      [`Bearer ${TOKEN}`, undefined],
    ]);
    server.close();
  });
});
