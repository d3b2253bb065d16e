import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { createServingCertificate } from '../../dev/simulator/serving-certificate.ts';
import { Client } from './client.ts';
import { createApiConnection } from './api-connection.ts';
import { ask, base64, failureOf, kubeconfig, send } from '../../test/support/kubeconfig.ts';
import { startLoopbackProxy, startLoopbackServer, startSocksProxy } from '../../test/support/loopback-server.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { defineResource } from './resource.ts';
import { isBroken, isUnreachable } from './status-error.ts';

const { signal } = new AbortController();
const SOCKETS = '/proc/net/tcp';
if (!existsSync(SOCKETS)) console.warn(`TCP keep-alive is not tested: ${SOCKETS} does not exist here.`);
/** No server listens on port 1. One that was just released may be another test's by now. */
const UNUSED = 'http://127.0.0.1:1';
const identity = createServingCertificate();
const authority = base64(identity.certificate);

it.skipIf(!existsSync(SOCKETS))('enables TCP keep-alive when a connection is opened', async () => {
  let port: number | undefined;
  await using server = await startLoopbackServer({
    answer(response, { socket }) {
      port = socket.remotePort;
      response.writeHead(200).flushHeaders(); // like a watch without events
    },
  });
  const connection = await createApiConnection(kubeconfig({ server: server.url }));
  const ended = new AbortController();
  const response = await connection.send({ method: 'GET', path: '/', headers: {}, signal: ended.signal });
  response.on('error', () => response.destroy());
  const [, timer] = new RegExp(`:${hex(port)} \\S+ 01 \\S+ (\\d\\d):`, 'u').exec(await readFile(SOCKETS, 'utf8')) ?? [];
  expect(timer).toBe('02'); // keep-alive, see proc_net_tcp in the kernel's documentation
  ended.abort();
});

function hex(port = 0): string {
  return port.toString(16).toUpperCase().padStart(4, '0');
}

describe('connection', () => {
  it('trusts the server when the CA of the kubeconfig signed its certificate', async () => {
    await using server = await startLoopbackServer({ identity });
    expect(await ask(kubeconfig({ server: server.url, 'certificate-authority-data': authority }))).toBe('{}');
  });

  it('returns Unreachable when another CA signed the server certificate', async () => {
    await using server = await startLoopbackServer({ identity: createServingCertificate() });
    for (const trusted of [{}, { 'certificate-authority-data': authority }]) {
      const error = await failureOf(kubeconfig({ server: server.url, ...trusted }));
      expect(error).toSatisfy(isUnreachable);
      expect(error).toHaveProperty('message', expect.stringContaining('The certificate authority of the kubeconfig'));
    }
    expect(server.seen).toEqual([]);
  });

  it('accepts any server certificate when insecure-skip-tls-verify is set', async () => {
    await using server = await startLoopbackServer({ identity: createServingCertificate() });
    expect(await ask(kubeconfig({ server: server.url, 'insecure-skip-tls-verify': true }))).toBe('{}');
  });

  it('verifies tls-server-name when the kubeconfig sets it', async () => {
    await using server = await startLoopbackServer({ identity });
    const cluster = { server: server.url, 'certificate-authority-data': authority };
    await ask(kubeconfig({ ...cluster, 'tls-server-name': 'localhost' }));
    expect(server.seen).toMatchObject([{ serverName: 'localhost' }]);
    const error = await failureOf(kubeconfig({ ...cluster, 'tls-server-name': 'elsewhere.example' }));
    expect(error).toHaveProperty('message', expect.stringContaining('elsewhere.example'));
  });

  it('connects through the proxy when proxy-url is set', async () => {
    await using server = await startLoopbackServer({ identity });
    await using proxy = await startLoopbackProxy();
    const cluster = { server: server.url, 'certificate-authority-data': authority, 'proxy-url': proxy.url };
    expect(await ask(kubeconfig(cluster, { token: 'secret' }))).toBe('{}');
    expect(proxy.tunnels).toEqual([`127.0.0.1:${server.port}`]);
    expect(server.seen).toMatchObject([{ authorization: 'Bearer secret' }]);
  });

  it('prepends the path of the server URL when it has one', async () => {
    await using server = await startLoopbackServer();
    for (const base of ['/k8s/clusters/c-1', '/k8s/clusters/c-1/'])
      await ask(kubeconfig({ server: server.url + base }));
    const asked = '/k8s/clusters/c-1/version?x=1';
    expect(server.seen).toMatchObject([{ url: asked }, { url: asked }]);
  });

  it('connects when the server has an IPv6 address', async ({ skip }) => {
    await using server = await startLoopbackServer({ host: '::1' }).catch((error: unknown) => skip(String(error)));
    const connection = await createApiConnection(kubeconfig({ server: server.url }));
    expect([await send(connection), connection.server]).toEqual(['{}', `http://[::1]:${server.port}`]);
  });

  it('connects through an HTTP proxy when both have IPv6 addresses', async ({ skip }) => {
    const options = { identity, host: '::1' };
    await using server = await startLoopbackServer(options).catch((error: unknown) => skip(String(error)));
    await using proxy = await startLoopbackProxy({ host: '::1' });
    const cluster = { server: server.url, 'certificate-authority-data': authority, 'proxy-url': proxy.url };
    expect(await ask(kubeconfig(cluster))).toBe('{}');
    expect(await ask(kubeconfig({ ...cluster, 'tls-server-name': 'localhost' }))).toBe('{}');
    expect(proxy.tunnels).toEqual([`[::1]:${server.port}`, `[::1]:${server.port}`]);
  });

  it('verifies the IPv6 address of a server behind a proxy', async () => {
    await using server = await startLoopbackServer({ identity });
    await using proxy = await startLoopbackProxy();
    const cluster = { 'certificate-authority-data': authority, 'proxy-url': proxy.url };
    const error = await failureOf(kubeconfig({ ...cluster, server: `https://[::ffff:7f00:1]:${server.port}` }));
    expect(error).toHaveProperty('message', expect.stringContaining("IP: ::ffff:7f00:1 is not in the cert's list"));
  });

  it('connects through a SOCKS proxy when both have IPv6 addresses', async ({ skip }) => {
    const options = { identity, host: '::1' };
    await using server = await startLoopbackServer(options).catch((error: unknown) => skip(String(error)));
    await using proxy = await startSocksProxy();
    const cluster = { server: server.url, 'certificate-authority-data': authority, 'proxy-url': proxy.url };
    expect(await ask(kubeconfig(cluster))).toBe('{}');
  });

  it('returns Unreachable with the address when no server listens', async () => {
    const error = await failureOf(kubeconfig({ server: UNUSED }));
    expect(error).toSatisfy(isUnreachable);
    expect(error).not.toSatisfy(isBroken);
    expect(error).toHaveProperty('message', expect.stringContaining(UNUSED));
  });

  it('returns Unreachable when the host name does not resolve', async () => {
    const error = await failureOf(kubeconfig({ server: 'http://nowhere.invalid:6443' }));
    expect(error).toSatisfy(isUnreachable);
    expect(error).toHaveProperty('message', expect.stringContaining('nowhere.invalid:6443'));
  });
});

it('rejects requests that wait for one of 64 connections when they are aborted', async () => {
  await using server = await startLoopbackServer({ answer: () => undefined });
  const connection = await createApiConnection(kubeconfig({ server: server.url }));
  const [running, waiting] = [new AbortController(), new AbortController()];
  const sent = (from: AbortController) =>
    connection
      .send({ method: 'GET', path: '/version', headers: {}, repeatable: true, signal: from.signal })
      .catch((error: unknown) => error);
  const inUse = Array.from({ length: 64 }, () => sent(running));
  const next = sent(waiting);
  await waitFor(() => server.seen.length === 64, 'all connections are in use');
  waiting.abort();
  expect(await next).toHaveProperty('name', 'AbortError');
  expect(server.seen).toHaveLength(64);
  running.abort();
  await Promise.all(inUse);
});

describe('a write without a response', () => {
  const Widget = defineResource({ kind: 'Widget', group: '', version: 'v1', plural: 'widgets', namespaced: true });
  const at = { namespace: 'default', name: 'a' };
  const writes: readonly [string, (client: Client) => Promise<unknown>][] = [
    ['create', (client) => client.create(Widget, {}, { signal })],
    ['replace', (client) => client.replace(Widget, at, {}, { signal })],
    ['patch', (client) => client.patch(Widget, at, { type: 'MERGE', body: {} }, { signal })],
    ['delete', (client) => client.delete(Widget, at, { signal })],
  ];

  it.each(writes)('states an unknown outcome when the connection is reset: %s', async (_, write) => {
    await using server = await startLoopbackServer({ answer: (_response, request) => void request.socket.destroy() });
    const client = new Client(await createApiConnection(kubeconfig({ server: server.url })));
    const refused = await write(client).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 504, reason: 'Timeout', message: expect.stringContaining('may or may not') });
    expect(server.seen).toHaveLength(1);
  });

  it.each(['no HTTP at all\r\n\r\n', 'HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\n{"metadata":'])(
    'states an unknown outcome when the response is %j',
    async (answer) => {
      await using server = await startLoopbackServer({ answer: (_, { socket }) => void socket.end(answer) });
      const client = new Client(await createApiConnection(kubeconfig({ server: server.url })));
      await expect(client.create(Widget, {}, { signal })).rejects.toMatchObject({ code: 504, reason: 'Timeout' });
    },
  );

  it('returns Unreachable when a write was not sent', async () => {
    const client = new Client(await createApiConnection(kubeconfig({ server: UNUSED })));
    await expect(client.create(Widget, {}, { signal })).rejects.toMatchObject({ code: 503, reason: 'Unreachable' });
  });

  it('states that the response is not HTTP when a read gets other bytes', async () => {
    await using server = await startLoopbackServer({ answer: (_, { socket }) => void socket.end('no HTTP\r\n\r\n') });
    const client = new Client(await createApiConnection(kubeconfig({ server: server.url })));
    await expect(client.get(Widget, at, signal)).rejects.toMatchObject({
      reason: 'Broken',
      message: `Cannot reach the API server at ${server.url}: the response is not valid HTTP`,
    });
  });

  it('returns Broken when a read has no response', async () => {
    await using server = await startLoopbackServer({ answer: (_response, request) => void request.socket.destroy() });
    const client = new Client(await createApiConnection(kubeconfig({ server: server.url })));
    await expect(client.get(Widget, at, signal)).rejects.toSatisfy(isBroken);
  });
});
