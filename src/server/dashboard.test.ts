import { once } from 'node:events';
import { utimes, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { createScratchDirectory } from '../../test/support/scratch-directory.ts';
import { createDashboard, type DashboardSettings } from './dashboard.ts';

const html = { accept: 'text/html,*/*;q=0.8' };
const settings: DashboardSettings = { authentication: 'token', connectBaseUrl: 'https://workspaces.example.com' };

/** Serves a dashboard with this script and style. Requests that it does not handle get 418. */
async function startSite({ isBuilt = true } = {}) {
  const directory = await createScratchDirectory();
  const build = async (script: string) => {
    await writeFile(`${directory.path}/app.css`, 'body { margin: 0 }');
    await writeFile(`${directory.path}/app.js`, script);
  };
  if (isBuilt) await build('console.log(1)');
  const dashboard = createDashboard({ directory: directory.path, settings });
  const server = createServer((request, response) => {
    if (dashboard.handles(request)) dashboard.serve(request, response);
    else response.writeHead(418).end();
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    build,
    directory: directory.path,
    get: (path: string, headers: Record<string, string> = html) =>
      fetch(`http://127.0.0.1:${port}${path}`, { headers }),
    async [Symbol.asyncDispose]() {
      server.close();
      await directory[Symbol.asyncDispose]();
    },
  };
}

it.each([
  '/',
  '/create',
  '/kinds',
  '/kinds/jupyterlab',
  '/namespaces',
  '/gateway',
  '/workspaces/a/b',
  '/workspaces/a/b/edit',
  '/workspaces/a',
  '/kinds/',
])('serves the page at %s with URLs that are relative to the root', async (path) => {
  await using site = await startSite();
  const response = await site.get(path);
  const page = await response.text();
  const base = new URL(/<base href="([^"]+)"/u.exec(page)?.[1] ?? '', response.url);
  expect(base.pathname).toBe('/');
  const script = /<script type="module" src="([^"]+)"/u.exec(page)?.[1] ?? '';
  const asset = await site.get(new URL(script, base).pathname);
  expect(await asset.text()).toBe('console.log(1)');
  expect(asset.headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
});

it.each([
  ['/', { accept: 'application/json' }],
  ['/workspaces/a/b/c/d/e', html],
  ['/workspacesa', html],
  ['/graphql', html],
])('does not handle %s with %o', async (path, headers) => {
  await using site = await startSite();
  expect((await site.get(path, headers)).status).toBe(418);
});

it('forbids inline code, code from text, other hosts and frames', async () => {
  await using site = await startSite();
  const policy = (await site.get('/')).headers.get('content-security-policy') ?? '';
  expect(policy).toMatch(/^default-src 'none'; script-src 'self'; style-src 'self';/u);
  expect(policy).toMatch(/frame-ancestors 'none'/u);
  expect(policy).not.toMatch(/unsafe|https?:|\*/u);
});

it('escapes the settings that it writes into the page', async () => {
  await using site = await startSite();
  const page = await (await site.get('/')).text();
  const text = /id="settings">(.*?)<\/script>/u.exec(page)?.[1] ?? '';
  expect(JSON.parse(text)).toEqual(settings);
  expect(text).not.toContain('<');
});

it('serves another script when a page is requested after another build', async () => {
  await using site = await startSite();
  const first = await (await site.get('/')).text();
  await site.build('console.log(2)');
  await utimes(`${site.directory}/app.js`, new Date(), new Date(Date.now() + 5_000));
  const second = await (await site.get('/')).text();
  expect(/app-\w+\.js/u.exec(second)?.[0]).not.toBe(/app-\w+\.js/u.exec(first)?.[0]);
});

it('serves its own script and style, which caches do not keep, when the page is that of another version', async () => {
  await using site = await startSite();
  await site.get('/');
  const script = await site.get('/dashboard/app-0123456789abcdef.js');
  expect([script.status, script.headers.get('cache-control')]).toEqual([200, 'no-store']);
  expect(await script.text()).toBe('console.log(1)');
  const style = await site.get('/dashboard/app-0123456789abcdef.css');
  expect(await style.text()).toBe('body { margin: 0 }');
  expect((await site.get('/dashboard/other-0123456789abcdef.js')).status).toBe(404);
});

it('names the command that builds the dashboard when its files are missing', async () => {
  await using site = await startSite({ isBuilt: false });
  const response = await site.get('/');
  expect(response.status).toBe(503);
  expect(await response.text()).toContain('npm run build:web');
});
