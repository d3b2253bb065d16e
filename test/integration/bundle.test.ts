import { execFileSync } from 'node:child_process';
import { cpSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { workspaceKindCrd } from '../../dev/demo/crds/workspace-kind.ts';
import { workspaceCrd } from '../../dev/demo/crds/workspace.ts';
import { createServingCertificate } from '../../dev/simulator/serving-certificate.ts';
import { startSimulator, type Simulator } from '../../dev/simulator/simulator.ts';
import { freePort } from '../../dev/simulator/free-port.ts';
import { startGatewayProcess, type GatewayProcess } from '../support/gateway-process.ts';
import { base64, kubeconfigText } from '../support/kubeconfig.ts';
import { startLoopbackServer } from '../support/loopback-server.ts';
import { namespace, workspace } from '../support/manifests.ts';
import { startProxyProcess } from '../support/proxy-process.ts';
import { createScratchDirectory } from '../support/scratch-directory.ts';
import { createServiceAccountDirectory } from '../support/service-account-directory.ts';
import { startTlsFront } from '../support/tls-front.ts';
import { gatewayVersion } from '../../src/version.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const SERVER = path.join(ROOT, 'dist/server.js');
const identity = createServingCertificate();
const tls = { 'certificate-authority-data': base64(identity.certificate), 'tls-server-name': 'localhost' };
const objects = [workspaceCrd, workspaceKindCrd, namespace('team-a'), workspace('nb-1', { state: 'Running' })];

beforeAll(() => {
  execFileSync(process.execPath, [path.join(ROOT, 'scripts/build-server.mjs')]);
  execFileSync(process.execPath, [path.join(ROOT, 'scripts/record-code-cache.ts')]);
});

describe('the bundled server', () => {
  it('answers queries when an exec plugin has the credential', async () => {
    await using cluster = await startSimulator({ objects });
    await using directory = await createScratchDirectory();
    const credential = JSON.stringify({ status: { token: cluster.token } });
    const command = await directory.writeScript('plugin', `#!/bin/sh\necho '${credential}'\n`);
    await expectAnswer(kubeconfigText({ server: cluster.url }, { exec: { command } }));
  });

  it('answers queries when an expired OIDC token is renewed', async () => {
    await using cluster = await startSimulator({ objects });
    let issuerUrl = '';
    await using issuer = await startLoopbackServer({
      identity,
      host: 'localhost',
      answer: (response, { url }) => {
        response.setHeader('content-type', 'application/json');
        const discovery = { issuer: issuerUrl, token_endpoint: `${issuerUrl}/token` };
        response.end(JSON.stringify(url === '/token' ? renewedToken(cluster, issuerUrl) : discovery));
      },
    });
    issuerUrl = `https://localhost:${issuer.port}`;
    const config = {
      'client-id': 'gateway',
      'id-token': idToken(issuerUrl, -60),
      'refresh-token': 'refresh',
      'idp-issuer-url': issuerUrl,
    };
    await using directory = await createScratchDirectory();
    const NODE_EXTRA_CA_CERTS = await directory.write('ca.crt', identity.certificate);
    const text = kubeconfigText({ server: cluster.url }, { 'auth-provider': { name: 'oidc', config } });
    await expectAnswer(text, { NODE_EXTRA_CA_CERTS });
    expect(issuer.seen.filter(({ url }) => url === '/token')).toHaveLength(1);
  });

  it('answers queries when a proxy is between it and the API server', async () => {
    await using cluster = await startSimulator({ objects });
    await using front = await startTlsFront(cluster.url, { server: identity });
    await using proxy = await startProxyProcess();
    const server = front.url.replace('127.0.0.1', 'cluster.invalid');
    await expectAnswer(kubeconfigText({ server, ...tls }, { token: cluster.token }), {
      HTTPS_PROXY: `http://${proxy.address}`,
    });
    expect(await proxy.tunnels()).not.toEqual([]);
  });

  it('answers queries when it has the token of a service account', async ({ skip }) => {
    await using cluster = await startSimulator({ objects });
    await using front = await startTlsFront(cluster.url, { server: identity });
    await using account = await createServiceAccountDirectory(skip);
    await account.write('ca.crt', identity.certificate);
    await account.write('token', `${cluster.token}\n`);
    const { hostname, port } = new URL(front.url);
    await expectAnswer('', {
      KUBECONFIG: '',
      KUBERNETES_SERVICE_HOST: hostname,
      KUBERNETES_SERVICE_PORT: port,
      AUTH_MODE: 'kubeconfig',
    });
  });

  it('serves GraphiQL with its files', async () => {
    await using cluster = await startSimulator({ objects });
    await using gateway = await startGatewayProcess(cluster.kubeconfig, {}, { program: SERVER });
    const page = await (await get(gateway, '/graphql')).text();
    const files = [...page.matchAll(/(?:src|href)="(graphql\/graphiql\/[^"]+)"/gu)].map(([, file]) => `/${file}`);
    expect(files.length).toBeGreaterThan(3);
    for (const file of files) expect([file, (await get(gateway, file)).status]).toEqual([file, 200]);
  });

  it('serves metrics and loads the libraries of traces', async () => {
    await using cluster = await startSimulator({ objects });
    const METRICS_PORT = String(await freePort());
    const settings = { METRICS_PORT, OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    await using _gateway = await startGatewayProcess(cluster.kubeconfig, settings, { program: SERVER });
    const metrics = await fetch(`http://127.0.0.1:${METRICS_PORT}/metrics`);
    expect(await metrics.text()).toContain('workspaces_gateway_ready 1');
  });
});

describe('the code cache of the bundle', () => {
  const codeCache = path.join(ROOT, 'dist/code-cache.cjs');
  const main = 'gateway.cjs';

  it('writes a code cache that V8 accepts', () => {
    const program = `console.log(require('${codeCache}').run('${main}').cachedDataRejected)`;
    const output = execFileSync(process.execPath, ['--eval', program, 'argument', '--version'], { encoding: 'utf8' });
    expect(output).toMatch(/^false$/mu);
  });

  it.each([
    ['is missing', undefined],
    ['is broken', 'broken'],
  ])('starts without the code cache when it %s', async (_, content) => {
    await using directory = await createScratchDirectory();
    const copy = path.join(directory.path, 'dist');
    // Another test may build the same bundle: its temporary files end with a number.
    cpSync(path.join(ROOT, 'dist'), copy, { recursive: true, filter: (file) => !/\.cache|\.\d+$/u.test(file) });
    cpSync(path.join(ROOT, 'package.json'), path.join(directory.path, 'package.json'));
    const { cacheFileOf }: { cacheFileOf: (name: string) => string } = createRequire(import.meta.url)(
      path.join(copy, 'code-cache.cjs'),
    );
    if (content !== undefined) writeFileSync(cacheFileOf(main), content);
    const version = execFileSync(process.execPath, [path.join(copy, 'server.js'), '--version'], { encoding: 'utf8' });
    expect(version.trim()).toBe(gatewayVersion());
  });
});

async function expectAnswer(kubeconfig: string, settings: Readonly<Record<string, string>> = {}): Promise<void> {
  await using gateway = await startGatewayProcess(kubeconfig, settings, { program: SERVER });
  const query = encodeURIComponent('{ workspaces { totalCount } }');
  const answer = await fetch(`http://127.0.0.1:${gateway.port}/graphql?query=${query}`);
  expect(await answer.json()).toEqual({ data: { workspaces: { totalCount: 1 } } });
}

function get({ port }: GatewayProcess, file: string): Promise<Response> {
  return fetch(`http://127.0.0.1:${port}${file}`, { headers: { accept: 'text/html' } });
}

/** Returns the answer of a token endpoint. The cluster accepts its token from now on. */
function renewedToken(cluster: Simulator, issuer: string): object {
  const token = idToken(issuer, 3_600);
  cluster.addUser({ token, name: 'admin', groups: ['system:masters'] });
  return { access_token: 'access', token_type: 'Bearer', id_token: token, refresh_token: 'next', expires_in: 3_600 };
}

function idToken(iss: string, expiresInSeconds: number): string {
  const now = Math.floor(Date.now() / 1_000);
  const claims = { iss, sub: 'gateway', aud: 'gateway', iat: now, exp: now + expiresInSeconds };
  const parts = [{ alg: 'RS256' }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'));
  return [...parts, base64('signature')].join('.');
}
