import { chmod, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';

export interface ScratchDirectory extends AsyncDisposable {
  readonly path: string;
  /** Writes or replaces a file atomically. Returns its absolute path. */
  write(name: string, content: string | Buffer): Promise<string>;
  writeScript(name: string, content: string): Promise<string>;
}

/** Creates an empty directory, which disposal removes with its contents. */
export async function createScratchDirectory(): Promise<ScratchDirectory> {
  const directory = await mkdtemp(path.join(tmpdir(), 'gateway-'));
  async function write(name: string, content: string | Buffer, mode = 0o600): Promise<string> {
    const file = path.join(directory, name);
    await writeFile(`${file}.new`, content);
    await chmod(`${file}.new`, mode);
    await rename(`${file}.new`, file);
    return file;
  }
  return {
    path: directory,
    write: (name, content) => write(name, content),
    writeScript: (name, content) => write(name, content, 0o700),
    [Symbol.asyncDispose]: () => rm(directory, { recursive: true }),
  };
}
