import { once } from 'node:events';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServingCertificate } from '../../dev/simulator/serving-certificate.ts';
import { startSimulator } from '../../dev/simulator/simulator.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { readConfig } from '../../src/config.ts';
import { createApiConnection } from '../../src/kubernetes/api-connection.ts';
import { KubeconfigError } from '../../src/kubernetes/kubeconfig.ts';
import { isUnreachable } from '../../src/kubernetes/status-error.ts';
import { base64, kubeconfig, kubeconfigText, send } from '../support/kubeconfig.ts';
import { startLoopbackServer, type LoopbackServer } from '../support/loopback-server.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startProxyProcess, type ProxyProcess } from '../support/proxy-process.ts';
import { startGatewayFor } from '../support/test-gateway.ts';
import { startTlsFront } from '../support/tls-front.ts';
import { waitFor } from '../support/wait-for.ts';

const identity = createServingCertificate();
const tls = { 'certificate-authority-data': base64(identity.certificate), 'tls-server-name': 'localhost' };

/** Host name that no resolver knows: only the proxy reaches it. */
const HOST = 'cluster.invalid';

let proxy: ProxyProcess;
let server: LoopbackServer;
beforeAll(async () => {
  proxy = await startProxyProcess();
  server = await startLoopbackServer({ identity });
});
afterAll(async () => {
  await proxy[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

type Variables = Readonly<Record<string, string>>;

describe('a proxy of the environment', () => {
  it.each<[string, (address: string) => Variables]>([
    ['HTTPS_PROXY', (address) => ({ HTTPS_PROXY: `http://${address}` })],
    ['https_proxy', (address) => ({ https_proxy: `http://${address}` })],
    ['HTTPS_PROXY without a scheme', (address) => ({ HTTPS_PROXY: address })],
    ['HTTPS_PROXY before https_proxy', (address) => ({ HTTPS_PROXY: address, https_proxy: 'http://127.0.0.1:1' })],
    ['NO_PROXY for another host', (address) => ({ HTTPS_PROXY: address, NO_PROXY: 'other.invalid,10.0.0.0/8' })],
  ])('uses a proxy of the environment when it is set by %s', async (_, variables) => {
    const { length: before } = await proxy.tunnels();
    expect(await ask(variables(proxy.address))).toBe('{}');
    expect((await proxy.tunnels()).slice(before)).toEqual([`${HOST}:${server.port}`]);
  });

  it.each<[string, (address: string) => Variables]>([
    ['only HTTP_PROXY is set', (address) => ({ HTTP_PROXY: `http://${address}` })],
    ['NO_PROXY has the domain', (address) => ({ HTTPS_PROXY: address, NO_PROXY: '.invalid' })],
    ['no_proxy has the host and port', (address) => ({ HTTPS_PROXY: address, no_proxy: `${HOST}:${server.port}` })],
    ['NO_PROXY is *', (address) => ({ HTTPS_PROXY: address, NO_PROXY: '*' })],
  ])('uses no proxy when %s', async (_, variables) => {
    await expect(ask(variables(proxy.address))).rejects.toThrow(`getaddrinfo`);
  });

  it('uses no proxy for loopback addresses', async () => {
    const { length: before } = await proxy.tunnels();
    expect(await ask({ HTTPS_PROXY: proxy.address }, { server: server.url })).toBe('{}');
    expect(await proxy.tunnels()).toHaveLength(before);
  });

  it('yields to proxy-url', async () => {
    const { length: before } = await proxy.tunnels();
    const cluster = { 'proxy-url': `http://me:word@${proxy.address}` };
    expect(await ask({ HTTPS_PROXY: 'http://127.0.0.1:1', NO_PROXY: '*' }, cluster)).toBe('{}');
    expect((await proxy.tunnels()).slice(before)).toEqual([`${HOST}:${server.port} Basic ${base64('me:word')}`]);
  });
});

it('watches, reads and writes through a proxy', async () => {
  const objects = [workspaceCrd, workspaceKindCrd, namespace('team-a'), workspace('nb-1', { state: 'Running' })];
  await using cluster = await startSimulator({ objects });
  await using front = await startTlsFront(cluster.url, { server: identity });
  const address = front.url.replace('127.0.0.1', HOST);
  const text = kubeconfigText({ server: address, ...tls }, { token: cluster.token });
  const proxies = { httpProxy: '', httpsProxy: `http://${proxy.address}`, noProxy: '' };
  await using gateway = await startGatewayFor(text, { proxies });
  cluster.apply(workspace('nb-2'));
  const sees = async () => (await gateway.query('{ workspaces { totalCount } }')).data;
  await waitFor(async () => Object(await sees()).workspaces?.totalCount === 2, 'the change has arrived');
  const input = '{ namespace: "team-a", name: "nb-1" }';
  const { errors } = await gateway.query(`mutation { pauseWorkspace(input: ${input}) { workspace { paused } } }`);
  expect(errors).toBeUndefined();
});

it('rejects a proxy whose password is not percent-encoded, without quoting it', async () => {
  const refused = ask({ HTTPS_PROXY: `http://me:100%zq@${proxy.address}` });
  await expect(refused).rejects.toSatisfy((error) => error instanceof KubeconfigError && !error.message.includes('zq'));
  await expect(refused).rejects.toThrow('(HTTPS_PROXY)');
});

describe('a proxy that accepts connections and does not answer', () => {
  it.each(['https', 'http'])('does not delay the abort of a request to a server with %s', async (scheme) => {
    await using silent = await startSilentProxy();
    const { outcome, abort } = await silent.request(scheme);
    abort();
    expect(await outcome).toHaveProperty('name', 'AbortError');
  });

  it('disconnects a proxy that does not answer, and fails its requests, after 10 s', { timeout: 30_000 }, async () => {
    await using silent = await startSilentProxy();
    const { outcome, connection } = await silent.request('https');
    await once(connection, 'close');
    expect(await outcome).toSatisfy(isUnreachable);
  });
});

/** Starts a proxy that reads what it gets and never answers. */
async function startSilentProxy() {
  const connections = new Set<Socket>();
  const listener = createServer((socket) => void connections.add(socket.resume())).listen(0, '127.0.0.1');
  await once(listener, 'listening');
  const { port } = listener.address() as AddressInfo;
  return {
    /** Sends a request through the proxy. Resolves when the proxy has accepted its connection. */
    async request(scheme: string) {
      const source = kubeconfig({ server: `${scheme}://${HOST}`, 'proxy-url': `http://127.0.0.1:${port}` });
      const api = await createApiConnection(source);
      const ending = new AbortController();
      const accepted = once(listener, 'connection');
      const request = { method: 'GET', path: '/version', headers: {}, signal: ending.signal };
      const outcome = api.send(request).catch((error: unknown) => error);
      const [connection] = (await accepted) as [Socket];
      return { outcome, connection, abort: () => ending.abort() };
    },
    async [Symbol.asyncDispose]() {
      for (const connection of connections) connection.destroy();
      const closed = once(listener, 'close');
      listener.close();
      await closed;
    },
  };
}

async function ask(variables: Variables, cluster: object = {}): Promise<string> {
  const { proxies } = readConfig({ KUBECONFIG: '/dev/null', ...variables });
  const source = kubeconfig({ server: `https://${HOST}:${server.port}`, ...tls, ...cluster });
  return send(await createApiConnection(source, { proxies }));
}
