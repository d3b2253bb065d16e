import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Agent, request as httpRequest, type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { residentMegabytesOf } from '../../test/support/abuse/process-usage.ts';
import { createScratchDirectory, type ScratchDirectory } from '../../test/support/scratch-directory.ts';
import type { QueryRequest } from './cases.ts';

interface Answer {
  readonly status: number;
  readonly body: Buffer;
}

interface StartOptions {
  readonly program: readonly string[];
  readonly settings?: Readonly<Record<string, string>>;
  readonly directory: ScratchDirectory;
}

const NS_PER_MS = 1e6;
const POLL_MS = 2;
/** A server has settled when it has used less than this share of a core in each of several intervals. */
const SETTLED_INTERVAL_MS = 2_000;
const SETTLED_CHECKS = 6;
const MAX_IDLE_SHARE = 0.02;

/** A server in a process of its own, and one connection to it. Its CPU time is read from the system, without its help. */
export class MeasuredProcess implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #directory: ScratchDirectory;
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  readonly #port: number;
  readonly #pid: number;

  private constructor(child: ChildProcess, directory: ScratchDirectory, port: number) {
    this.#child = child;
    this.#directory = directory;
    this.#port = port;
    this.#pid = child.pid ?? 0;
  }

  /** Resolves when the server has printed its port. */
  static async start({ program, settings = {}, directory }: StartOptions): Promise<MeasuredProcess> {
    const child = spawn(process.execPath, program, {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { PATH: process.env['PATH'], NODE_ENV: 'production', ...settings },
    });
    const port = await portIn(child);
    return new MeasuredProcess(child, directory, port);
  }

  /** CPU time of all threads since the start of the process. */
  get cpuMs(): number {
    const threads = readdirSync(`/proc/${this.#pid}/task`);
    // The first field of schedstat is the time spent on the CPU, in nanoseconds.
    const times = threads.map((thread) => readFileSync(`/proc/${this.#pid}/task/${thread}/schedstat`, 'utf8'));
    return times.reduce((sum, text) => sum + Number(text.split(' ')[0]), 0) / NS_PER_MS;
  }

  residentMegabytes(): Promise<number> {
    return residentMegabytesOf(this.#pid);
  }

  async untilReady(): Promise<void> {
    while ((await this.#send('GET', '/readyz')).status !== 200) await delay(POLL_MS);
  }

  /**
   * Resolves when the server is ready, and has been idle for some seconds. V8 collects the garbage of the start of a process nine seconds
   * after it: more than 100 ms of CPU time, which would count in one of the first cases.
   */
  async untilSettled(): Promise<void> {
    await this.untilReady();
    let [lastMs, idle] = [this.cpuMs, 0];
    while (idle < SETTLED_CHECKS) {
      await delay(SETTLED_INTERVAL_MS);
      const used = this.cpuMs - lastMs;
      lastMs += used;
      idle = used < SETTLED_INTERVAL_MS * MAX_IDLE_SHARE ? idle + 1 : 0;
    }
  }

  /** Sends a request to the gateway. @throws {Error} if the answer is no result without errors */
  async query({ query, variables, viewer }: QueryRequest): Promise<Buffer> {
    const { status, body } = await this.#send('POST', '/graphql', {
      headers: { 'kubeflow-userid': viewer, accept: 'application/json' },
      body: JSON.stringify({ query, variables }),
    });
    if (status === 200 && !body.subarray(0, 12).includes('errors')) return body;
    throw new Error(`Expected an answer to ${query}, got ${status} ${body.toString().slice(0, 1_000)}`);
  }

  /** Stores the value that the bare server sends for a path. */
  async store(path: string, value: Buffer): Promise<void> {
    await this.#send('PUT', path, { body: value });
  }

  /** Sends the same request to the bare server. */
  async repeat(path: string, { query, variables, viewer }: QueryRequest): Promise<Buffer> {
    const headers = { 'kubeflow-userid': viewer, accept: 'application/json' };
    return (await this.#send('POST', path, { headers, body: JSON.stringify({ query, variables }) })).body;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#agent.destroy();
    const exited = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await exited;
    await this.#directory[Symbol.asyncDispose]();
  }

  async #send(
    method: string,
    path: string,
    { headers = {}, body }: { headers?: Record<string, string>; body?: string | Buffer } = {},
  ): Promise<Answer> {
    const length =
      body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    const request = httpRequest({
      host: '127.0.0.1',
      port: this.#port,
      agent: this.#agent,
      method,
      path,
      headers: { ...headers, ...length },
    });
    request.end(body);
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(chunk as Buffer);
    return { status: response.statusCode ?? 0, body: Buffer.concat(chunks) };
  }
}

/** Starts a gateway that trusts identity headers. */
export async function startGatewayIn(
  kubeconfig: string,
  { entry, settings = {} }: { readonly entry: string; readonly settings?: Readonly<Record<string, string>> },
): Promise<MeasuredProcess> {
  const directory = await createScratchDirectory();
  const KUBECONFIG = await directory.write('kubeconfig', kubeconfig);
  // The log of requests, one system call for each, is not part of the comparison.
  const fixed = {
    LOG_SAMPLE: '0',
    PORT: '0',
    METRICS_PORT: '0',
    AUTH_MODE: 'header',
    DRAIN_SECONDS: '1',
    SHUTDOWN_DELAY_SECONDS: '0',
  };
  const program = [...flagsOfStart(), entry];
  return MeasuredProcess.start({ program, settings: { KUBECONFIG, ...fixed, ...settings }, directory });
}

/** Returns the flags of Node that `npm start` sets. */
function flagsOfStart(): readonly string[] {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  const { scripts }: { readonly scripts: { readonly start: string } } = JSON.parse(text);
  return scripts.start.split(' ').filter((word) => word.startsWith('--'));
}

/** Starts the server that sends stored values. */
export async function startBareServer(): Promise<MeasuredProcess> {
  const program = [new URL('../servers/bare-http.ts', import.meta.url).pathname];
  return MeasuredProcess.start({ program, directory: await createScratchDirectory() });
}

/** Returns the port that a process prints. Its later output is discarded. */
function portIn(child: ChildProcess): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  let text = '';
  child.stdout?.on('data', (chunk: Buffer) => {
    text = `${text}${String(chunk)}`.slice(-4_096);
    const port = /"url":"http:\/\/127\.0\.0\.1:(\d+)/u.exec(text)?.[1];
    if (port !== undefined) resolve(Number(port));
  });
  child.once('exit', () => reject(new Error(`Expected a server to print its URL, got ${text}`)));
  return promise;
}
