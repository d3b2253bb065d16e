import { pino } from 'pino';
import { readConfig } from '../../src/config.ts';
import { startGateway } from '../../src/gateway.ts';
import { kubeconfigGiven, present } from './server.ts';

/** The gateway as it is delivered, with its default settings. */
const gateway = await startGateway(
  {
    ...readConfig({ KUBECONFIG: '/dev/null', PORT: '0' }),
    connection: { type: 'text', text: kubeconfigGiven() },
  },
  pino({ level: 'warn' }),
);
await gateway.ready;
present({ url: gateway.url, readers: () => gateway.statistics().live.readers });
