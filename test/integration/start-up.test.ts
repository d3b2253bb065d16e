import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { createServingCertificate } from '../../dev/simulator/serving-certificate.ts';
import { startSimulator } from '../../dev/simulator/simulator.ts';
import { readConfig } from '../../src/config.ts';
import { ConfigError } from '../../src/settings/settings.ts';
import { startGateway } from '../../src/gateway.ts';
import { KubeconfigError } from '../../src/kubernetes/kubeconfig.ts';
import { StatusError } from '../../src/kubernetes/status-error.ts';
import { startGatewayProcess } from '../support/gateway-process.ts';
import { base64, kubeconfigText } from '../support/kubeconfig.ts';
import { createScratchDirectory, type ScratchDirectory } from '../support/scratch-directory.ts';
import { createServiceAccountDirectory } from '../support/service-account-directory.ts';
import { startTlsFront } from '../support/tls-front.ts';
import { waitFor } from '../support/wait-for.ts';

const MAIN = path.resolve(import.meta.dirname, '../../src/main.ts');
const CLOSED = 'https://127.0.0.1:1';
const CERTIFICATE = base64(createServingCertificate().certificate);

/** Returns the value of KUBECONFIG. */
type Prepare = (directory: ScratchDirectory) => Promise<string> | string;

const written =
  (content: string): Prepare =>
  (directory) =>
    directory.write('config', content);
const ofCluster = (cluster: object): Prepare => written(kubeconfigText({ server: CLOSED, ...cluster }));
const ofUser = (user: object): Prepare => written(kubeconfigText({ server: CLOSED }, user));
const ofPlugin =
  (script: string): Prepare =>
  async (directory) => {
    const command = await directory.writeScript('plugin', `#!/bin/sh\n${script}\n`);
    return directory.write('config', kubeconfigText({ server: CLOSED }, { exec: { command } }));
  };

const failures: readonly [string, Prepare, string][] = [
  [
    'the server is unreachable',
    ofCluster({}),
    `Cannot reach the API server at ${CLOSED}: connect ECONNREFUSED 127.0.0.1:1`,
  ],
  [
    'there is no current-context',
    written('{}'),
    'The kubeconfig has no current-context, so it names no cluster. Set it',
  ],
  ['the file is empty', written(''), 'The kubeconfig has no current-context'],
  ['the current-context does not exist', written('current-context: gone'), 'current-context "gone" names no cluster'],
  [
    'no file exists',
    () => '/nonexistent/a:/nonexistent/b',
    'Expected KUBECONFIG to name at least one existing file, got /nonexistent/a:/nonexistent/b',
  ],
  ['KUBECONFIG is a directory', (directory) => directory.path, 'Expected a kubeconfig file, got the directory /'],
  [
    'one file of KUBECONFIG is a directory',
    async (directory) => {
      await mkdir(path.join(directory.path, 'sub'));
      return `${await directory.write('config', kubeconfigText({ server: CLOSED }))}:${directory.path}/sub`;
    },
    'Expected a kubeconfig file, got the directory /',
  ],
  [
    'it is not YAML',
    written('clusters: ['),
    'Expected a kubeconfig in YAML, got a string of 11 characters that is not YAML.',
  ],
  ['it is a list', written('[]'), 'Expected a kubeconfig, got a list of 0 items.'],
  [
    'the server is no URL',
    ofCluster({ server: 'ftp://127.0.0.1' }),
    'to be an HTTP or HTTPS URL, got "ftp://127.0.0.1".',
  ],
  [
    'the CA is not base64',
    ofCluster({ 'certificate-authority-data': '%%%' }),
    'Expected certificate-authority-data of the kubeconfig to be base64',
  ],
  [
    'the CA is no certificate',
    ofCluster({ 'certificate-authority-data': base64('no') }),
    'Expected certificate-authority of the kubeconfig to be a certificate in PEM',
  ],
  [
    'the CA file does not exist',
    ofCluster({ 'certificate-authority': 'gone.crt' }),
    'Cannot read the certificate-authority that the kubeconfig names, /',
  ],
  [
    'there are a CA and insecure-skip-tls-verify',
    ofCluster({ 'certificate-authority-data': CERTIFICATE, 'insecure-skip-tls-verify': true }),
    'to have either certificate-authority or insecure-skip-tls-verify, got both.',
  ],
  [
    'proxy-url has another scheme',
    ofCluster({ 'proxy-url': 'ftp://me:zqsecretqz@127.0.0.1' }),
    'to be a URL with the scheme http, https or socks5, got another text.',
  ],
  [
    'the client key is missing',
    ofUser({ 'client-certificate-data': CERTIFICATE }),
    'to have client-key next to client-certificate, got client-certificate only.',
  ],
  [
    'the client key is not base64',
    ofUser({ 'client-certificate-data': CERTIFICATE, 'client-key-data': '%' }),
    'Expected client-key-data of the kubeconfig to be base64',
  ],
  [
    'the client key belongs to another certificate',
    ofUser({ 'client-certificate-data': CERTIFICATE, 'client-key-data': base64(createServingCertificate().key) }),
    'Expected client-key to be the key of client-certificate',
  ],
  [
    'the token file does not exist',
    ofUser({ tokenFile: 'gone' }),
    'Cannot read the tokenFile that the kubeconfig names, /',
  ],
  ['groups are impersonated without a user', ofUser({ 'as-groups': ['a'] }), 'as-user-extra to have as, got none.'],
  [
    'the exec plugin does not exist',
    ofUser({ exec: { command: 'zq-no-such-plugin', installHint: 'Install it.' } }),
    'to be installed, found no such file. Install it.',
  ],
  ['the exec plugin fails', ofPlugin('echo "please log in" >&2; exit 3'), 'failed with exit code 3: please log in'],
  [
    'the exec plugin prints no status',
    ofPlugin('echo "please log in" >&2; echo {}'),
    'got an object with 0 fields: please log in',
  ],
  [
    'the exec plugin prints nothing',
    ofPlugin('echo "please log in" >&2'),
    'got a string of 0 characters: please log in',
  ],
  [
    'the exec plugin needs a terminal',
    ofUser({ exec: { command: 'true', interactiveMode: 'Always' } }),
    'to be Never or IfAvailable, got Always',
  ],
];

/** Errors that `src/main.ts` prints without a stack. */
const EXPECTED_ERRORS = [ConfigError, KubeconfigError, StatusError];
const IN_A_PROCESS = new Set([
  'the server is unreachable',
  'there is no current-context',
  'no file exists',
  'the exec plugin fails',
]);

async function startInProcess(KUBECONFIG: string): Promise<void> {
  const config = readConfig({ PATH: process.env['PATH'], KUBECONFIG, PORT: '0' });
  await using _gateway = await startGateway(config, pino({ level: 'silent' }));
}

describe('a start that fails', () => {
  it.each(failures)('throws an expected error when %s', async (_, prepare, expected) => {
    await using directory = await createScratchDirectory();
    const KUBECONFIG = await prepare(directory);
    const error = await startInProcess(KUBECONFIG).catch((failure: unknown) => failure);
    expect(EXPECTED_ERRORS.some((type) => error instanceof type)).toBe(true);
    const { message } = error as Error;
    expect(message).toContain(expected);
    expect(message).not.toContain('zqsecretqz');
    expect(message).not.toContain('\n');
  });

  it.each(failures.filter(([title]) => IN_A_PROCESS.has(title)))(
    'prints one sentence without a stack when %s',
    async (_, prepare, expected) => {
      await using directory = await createScratchDirectory();
      await expectFailure({ KUBECONFIG: await prepare(directory) }, expected);
    },
  );

  it('prints one sentence without a stack when the API server does not accept the token', async () => {
    await using cluster = await startSimulator();
    await using directory = await createScratchDirectory();
    const KUBECONFIG = await directory.write('config', cluster.kubeconfigFor('expired'));
    await expectFailure({ KUBECONFIG }, 'to accept the credentials of the kubeconfig, got 401 Unauthorized');
  });

  it('prints one sentence without a stack when the pod has no token of a service account', async ({ skip }) => {
    await using _account = await createServiceAccountDirectory(skip);
    const settings = { KUBERNETES_SERVICE_HOST: '127.0.0.1', KUBERNETES_SERVICE_PORT: '1', AUTH_MODE: 'token' };
    await expectFailure(settings, 'Set automountServiceAccountToken: true in the pod.');
  });

  it('names the service account when the API server does not accept its token', async ({ skip }) => {
    await using cluster = await startSimulator();
    const identity = createServingCertificate();
    await using front = await startTlsFront(cluster.url, { server: identity });
    await using account = await createServiceAccountDirectory(skip);
    await account.write('ca.crt', identity.certificate);
    await account.write('token', 'expired');
    const { hostname, port } = new URL(front.url);
    const settings = { KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, AUTH_MODE: 'token' };
    await expectFailure(settings, "to accept the credentials of the pod's service account, got 401 Unauthorized");
  });

  it('prints one sentence without a stack when the port is in use', async () => {
    await using cluster = await startSimulator();
    await using directory = await createScratchDirectory();
    const KUBECONFIG = await directory.write('config', cluster.kubeconfig);
    const PORT = new URL(cluster.url).port;
    const expected = `Cannot listen on 127.0.0.1:${PORT}: the port is in use by another process.`;
    await expectFailure({ KUBECONFIG, PORT }, expected);
  });

  it('prints an IPv6 address in brackets when no interface has it', async () => {
    await using cluster = await startSimulator();
    await using directory = await createScratchDirectory();
    const KUBECONFIG = await directory.write('config', cluster.kubeconfig);
    const settings = { KUBECONFIG, LISTEN_HOST: '2001:db8::1', PORT: '4000', I_UNDERSTAND_EVERYONE_IS_ADMIN: 'true' };
    await expectFailure({ ...settings, METRICS_PORT: 'off' }, 'Cannot listen on [2001:db8::1]:4000: ');
  });
});

describe('a start that succeeds', () => {
  it('logs a warning when a variable closely resembles a setting', async () => {
    await using cluster = await startSimulator();
    await using gateway = await startGatewayProcess(cluster.kubeconfig, { MAX_PAGES: '7' });
    const lines = (await gateway.log()).trim().split('\n');
    const warnings = lines.map((line) => JSON.parse(line) as LogLine).filter(({ level }) => level === WARN);
    const expected =
      'Expected the name of a setting, got the variable "MAX_PAGES", which has no effect. Did you mean MAX_PAGE?';
    expect(warnings.map(({ msg }) => msg)).toContain(expected);
  });
});

interface LogLine {
  readonly level: number;
  readonly msg: string;
}
const WARN = 40;

describe('SIGTERM', () => {
  it('ends the process when the API server is silent at the start', async () => {
    await using silent = await startSilentServer();
    await using directory = await createScratchDirectory();
    const KUBECONFIG = await directory.write('config', kubeconfigText({ server: silent.url }));
    const child = start({ KUBECONFIG });
    await waitFor(() => silent.connections() > 0, 'the gateway has connected');
    expect(await terminate(child)).toEqual([0, null]);
  });

  it('ends the process and its exec plugin when the plugin hangs at the start', async () => {
    await using directory = await createScratchDirectory();
    const pidFile = path.join(directory.path, 'pid');
    const script = `#!/bin/sh\n(echo $$ > ${pidFile}; exec sleep 600) &\nsleep 600\n`;
    const command = await directory.writeScript('plugin', script);
    const KUBECONFIG = await directory.write('config', kubeconfigText({ server: CLOSED }, { exec: { command } }));
    const child = start({ KUBECONFIG });
    const pid = await pidIn(directory, 'pid');
    expect(await terminate(child)).toEqual([0, null]);
    await waitFor(() => !exists(pid), 'the plugin has ended');
  });

  it('ends the process when the API server has become silent', async () => {
    await using cluster = await startSimulator();
    await using gateway = await startGatewayProcess(cluster.kubeconfig, PATIENT);
    using _silence = cluster.faults.delay(600_000);
    using _stall = cluster.faults.stall();
    expect(await Promise.race([gateway.stop(), delay(LESS_THAN_REQUESTS_MS, 'late', { ref: false })])).toBe(0);
  });
});

/** Times for which the process would wait if it did not end at once. */
const PATIENT = { DRAIN_SECONDS: '600', EXEC_PLUGIN_TIMEOUT_SECONDS: '600' };
/** A request to the API server times out after 30 s. The process must not wait for that; it takes a small part of a second. */
const LESS_THAN_REQUESTS_MS = 20_000;

function start(settings: Readonly<Record<string, string>>) {
  const env = { PATH: process.env['PATH'], PORT: '0', ...PATIENT, ...settings };
  return spawn(process.execPath, [MAIN], { env, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function terminate(child: ReturnType<typeof start>): Promise<readonly unknown[]> {
  const exited = once(child, 'exit', { signal: AbortSignal.timeout(LESS_THAN_REQUESTS_MS) });
  child.kill('SIGTERM');
  return exited;
}

async function expectFailure(settings: Readonly<Record<string, string>>, expected: string): Promise<void> {
  const child = start(settings);
  const [output, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')]);
  expect(output).toContain(expected);
  expect(output).not.toMatch(/^\s*at /mu);
  expect(output.trim().split('\n').length).toBeLessThanOrEqual(2); // the second line is a hint
  expect(code).toBe(1);
}

async function startSilentServer() {
  let connections = 0;
  const server = createServer((socket) => {
    connections += 1;
    socket.resume().on('error', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connections: () => connections,
    async [Symbol.asyncDispose]() {
      server.close();
      await once(server, 'close');
    },
  };
}

async function pidIn(directory: ScratchDirectory, name: string): Promise<number> {
  let pid = 0;
  await waitFor(async () => {
    pid = Number(await readFile(path.join(directory.path, name), 'utf8').catch(() => ''));
    return pid > 0;
  }, 'the plugin runs');
  return pid;
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
