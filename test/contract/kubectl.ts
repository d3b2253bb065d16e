import { execFile, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { promisify } from 'node:util';

const binary = [path.join(process.env['KUBEBUILDER_ASSETS'] ?? '/nowhere', 'kubectl'), 'kubectl'].find(runs);

export const kubectlMissing: string | undefined = binary ? undefined : 'there is no kubectl on the PATH';

/** Lines of the output of a running kubectl. */
export interface Lines extends AsyncDisposable {
  next(): Promise<string | undefined>;
}

/** Runs kubectl with its own kubeconfig and discovery cache. */
export class Kubectl implements AsyncDisposable {
  readonly #folder: string;
  #files = 0;

  static async for(kubeconfig: string): Promise<Kubectl> {
    const folder = await mkdtemp(path.join(tmpdir(), 'kubectl-'));
    await writeFile(path.join(folder, 'kubeconfig'), kubeconfig);
    return new Kubectl(folder);
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Returns the output. @throws {Error} with the error output if kubectl fails */
  async run(...commandLine: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)(binary ?? 'kubectl', this.#with(commandLine));
    return stdout;
  }

  follow(...commandLine: readonly string[]): Lines {
    const child = spawn(binary ?? 'kubectl', this.#with(commandLine));
    const lines = createInterface(child.stdout)[Symbol.asyncIterator]();
    const exited = once(child, 'exit');
    return {
      next: async () => (await lines.next()).value,
      async [Symbol.asyncDispose]() {
        child.kill();
        await exited;
      },
    };
  }

  /** Returns the path of the written file. */
  async save(manifest: object): Promise<string> {
    this.#files += 1;
    const file = path.join(this.#folder, `${this.#files}.json`);
    await writeFile(file, JSON.stringify(manifest));
    return file;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }

  #with(commandLine: readonly string[]): string[] {
    const kubeconfig = path.join(this.#folder, 'kubeconfig');
    return ['--kubeconfig', kubeconfig, '--cache-dir', path.join(this.#folder, 'cache'), ...commandLine];
  }
}

function runs(command: string): boolean {
  try {
    execFileSync(command, ['version', '--client'], { stdio: 'ignore' });
    return true;
  } catch {
    return false; // not installed in this place
  }
}
