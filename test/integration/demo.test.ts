import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { expect, it } from 'vitest';
import { createScratchDirectory } from '../support/scratch-directory.ts';
import { postOperation } from '../support/post-operation.ts';

const MAIN = path.resolve(import.meta.dirname, '../../dev/demo/main.ts');
const TIMEOUT_MS = 90_000;

interface DemoProcess extends AsyncDisposable {
  /** Address in its first line. */
  readonly url: string;
}

function start(args: readonly string[], env: Readonly<Record<string, string>>) {
  return spawn(process.execPath, [MAIN, ...args], { env: { PATH: process.env['PATH'], ...env } });
}

async function startDemoProcess(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<DemoProcess> {
  const child = start(args, { PORT: '0', ...env });
  const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
  return {
    url: /http:\S+/u.exec(line)?.[0] ?? '',
    async [Symbol.asyncDispose]() {
      child.kill();
      await once(child, 'close');
    },
  };
}

it(
  'prints the address of the page first, and has as many workspaces as asked for',
  { timeout: TIMEOUT_MS },
  async () => {
    await using demo = await startDemoProcess(['--workspaces', '300']);
    const headers = { authorization: 'Bearer demo-ada' };
    const url = new URL('graphql', demo.url);
    const response = await postOperation(url, '{ workspaces(first: 1) { totalCount } }', { headers });
    expect(await response.json()).toEqual({ data: { workspaces: { totalCount: 300 } } });
  },
);

it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  'deletes its kubeconfig when it receives %s',
  { timeout: TIMEOUT_MS },
  async (signal) => {
    await using directory = await createScratchDirectory();
    const child = start([], { PORT: '0', TMPDIR: directory.path });
    await once(createInterface(child.stdout), 'line');
    child.kill(signal);
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(await readdir(directory.path)).toEqual([]);
  },
);

it(
  'deletes its kubeconfig when npm repeats a signal while clients are connected',
  { timeout: TIMEOUT_MS },
  async () => {
    await using directory = await createScratchDirectory();
    const child = start([], { PORT: '0', TMPDIR: directory.path });
    const [line] = (await once(createInterface(child.stdout), 'line')) as [string];
    const url = new URL('graphql', /http\S+/u.exec(line)?.[0]);
    url.searchParams.set('query', 'subscription { namespaces { type } }');
    const headers = { accept: 'text/event-stream', authorization: 'Bearer demo-ada' };
    const stream = await fetch(url, { headers });
    child.kill('SIGINT');
    await stream.text(); // ends when the gateway stops
    child.kill('SIGINT');
    expect(await once(child, 'close')).toEqual([0, null]);
    expect(await readdir(directory.path)).toEqual([]);
  },
);

it('passes the allowed origins and limits on to the gateway', { timeout: TIMEOUT_MS }, async () => {
  const origin = 'http://localhost:5173';
  await using demo = await startDemoProcess([], { ALLOWED_ORIGINS: origin, MAX_ROOT_FIELDS: '1' });
  const headers = { authorization: 'Bearer demo-ada', origin };
  const url = new URL('graphql', demo.url);
  const response = await postOperation(url, '{ a: viewer { name } b: viewer { name } }', { headers });
  expect(response.headers.get('access-control-allow-origin')).toBe(origin);
  expect(await response.json()).toMatchObject({ errors: [{ extensions: { limit: { name: 'MAX_ROOT_FIELDS' } } }] });
});

it.each(['PORT', 'DEMO_CLUSTER_PORT', 'METRICS_PORT'])(
  'names %s when its port is in use',
  { timeout: TIMEOUT_MS },
  async (name) => {
    const server = createServer();
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? String(address?.port) : '';
    const child = start([], { PORT: '0', [name]: port });
    const [message] = await Promise.all([text(child.stderr), once(child, 'close')]);
    server.close();
    expect(message).toMatch(new RegExp(`port ${port} is in use by another process\\. Set ${name} to another one`, 'u'));
  },
);

it('names the argument and its range when it is not valid', { timeout: TIMEOUT_MS }, async () => {
  const child = start(['--workspaces', 'many'], {});
  const [message] = await Promise.all([text(child.stderr), once(child, 'close')]);
  expect(message).toContain('--workspaces: expected an integer from 0 to 50000, got "many"');
});

it.each(['--port=4001', 'many'])(
  'says what it accepts when the argument is %s',
  { timeout: TIMEOUT_MS },
  async (arg) => {
    const child = start([arg], {});
    const [message] = await Promise.all([text(child.stderr), once(child, 'close')]);
    expect(message).toMatch(
      /^Cannot start the demo: .*Expected only --workspaces=<0 to 50000>\. Settings are variables/u,
    );
  },
);

it('prints an address that a browser can open when it listens on all interfaces', { timeout: TIMEOUT_MS }, async () => {
  await using demo = await startDemoProcess([], { LISTEN_HOST: '0.0.0.0' });
  expect(new URL(demo.url).hostname).toBe('localhost');
  expect(await (await fetch(new URL('livez', demo.url))).json()).toEqual({ status: 'ok' });
});
