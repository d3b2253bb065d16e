import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const PROGRAM = path.resolve(import.meta.dirname, 'proxy-server.ts');

/** An HTTP proxy in a separate process. Every host name leads to loopback. */
export interface ProxyProcess extends AsyncDisposable {
  /** Host and port. */
  readonly address: string;
  /** Resolves with the target of each tunnel until now and the Proxy-Authorization header, in order. */
  tunnels(): Promise<readonly string[]>;
}

export async function startProxyProcess(): Promise<ProxyProcess> {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [port] = (await once(createInterface(child.stdout), 'line')) as [string];
  const address = `127.0.0.1:${port}`;
  return {
    address,
    async tunnels() {
      const lines = await (await fetch(`http://${address}/`)).text();
      return lines === '' ? [] : lines.split('\n');
    },
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
