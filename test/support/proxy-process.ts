import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { waitFor } from './wait-for.ts';

const PROGRAM = path.resolve(import.meta.dirname, 'proxy-server.ts');

/** An HTTP proxy in a separate process. Every host name leads to loopback. */
export interface ProxyProcess extends AsyncDisposable {
  /** Host and port. */
  readonly address: string;
  /** Target of each tunnel and the Proxy-Authorization header, in order. */
  tunnels(): readonly string[];
}

export async function startProxyProcess(): Promise<ProxyProcess> {
  const child = spawn(process.execPath, [PROGRAM], { stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  const lines = () => output.split('\n').slice(0, -1);
  await waitFor(() => lines().length > 0, 'the proxy listens');
  const [port = ''] = lines();
  return {
    address: `127.0.0.1:${port}`,
    tunnels: () =>
      lines()
        .slice(1)
        .map((line) => line.trim()),
    async [Symbol.asyncDispose]() {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    },
  };
}
