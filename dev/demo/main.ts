import { once } from 'node:events';
import { pino } from 'pino';
import { startDemo } from './demo.ts';

/** All settings of the demo. */
const { PORT = '4000', DEMO_CLUSTER_PORT = '0', HOST, LOG_LEVEL = 'warn' } = process.env;

try {
  const demo = await startDemo({
    port: portOf('PORT', PORT),
    clusterPort: portOf('DEMO_CLUSTER_PORT', DEMO_CLUSTER_PORT),
    ...(HOST && { host: HOST }),
    log: pino({ level: LOG_LEVEL }),
  });
  process.stdout.write(
    [
      'The demo is running: a simulated cluster and the gateway, in this process.',
      '',
      `  GraphiQL  ${demo.url}`,
      `  kubectl   export KUBECONFIG=${demo.kubeconfigFile}`,
      '            kubectl get workspaces -A -w',
      '',
      'Press Ctrl-C to stop.',
      '',
    ].join('\n'),
  );
  await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  await demo[Symbol.asyncDispose]();
  process.exit(0);
} catch (error) {
  process.stderr.write(`Cannot start the demo: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exit(1);
}

function portOf(name: string, text: string): number {
  const port = Number(text);
  if (/^\d+$/u.test(text) && port <= 65_535) return port;
  throw new TypeError(`${name}: expected a port number from 0 to 65535, got ${JSON.stringify(text)}.`);
}
