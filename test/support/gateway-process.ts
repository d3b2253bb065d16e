import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, readlink } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import path from 'node:path';
import { createScratchDirectory } from './scratch-directory.ts';
import { ServerProcess } from './server-process.ts';

const ROOT = path.resolve(import.meta.dirname, '../..');
const MAIN = path.join(ROOT, 'src/main.ts');

/** Builds the gateway as it is deployed and returns the program. It starts in a quarter of the time of the sources. */
export function buildGateway(): string {
  execFileSync(process.execPath, [path.join(ROOT, 'scripts/build-server.mjs')]);
  return path.join(ROOT, 'dist/server.js');
}

/** A gateway in a separate process, as in production: an uncaught error ends it. */
export interface GatewayProcess extends AsyncDisposable {
  readonly port: number;
  /** Process id. @throws {Error} if the process has ended */
  readonly pid: number;
  /** Output of the process so far. */
  log(): Promise<string>;
  /** Opens a TCP connection to the gateway. */
  connect(): Promise<Socket>;
  /** Counts the file descriptors that the process holds for connections of its clients. Linux only. */
  clientDescriptors(): Promise<number>;
  /** Sends SIGTERM. Resolves with the exit code, or null if a signal ended the process. */
  stop(): Promise<number | null>;
}

const DEFAULTS = { PORT: '0', DRAIN_SECONDS: '1', SHUTDOWN_DELAY_SECONDS: '0', METRICS_PORT: 'off' };

interface ProcessOptions {
  /** Program instead of `src/main.ts`. */
  readonly program?: string;
  /** Shell script that runs the command in `"$@"`, for example with another limit of the system. By default there is no shell. */
  readonly script?: string;
}

/**
 * Starts a gateway against a cluster. Resolves when `/readyz` answers 200. If the script redirects the output, `PORT` has to be set.
 */
export async function startGatewayProcess(
  kubeconfig: string,
  settings: Readonly<Record<string, string>> = {},
  { program = MAIN, script }: ProcessOptions = {},
): Promise<GatewayProcess> {
  await using started = new AsyncDisposableStack();
  const directory = started.use(await createScratchDirectory());
  const KUBECONFIG = await directory.write('kubeconfig', kubeconfig);
  const env = { PATH: process.env['PATH'], KUBECONFIG, ...DEFAULTS, ...settings };
  const shell = script === undefined ? [] : ['/bin/sh', '-c', script, 'sh'];
  const [binary, ...args] = [...shell, process.execPath, program];
  const server = new ServerProcess(directory.path, [binary ?? '', ...args], env);
  started.defer(() => server.stop('SIGKILL'));
  let port = Number(env.PORT);
  await server.start(async () => {
    if (port === 0) port = Number(/"url":"http:\/\/127\.0\.0\.1:(\d+)\//u.exec(await server.log())?.[1] ?? 0);
    return port !== 0 && (await isReady(port).catch(() => false));
  });
  const running = started.move();
  return {
    port,
    get pid() {
      return server.pid;
    },
    log: () => server.log(),
    async connect() {
      const socket = connect(port, '127.0.0.1');
      await once(socket, 'connect');
      return socket;
    },
    clientDescriptors: () => clientDescriptors(server.pid, port),
    async stop() {
      await server.stop('SIGTERM');
      return server.exitCode;
    },
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Sends a request on a connection that is closed afterwards, so that it is not counted as a client. */
async function isReady(port: number): Promise<boolean> {
  const [response] = (await once(get({ port, path: '/readyz', agent: false }), 'response')) as [IncomingMessage];
  response.resume();
  await once(response, 'close');
  return response.statusCode === 200;
}

/** Returns the sockets of a process with its listening port as local port, without the listening socket. */
async function clientDescriptors(pid: number, port: number): Promise<number> {
  const table = await readFile(`/proc/${pid}/net/tcp`, 'utf8');
  const inodes = new Set(
    table
      .split('\n')
      .map((line) => line.trim().split(/\s+/u))
      .filter(([, local = '', , state]) => Number.parseInt(local.split(':')[1] ?? '', 16) === port && state !== LISTEN)
      .map((columns) => `socket:[${columns[9]}]`),
  );
  const descriptors = await readdir(`/proc/${pid}/fd`);
  // A descriptor may be closed while the directory is read.
  const targets = await Promise.all(descriptors.map((fd) => readlink(`/proc/${pid}/fd/${fd}`).catch(() => '')));
  return targets.filter((target) => inodes.has(target)).length;
}

/** TCP state in `/proc/net/tcp`. */
const LISTEN = '0A';
