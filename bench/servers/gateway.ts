import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { kubeconfigArgument, handleBenchRequests } from './measured-server.ts';

/** The gateway with its default configuration. The second argument is the execution mode. */
const [, , , execution = 'compiled'] = process.argv;
const gateway = await startGateway(
  {
    ...readConfig({ KUBECONFIG: '/dev/null', PORT: '0', METRICS_PORT: 'off', EXECUTION: execution }),
    connection: { type: 'text', text: kubeconfigArgument() },
  },
  pino({ level: 'warn' }),
);
await gateway.ready;
handleBenchRequests({ url: gateway.url, subscribers: () => gateway.statistics().live.subscribers });
