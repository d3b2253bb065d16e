import { execFileSync, spawn, type ChildProcessByStdio } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import https from 'node:https';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Writable } from 'node:stream';
import { stringify } from 'yaml';
import { freePort } from '../../dev/simulator/free-port.ts';
import { ServerProcess } from './server-process.ts';

/** An etcd and a kube-apiserver on loopback. Disposal stops both and removes their data. */
export interface ControlPlane {
  readonly url: string;
  /** Kubeconfig of a cluster administrator that trusts only the certificate of this server. */
  readonly kubeconfig: string;
  /** Bearer token of the user `impersonator`, who has no rights until RBAC objects grant some. */
  readonly impersonatorToken: string;
  readonly etcdEndpoint: string;
  /** Returns the process id of the API server. @throws {Error} if it does not run */
  apiServerPid(): number;
  /** Directory of logs, certificates and etcd data, removed at disposal. */
  readonly dataDirectory: string;
  /** Kills the API server. If `graceful`, sends SIGTERM instead, and the stop takes up to a minute. */
  stopApiServer(options?: { readonly graceful?: boolean }): Promise<void>;
  /** Starts the API server on the same port with the same certificate. Resolves when it is ready. */
  startApiServer(): Promise<void>;
  restartApiServer(options?: { readonly graceful?: boolean }): Promise<void>;
  /** Suspends the API server: it keeps its connections but sends nothing. */
  pauseApiServer(): void;
  resumeApiServer(): void;
  /** Compacts the history of etcd. The history in the memory of the API server is lost only by a restart. */
  compact(): Promise<void>;
  /** Stops the API server and etcd, copies the data of etcd, and starts both again. */
  backUp(): Promise<void>;
  /** Stops the API server and etcd, and starts both again with the data of the last backup, as after `etcdutl snapshot restore`. */
  restore(): Promise<void>;
  /** Stops the API server and starts that of another directory of binaries on the same port, with the same etcd. */
  replaceApiServer(assets: string): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface ControlPlaneOptions {
  /** Further command-line arguments of kube-apiserver. */
  readonly apiServerArgs?: readonly string[];
}

/** Reason why no control plane is available; undefined if one is. */
export const controlPlaneMissing: string | undefined = process.env['KUBEBUILDER_ASSETS']
  ? undefined
  : 'KUBEBUILDER_ASSETS does not name a directory with etcd and kube-apiserver';

/** Directory with the binaries of the oldest supported version; undefined if the environment names none. */
export const oldestAssets: string | undefined = process.env['KUBEBUILDER_ASSETS_OLDEST'] || undefined;

/** Minor version of the kube-apiserver in `KUBEBUILDER_ASSETS`, such as `1.37`; undefined without one. */
export function controlPlaneVersion(): string | undefined {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (!assets) return undefined;
  const text = execFileSync(path.join(assets, 'kube-apiserver'), ['--version'], { encoding: 'utf8' });
  const [, version] = /v(\d+\.\d+)\./u.exec(text) ?? [];
  if (version === undefined) throw new TypeError(`Expected kube-apiserver to print its version, got ${text}`);
  return version;
}

/**
 * Starts etcd and kube-apiserver from `KUBEBUILDER_ASSETS`, as envtest does. They are stopped when the calling process
 * ends for any reason.
 */
export async function startControlPlane({ apiServerArgs = [] }: ControlPlaneOptions = {}): Promise<ControlPlane> {
  const assets = process.env['KUBEBUILDER_ASSETS'];
  if (!assets) throw new Error(controlPlaneMissing);
  const parts = new AsyncDisposableStack();
  const dataDirectory = await createDataDirectory(parts);
  const [etcdPort, apiPort] = await Promise.all([freePort(), freePort()]);
  const etcdEndpoint = `http://127.0.0.1:${etcdPort}`;
  const [token, impersonatorToken] = [newToken(), newToken()];
  await writeCredentials(dataDirectory, { token, impersonatorToken });

  const servers = new Servers({
    etcd: new ServerProcess(dataDirectory, [path.join(assets, 'etcd'), ...etcdArgs(dataDirectory, etcdEndpoint)]),
    isEtcdUp: () => answersOk(`${etcdEndpoint}/health`),
    apiServerIn(directory) {
      const args = [...apiArgs(dataDirectory, etcdEndpoint, apiPort), ...apiServerArgs];
      return new ServerProcess(dataDirectory, [path.join(directory, 'kube-apiserver'), ...args]);
    },
    isApiServerUp: () => isReady(apiPort, dataDirectory),
  });
  parts.defer(() => servers.stop('SIGKILL'));
  try {
    await servers.start(assets);
  } catch (error) {
    await parts.disposeAsync();
    throw error;
  }
  const url = `https://127.0.0.1:${apiPort}`;
  const kubeconfig = kubeconfigOf(url, token, await certificate(dataDirectory));
  return {
    url,
    kubeconfig,
    impersonatorToken,
    etcdEndpoint,
    dataDirectory,
    ...handleOf(servers),
    ...backupsOf(servers, dataDirectory),
    compact: () => compact(etcdEndpoint),
    [Symbol.asyncDispose]: () => parts.disposeAsync(),
  };
}

interface ServersOptions {
  readonly etcd: ServerProcess;
  readonly isEtcdUp: () => Promise<boolean>;
  /** Returns an API server, not started, with the binary in a directory. */
  readonly apiServerIn: (directory: string) => ServerProcess;
  readonly isApiServerUp: () => Promise<boolean>;
}

/** An etcd, and the API server in front of it. */
class Servers {
  readonly #options: ServersOptions;
  #assets = '';
  #api: ServerProcess | undefined;

  constructor(options: ServersOptions) {
    this.#options = options;
  }

  /** @throws {Error} if it has not been started */
  get api(): ServerProcess {
    if (!this.#api) throw new Error('kube-apiserver has not been started');
    return this.#api;
  }

  /** Starts both. @param assets directory of the API server; the last one by default */
  async start(assets = this.#assets): Promise<void> {
    await this.#options.etcd.start(this.#options.isEtcdUp);
    await this.startApi(assets);
  }

  async startApi(assets = this.#assets): Promise<void> {
    if (assets !== this.#assets) this.#api = this.#options.apiServerIn(assets);
    this.#assets = assets;
    await this.api.start(this.#options.isApiServerUp);
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    await this.#api?.stop('SIGKILL');
    await this.#options.etcd.stop(signal);
  }
}

function handleOf(servers: Servers) {
  async function stopApiServer({ graceful = false } = {}): Promise<void> {
    await servers.api.stop(graceful ? 'SIGTERM' : 'SIGKILL');
  }
  return {
    stopApiServer,
    startApiServer: () => servers.startApi(),
    async restartApiServer(options?: { readonly graceful?: boolean }): Promise<void> {
      await stopApiServer(options);
      await servers.startApi();
    },
    async replaceApiServer(assets: string): Promise<void> {
      await stopApiServer();
      await servers.startApi(assets);
    },
    apiServerPid: () => servers.api.pid,
    pauseApiServer: () => servers.api.signal('SIGSTOP'),
    resumeApiServer: () => servers.api.signal('SIGCONT'),
  };
}

function backupsOf(servers: Servers, directory: string) {
  const [data, backup] = [path.join(directory, 'etcd'), path.join(directory, 'etcd-backup')];
  return {
    async backUp(): Promise<void> {
      await servers.stop('SIGTERM');
      await rm(backup, { recursive: true, force: true });
      await cp(data, backup, { recursive: true });
      await servers.start();
    },
    async restore(): Promise<void> {
      await servers.stop('SIGTERM');
      await rm(data, { recursive: true });
      await cp(backup, data, { recursive: true });
      await servers.start();
    },
  };
}

type Cleaner = ChildProcessByStdio<Writable, null, null>;

/** Shell script that waits for the end of this process, then kills the servers by their pid files and removes the directory. */
function startCleaner(directory: string): Cleaner {
  const script = 'cat >/dev/null; for f in "$1"/*.pid; do [ -f "$f" ] && kill -9 "$(cat "$f")"; done; rm -rf "$1"';
  const cleaner = spawn('/bin/sh', ['-c', script, 'sh', directory], {
    stdio: ['pipe', 'ignore', 'ignore'],
    detached: true,
  });
  cleaner.unref();
  return cleaner;
}

/** Creates a directory that is removed with the parts, or at the end of this process. */
async function createDataDirectory(parts: AsyncDisposableStack): Promise<string> {
  const directory = await mkdtemp(path.join(tmpdir(), 'control-plane-'));
  const cleaner = startCleaner(directory);
  parts.defer(() => clean(cleaner));
  return directory;
}

async function clean(cleaner: Cleaner): Promise<void> {
  cleaner.ref();
  cleaner.stdin.end();
  await once(cleaner, 'exit');
}

function etcdArgs(directory: string, endpoint: string): string[] {
  return [
    `--data-dir=${path.join(directory, 'etcd')}`,
    `--listen-client-urls=${endpoint}`,
    `--advertise-client-urls=${endpoint}`,
    '--listen-peer-urls=http://127.0.0.1:0',
    '--unsafe-no-fsync', // the data ends with the test
  ];
}

function apiArgs(directory: string, etcdEndpoint: string, port: number): string[] {
  return [
    `--etcd-servers=${etcdEndpoint}`,
    `--cert-dir=${directory}`,
    '--bind-address=127.0.0.1',
    `--secure-port=${port}`,
    '--service-cluster-ip-range=10.0.0.0/24',
    `--token-auth-file=${path.join(directory, 'tokens.csv')}`,
    '--authorization-mode=RBAC',
    '--disable-admission-plugins=ServiceAccount',
    '--service-account-issuer=https://kubernetes.default.svc',
    `--service-account-key-file=${path.join(directory, 'service-account.key')}`,
    `--service-account-signing-key-file=${path.join(directory, 'service-account.key')}`,
  ];
}

function newToken(): string {
  return randomBytes(16).toString('hex');
}

interface Tokens {
  readonly token: string;
  readonly impersonatorToken: string;
}

async function writeCredentials(directory: string, { token, impersonatorToken }: Tokens): Promise<void> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = privateKey.export({ type: 'pkcs1', format: 'pem' });
  await writeFile(path.join(directory, 'service-account.key'), pem, { mode: 0o600 });
  const tokens = [`${token},admin,admin,"system:masters"`, `${impersonatorToken},impersonator,impersonator`];
  await writeFile(path.join(directory, 'tokens.csv'), `${tokens.join('\n')}\n`, { mode: 0o600 });
}

/** Returns the certificate of the server, followed by its self-signed authority. */
const certificate = (directory: string) => readFile(path.join(directory, 'apiserver.crt'), 'utf8');

async function isReady(port: number, directory: string): Promise<boolean> {
  try {
    const ca = await certificate(directory);
    const request = https.get({ host: '127.0.0.1', port, path: '/readyz', ca, agent: false, timeout: 2_000 });
    request.on('timeout', () => request.destroy(new Error('silent')));
    const [response] = await once(request, 'response');
    response.resume();
    return response.statusCode === 200;
  } catch {
    return false; // Not ready: no certificate, or connection refused. The caller retries until its deadline.
  }
}

/** Returns false also if the connection is refused: the caller retries until its deadline. */
function answersOk(url: string): Promise<boolean> {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

async function compact(etcdEndpoint: string): Promise<void> {
  const answer = await askEtcd(etcdEndpoint, '/v3/kv/range', { key: Buffer.from('\0').toString('base64') });
  const revision = /"revision":"(\d+)"/u.exec(answer)?.[1];
  if (!revision) throw new TypeError(`Expected a revision from etcd, got ${answer}`);
  await askEtcd(etcdEndpoint, '/v3/kv/compaction', { revision, physical: true });
}

async function askEtcd(endpoint: string, target: string, body: object): Promise<string> {
  const response = await fetch(`${endpoint}${target}`, { method: 'POST', body: JSON.stringify(body) });
  const answer = await response.text();
  if (!response.ok) throw new Error(`Expected etcd to accept ${target}, got ${response.status}: ${answer}`);
  return answer;
}

function kubeconfigOf(server: string, token: string, ca: string): string {
  const name = 'control-plane';
  return stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': name,
    contexts: [{ name, context: { cluster: name, user: name } }],
    clusters: [{ name, cluster: { server, 'certificate-authority-data': Buffer.from(ca).toString('base64') } }],
    users: [{ name, user: { token } }],
  });
}
