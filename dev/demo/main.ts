import { parseArgs } from 'node:util';
import { pino } from 'pino';
import { startDemo } from './demo.ts';

const MAX_WORKSPACES = 50_000;
/** Settings of the gateway that the demo passes on. The demo itself chooses the cluster and the authentication. */
const PASSED_ON =
  /^(?:ALLOWED_|MAX_)|^(?:AUDIT_LOG|CONNECT_BASE_URL|METRICS_PORT|REQUEST_TIMEOUT_SECONDS|SLOW_READER_TIMEOUT_SECONDS)$/u;

const USAGE = `Expected only --workspaces=<0 to ${MAX_WORKSPACES}>. Settings are variables: PORT=4001 npm run demo.`;

/** All settings of the demo, besides those that it passes on. */
const { PORT = '4000', DEMO_CLUSTER_PORT = '0', LISTEN_HOST, LOG_LEVEL = 'warn' } = process.env;

try {
  const demo = await startDemo({
    port: integerOf('PORT', PORT, 65_535),
    clusterPort: integerOf('DEMO_CLUSTER_PORT', DEMO_CLUSTER_PORT, 65_535),
    ...(LISTEN_HOST && { host: LISTEN_HOST }),
    log: pino({ level: LOG_LEVEL }),
    workspaces: workspacesOf(process.argv.slice(2)),
    settings: Object.fromEntries(Object.entries(process.env).filter(([name]) => PASSED_ON.test(name))),
  });
  // A terminal that is closed sends SIGHUP. npm repeats the SIGINT of a terminal, which must not end the process before it has cleaned up.
  const terminated = Promise.withResolvers<void>();
  for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => terminated.resolve());
  const url = demo.url.replace('//0.0.0.0:', '//localhost:'); // the address of a listener on all interfaces
  process.stdout.write(
    [
      `The demo is running: ${new URL('/', url).href}`,
      '',
      `  GraphiQL  ${url}`,
      `  kubectl   export KUBECONFIG=${demo.kubeconfigFile}`,
      '            kubectl get workspaces -A -w',
      '',
      'A simulated cluster and the gateway run in this process. Press Ctrl-C to stop.',
      '',
    ].join('\n'),
  );
  await terminated.promise;
  await demo[Symbol.asyncDispose]();
  process.exit(0);
} catch (error) {
  process.stderr.write(`Cannot start the demo: ${reasonOf(error)}\n`);
  process.exit(1);
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code, port }: NodeJS.ErrnoException & { readonly port?: number } = error;
  if (code?.startsWith('ERR_PARSE_ARGS')) return `${error.message}. ${USAGE}`;
  if (code !== 'EADDRINUSE') return error.message;
  const isOf = (name: string) => process.env[name] === String(port);
  const name = ['DEMO_CLUSTER_PORT', 'METRICS_PORT'].find(isOf) ?? 'PORT';
  return `port ${port} is in use by another process. Set ${name} to another one, such as ${name}=${(port ?? 4_000) + 1} npm run demo.`;
}

/** Returns the number of workspaces that the arguments ask for. 0 for those of the fixtures only. */
function workspacesOf(args: readonly string[]): number {
  const { values } = parseArgs({ args: [...args], options: { workspaces: { type: 'string', default: '0' } } });
  return integerOf('--workspaces', values.workspaces, MAX_WORKSPACES);
}

function integerOf(name: string, text: string, max: number): number {
  const value = Number(text);
  if (/^\d+$/u.test(text) && value <= max) return value;
  throw new TypeError(`${name}: expected an integer from 0 to ${max}, got ${JSON.stringify(text)}.`);
}
