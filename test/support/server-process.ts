import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const READY_TIMEOUT_MS = 60_000;
const POLL_MS = 50;

/** A program that can be stopped and restarted. Its pid, while it runs, and its log are files in `<directory>`. */
export class ServerProcess {
  readonly #binary: string;
  readonly #args: readonly string[];
  readonly #name: string;
  readonly #pidFile: string;
  readonly #logFile: string;
  readonly #env: NodeJS.ProcessEnv;
  #exitCode: number | null = null;
  #child: ChildProcess | undefined;

  constructor(directory: string, [binary, ...args]: readonly [string, ...string[]], env = process.env) {
    this.#binary = binary;
    this.#args = args;
    this.#env = env;
    this.#name = path.basename(binary);
    this.#pidFile = path.join(directory, `${this.#name}.pid`);
    this.#logFile = path.join(directory, `${this.#name}.log`);
  }

  async start(isUp: () => Promise<boolean>): Promise<void> {
    if (this.#child) throw new Error(`${this.#name} already runs`);
    const log = openSync(this.#logFile, 'a');
    const child = spawn(this.#binary, this.#args, { stdio: ['ignore', log, log], env: this.#env });
    closeSync(log);
    await once(child, 'spawn');
    this.#child = child;
    await writeFile(this.#pidFile, `${child.pid}\n`);
    const deadline = Date.now() + READY_TIMEOUT_MS;
    while (!(await isUp())) {
      if (hasExited(child) || Date.now() > deadline) throw await this.#failure();
      await delay(POLL_MS);
    }
  }

  /** @throws {Error} if the program does not run */
  get pid(): number {
    const child = this.#child;
    if (child?.pid === undefined) throw new Error(`${this.#name} does not run`);
    if (hasExited(child))
      throw new Error(`${this.#name} has ended; its log ends:\n${endOf(readFileSync(this.#logFile, 'utf8'))}`);
    return child.pid;
  }

  /** Output of the program so far. */
  log(): Promise<string> {
    return readFile(this.#logFile, 'utf8');
  }

  /** Exit code of the last run that was stopped; null if a signal ended it. */
  get exitCode(): number | null {
    return this.#exitCode;
  }

  async stop(signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
    const child = this.#child;
    if (!child) return;
    this.#child = undefined;
    if (!hasExited(child)) {
      const exited = once(child, 'exit');
      child.kill(signal);
      await exited;
    }
    await rm(this.#pidFile, { force: true });
    this.#exitCode = child.exitCode;
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGHUP'): void {
    if (!this.#child?.kill(signal)) throw new Error(`${this.#name} does not run`);
  }

  async #failure(): Promise<Error> {
    const log = await this.log();
    return new Error(`${this.#name} did not become ready; its log ends:\n${endOf(log)}`);
  }
}

function hasExited({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

function endOf(log: string): string {
  return log.split('\n').slice(-20).join('\n');
}
