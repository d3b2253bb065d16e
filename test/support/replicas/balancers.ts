import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { once } from 'node:events';
import path from 'node:path';
import { freePort } from '../../../dev/simulator/free-port.ts';
import { createScratchDirectory } from '../scratch-directory.ts';
import { ServerProcess } from '../server-process.ts';
import { waitFor } from '../wait-for.ts';

/** A load balancer in front of replicas. */
export interface Balancer extends AsyncDisposable {
  /** URL of the GraphQL endpoint. */
  readonly url: string;
}

/** nginx, whose configuration can be replaced while it runs. */
export interface ReloadableBalancer extends Balancer {
  /** Sends new requests to the other replicas only. Resolves when only processes with this configuration take connections. */
  avoid(port: number | undefined): Promise<void>;
}

export interface BalancerOptions {
  /** Ports of the replicas on loopback. */
  readonly ports: readonly number[];
  /** Time after which an idle connection is cut. Default: that of the configuration. */
  readonly idleSeconds?: number | undefined;
}

export type BalancerName = 'haproxy' | 'nginx';

const CONFIGURATIONS = path.resolve(import.meta.dirname, '../../../deploy/balancers');
const isRoot = process.getuid?.() === 0;

interface Program {
  readonly file: string;
  readonly listen: RegExp;
  readonly idle: RegExp;
  /** Changes what depends on the machine only. */
  readonly adapt: (text: string, directory: string) => string;
  readonly commandOf: (file: string, directory: string) => readonly string[];
}

const programs: Readonly<Record<BalancerName, Program>> = {
  haproxy: {
    file: 'haproxy.cfg',
    listen: /(?<=bind ):80/u,
    idle: /(?<=timeout (?:client|server|tunnel) )60s/gu,
    adapt: (text) => text,
    commandOf: (file) => ['-f', file],
  },
  nginx: {
    file: 'nginx.conf',
    listen: /(?<=listen )80/u,
    idle: /(?<=proxy_(?:read|send)_timeout )60s/gu,
    adapt: (text, directory) => text.replace('http {', `http {\n${temporaryPaths(directory)}`),
    commandOf: (file, directory) => ['-c', file, '-p', directory, '-e', 'stderr', '-g', globalDirectives(directory)],
  },
};

/** Returns why a balancer cannot be started; undefined if it can. */
export function balancerMissing(name: BalancerName): string | undefined {
  return programOf(name) === undefined ? `${name} is not installed (Debian: apt-get install ${name})` : undefined;
}

/** Starts a balancer with its configuration of `deploy/balancers`, whose addresses are replaced by those of the replicas. */
export async function startBalancer(name: BalancerName, options: BalancerOptions): Promise<Balancer> {
  return start(name, options);
}

/** Starts nginx as {@link startBalancer} does. */
export async function startNginx(options: BalancerOptions): Promise<ReloadableBalancer> {
  const { server, rewrite, ...balancer } = await start('nginx', options);
  return {
    ...balancer,
    async avoid(port) {
      await rewrite((text) =>
        port === undefined ? text : text.replaceAll(`127.0.0.1:${port} `, `127.0.0.1:${port} down `),
      );
      const before = await workersOf(server.pid);
      server.signal('SIGHUP');
      const isReloaded = async () => {
        const now = await workersOf(server.pid);
        return now.length > 0 && !now.some((worker) => before.includes(worker));
      };
      await waitFor(isReloaded, 'nginx has new workers');
    },
  };
}

async function start(name: BalancerName, options: BalancerOptions) {
  await using started = new AsyncDisposableStack();
  const directory = started.use(await createScratchDirectory());
  const program = programs[name];
  const port = await freePort();
  const text = program.adapt(configurationFor(program, port, options), directory.path);
  const file = await directory.write(program.file, text);
  const binary = programOf(name);
  if (binary === undefined) throw new Error(balancerMissing(name));
  const server = new ServerProcess(directory.path, [binary, ...program.commandOf(file, directory.path)]);
  started.defer(() => server.stop('SIGTERM'));
  await server.start(() => answers(port));
  const running = started.move();
  return {
    url: new URL('/graphql', `http://127.0.0.1:${port}`).href,
    server,
    /** Writes the configuration again, after a change of its text. */
    rewrite: (change: (text: string) => string) => directory.write(program.file, change(text)),
    [Symbol.asyncDispose]: () => running.disposeAsync(),
  };
}

/** Returns the processes of an nginx that take connections: those that shut down have another title. Linux only. */
async function workersOf(pid: number): Promise<readonly string[]> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  const titled = children
    .trim()
    .split(/\s+/u)
    .map(async (child) => {
      const title = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => ''); // it has ended
      return title.replaceAll('\0', '').trim() === 'nginx: worker process' ? child : [];
    });
  return (await Promise.all(titled)).flat();
}

function configurationFor(program: Program, port: number, { ports, idleSeconds }: BalancerOptions): string {
  const text = readFileSync(path.join(CONFIGURATIONS, program.file), 'utf8');
  const replaced = text
    .replace(program.listen, `127.0.0.1:${port}`)
    .replaceAll(/192\.0\.2\.1(?<number>\d):4000/gu, (_, number) => `127.0.0.1:${ports[Number(number) - 1]}`);
  return idleSeconds === undefined ? replaced : replaced.replaceAll(program.idle, `${idleSeconds}s`);
}

function globalDirectives(directory: string): string {
  return `daemon off; pid ${directory}/nginx.pid; ${isRoot ? 'user root root;' : ''}`;
}

function temporaryPaths(directory: string): string {
  return ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${directory}/${name};`)
    .join('\n');
}

function programOf(name: BalancerName): string | undefined {
  const env = { ...process.env, PATH: `${process.env['PATH']}:/usr/local/sbin:/usr/sbin:/sbin` };
  try {
    return execFileSync('sh', ['-c', `command -v ${name}`], { env, encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** Returns whether a replica answers through the balancer. */
async function answers(port: number): Promise<boolean> {
  try {
    const [response] = (await once(get({ port, path: '/livez', agent: false }), 'response')) as [IncomingMessage];
    response.resume();
    return response.statusCode === 200;
  } catch {
    return false; // it does not listen yet
  }
}
