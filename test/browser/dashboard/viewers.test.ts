import { once } from 'node:events';
import { createServer, request, type IncomingMessage } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { grantIn, grantName, viewing } from '../../support/access/grants.ts';
import { RBAC } from '../../support/access/rbac-objects.ts';
import { joinSockets } from '../../support/join-sockets.ts';
import { namespace } from '../../support/manifests.ts';
import { startTestGateway } from '../../support/test-gateway.ts';
import { executablePath } from '../browser.ts';
import type { DashboardWindow } from './dashboard-window.ts';
import { objects } from './objects.ts';
import { suiteBrowser } from './suite.ts';

/** A proxy that signs people in, in front of a gateway. */
interface SignInProxy extends AsyncDisposable {
  readonly url: string;
  /** Number of refused attempts to open a WebSocket. */
  readonly refusedSockets: number;
  /** Ends the session: from now on, requests and WebSockets get 401. */
  endSession(): void;
  /** Signs the person in again. */
  startSession(): void;
}

async function startSignInProxy(upstream: string): Promise<SignInProxy> {
  const { hostname, port } = new URL(upstream);
  const sockets = new Set<Socket>();
  let isSignedIn = true;
  let refusedSockets = 0;
  const optionsOf = ({ method, url, headers }: IncomingMessage) => ({ hostname, port, method, path: url, headers });
  const server = createServer((incoming, response) => {
    const isPage = incoming.headers['sec-fetch-dest'] === 'document';
    if (!isSignedIn && !isPage) return void response.writeHead(401).end();
    const outgoing = request(optionsOf(incoming), (answer) => {
      response.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(response);
    });
    return void incoming.pipe(outgoing.on('error', () => response.destroy()));
  });
  server.on('upgrade', (incoming, socket: Socket) => {
    if (!isSignedIn) {
      refusedSockets += 1;
      return void socket.end('HTTP/1.1 401 Unauthorized\r\nConnection: close\r\n\r\n');
    }
    sockets.add(socket);
    const outgoing = request(optionsOf(incoming)).on('upgrade', ({ rawHeaders }, gateway: Socket) => {
      const headers = rawHeaders.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${headers}\r\n`);
      joinSockets(socket, gateway);
    });
    return void outgoing.on('error', () => socket.destroy()).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    get refusedSockets() {
      return refusedSockets;
    },
    endSession() {
      isSignedIn = false;
      for (const socket of sockets) socket.destroy();
    },
    startSession() {
      isSignedIn = true;
    },
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      for (const socket of sockets) socket.destroy();
      await closed;
    },
  };
}

/** Starts a gateway with a viewer who has a token, and permissions in some namespaces. */
function startForViewer(token: string, name: string, namespaces: readonly string[]) {
  return startTestGateway({
    authentication: { mode: 'token' },
    users: [{ token, name, groups: [] }],
    objects: [...objects, ...namespaces.flatMap((at) => [namespace(at), ...grantIn(at, name, viewing)])],
  });
}

async function signIn({ page }: DashboardWindow, token: string): Promise<void> {
  await page.getByLabel('Bearer token').fill(token);
  await page.getByRole('button', { name: 'Continue' }).click();
}

describe.skipIf(!executablePath)('viewers of the dashboard', { timeout: 120_000 }, () => {
  const open = suiteBrowser();

  it('removes a workspace that the viewer may not see any more when a permission is revoked', async () => {
    await using gateway = await startForViewer('token-vera', 'vera@example.com', ['team-a']);
    await using window = await open(gateway.url, { path: 'workspaces/team-a/one' });
    await window.page.getByLabel('Bearer token').fill('token-vera');
    await window.picture('token');
    expect(await window.violations()).toEqual([]);
    await window.page.getByRole('button', { name: 'Continue' }).click();
    await window.page.getByText('View only').waitFor();
    gateway.cluster.delete(RBAC, 'RoleBinding', grantName('vera@example.com'), 'team-a');
    await window.page.getByRole('heading', { name: 'one cannot be shown' }).waitFor();
    await window.picture('revoked');
    await window.page.getByRole('link', { name: 'Show all workspaces' }).click();
    await window.page.getByText('There are no workspaces that you may see').waitFor();
    const stored = await window.page.evaluate(() => JSON.stringify([localStorage, sessionStorage, document.cookie]));
    expect(stored).not.toContain('token-vera');
  });

  it('removes rows, counts and namespaces without a reload when a permission is revoked', async () => {
    const name = 'vic@example.com';
    await using gateway = await startForViewer('token-vic', name, ['team-a', 'team-b']);
    const { cluster } = gateway;
    await using window = await open(gateway.url);
    const { page } = window;
    await signIn(window, 'token-vic');
    await window.showsRow('one');
    await window.showsRow('two');
    // A reload would ask for the token again.
    cluster.delete(RBAC, 'RoleBinding', grantName(name), 'team-a');
    await expect.poll(() => page.locator('.cell-name .title').allInnerTexts()).toEqual(['two']);
    await page.getByRole('link', { name: 'Namespaces' }).click();
    await expect.poll(() => page.locator('.namespaces .title').allInnerTexts()).toEqual(['team-b']);
    cluster.delete(RBAC, 'RoleBinding', grantName(name), 'team-b');
    await page.getByText('There are no namespaces that you may see').waitFor();
    expect(window.problems).toEqual([]);
  });

  it.each(['workspaces/team-b/two', 'namespaces/team-b'])(
    'names the missing permission when a viewer without it opens %s',
    async (path) => {
      await using gateway = await startForViewer('token-vic', 'vic@example.com', ['team-a']);
      await using window = await open(gateway.url, { path });
      await signIn(window, 'token-vic');
      await window.page.getByText('You may not watch workspaces.kubeflow.org in the namespace "team-b".').waitFor();
      expect(await window.violations()).toEqual([]);
    },
  );

  it('shows a workspace without a reload when its viewer gets the missing permission', async () => {
    const name = 'vic@example.com';
    await using gateway = await startForViewer('token-vic', name, ['team-a']);
    await using window = await open(gateway.url, { path: 'workspaces/team-b/two' });
    await signIn(window, 'token-vic');
    await window.page.getByRole('heading', { name: 'two cannot be shown' }).waitFor();
    for (const object of grantIn('team-b', name, viewing)) gateway.cluster.apply(object);
    await window.page.getByRole('navigation', { name: 'Sections' }).waitFor();
    expect(await window.page.getByRole('heading', { level: 1 }).innerText()).toBe('two');
  });

  it('distinguishes a viewer without permissions from a namespace without workspaces', async () => {
    const name = 'vic@example.com';
    await using gateway = await startForViewer('token-vic', name, ['team-c']);
    await using window = await open(gateway.url);
    await signIn(window, 'token-vic');
    await window.page.getByRole('heading', { name: 'There are no workspaces yet' }).waitFor();
    await window.picture('empty-without-workspaces');
    expect(await window.violations()).toEqual([]);
    gateway.cluster.delete(RBAC, 'RoleBinding', grantName(name), 'team-c');
    await window.page.getByRole('heading', { name: 'There are no workspaces that you may see' }).waitFor();
    await window.page.getByText(/^vic@example\.com \(groups: system:authenticated\) may list/u).waitFor();
    expect(window.problems).toEqual([]);
  });

  it('asks for another token when the cluster does not accept one', async () => {
    await using gateway = await startTestGateway({ authentication: { mode: 'token' }, objects });
    await using window = await open(gateway.url);
    await signIn(window, 'unknown');
    await window.page.getByRole('alert').getByText('does not accept this token').waitFor();
    expect(await window.page.getByLabel('Bearer token').inputValue()).toBe('');
  });

  it('offers to sign in again, and connects no more, when the session of a proxy has ended', async () => {
    await using gateway = await startTestGateway({ objects });
    await using proxy = await startSignInProxy(gateway.url);
    await using window = await open(proxy.url, { path: 'kinds' });
    const { page } = window;
    await window.isMarked('live');
    await page.clock.install();
    proxy.endSession();
    const button = page.getByRole('button', { name: 'Sign in again' });
    await button.waitFor();
    const before = proxy.refusedSockets;
    expect(before).toBeGreaterThan(0);
    expect(await window.violations()).toEqual([]);
    await window.picture('session-ended');
    await page.clock.fastForward(60_000); // a page that retries does so every 5 seconds
    await page.evaluate(() => fetch('graphql'));
    expect(proxy.refusedSockets).toBe(before);
    await Promise.all([page.waitForEvent('load'), button.click()]);
  });

  it('keeps the unsaved input of a form for its person until they have signed in again', async () => {
    const users = ['ann', 'ann-again', 'bob', 'ann-once-more'].map((token) => ({
      token,
      name: token.replace(/-.*/u, ''),
      groups: ['system:masters'],
    }));
    await using gateway = await startTestGateway({ authentication: { mode: 'token' }, users, objects });
    await using window = await open(gateway.url, { path: 'create?namespace=team-a&kind=jupyterlab' });
    const { page } = window;
    const name = page.getByLabel('Name', { exact: true });
    await signIn(window, 'ann');
    await window.isMarked('live');
    await name.fill('unsaved');
    await page.getByRole('button', { name: 'Add to Pod labels' }).click();
    gateway.cluster.revokeToken('ann');
    await page.getByRole('alert').getByText('does not accept this token').waitFor();
    await signIn(window, 'ann-again');
    await expect.poll(() => name.inputValue()).toBe('unsaved');
    await page.getByRole('button', { name: 'Add to Pod labels' }).click();
    await page.locator('#field-podMetadata-labels-1-key').waitFor();
    gateway.cluster.revokeToken('ann-again');
    await page.getByRole('alert').getByText('does not accept this token').waitFor();
    await signIn(window, 'bob');
    await page.getByRole('button', { name: 'Signed in as bob' }).waitFor();
    expect(await name.inputValue()).toBe('');
  });

  it('keeps the unsaved input of a form for its person when they use another token', async () => {
    const users = ['ann', 'ann-again'].map((token) => ({ token, name: 'ann', groups: ['system:masters'] }));
    await using gateway = await startTestGateway({ authentication: { mode: 'token' }, users, objects });
    await using window = await open(gateway.url, { path: 'create?namespace=team-a&kind=jupyterlab' });
    const { page } = window;
    const name = page.getByLabel('Name', { exact: true });
    await signIn(window, 'ann');
    await page.getByRole('button', { name: 'Signed in as ann' }).waitFor();
    await name.fill('unsaved');
    await page.getByRole('button', { name: 'Signed in as ann' }).click();
    await page.getByRole('menuitem', { name: 'Use another token' }).click();
    await signIn(window, 'ann-again');
    await expect.poll(() => name.inputValue()).toBe('unsaved');
  });

  it('keeps the unsaved input of a form when a person signs in again at a proxy', async () => {
    await using gateway = await startTestGateway({ objects });
    await using proxy = await startSignInProxy(gateway.url);
    await using window = await open(proxy.url, { path: 'workspaces/team-a/one/edit' });
    const { page } = window;
    await window.isMarked('live');
    await page.getByLabel('Display name').fill('Unsaved');
    proxy.endSession();
    const button = page.getByRole('button', { name: 'Sign in again' });
    await button.waitFor();
    proxy.startSession();
    await Promise.all([page.waitForEvent('load'), button.click()]);
    await expect.poll(() => page.getByLabel('Display name').inputValue()).toBe('Unsaved');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Unsaved', exact: true }).waitFor();
    expect(new URL(page.url()).pathname).toBe('/workspaces/team-a/one');
  });

  it('shows the identity that the headers of a proxy name', async () => {
    await using gateway = await startTestGateway({
      authentication: {
        mode: 'header',
        userHeader: 'kubeflow-userid',
        userPrefix: '',
        groupsHeader: 'kubeflow-groups',
        groupsSeparator: '',
        trustedProxyCidrs: [],
        allowSystemIdentities: false,
        impersonate: false,
      },
      objects: [...objects, ...grantIn('team-b', 'mesh@example.com', viewing)],
    });
    const extraHTTPHeaders = { 'kubeflow-userid': 'mesh@example.com' };
    await using window = await open(gateway.url, { extraHTTPHeaders });
    await window.page.getByRole('button', { name: 'Signed in as mesh@example.com' }).waitFor();
    await window.showsRow('two', 'View only');
    expect(await window.page.locator('.cell-name .title').allInnerTexts()).toEqual(['two']);
  });
});
