import { once } from 'node:events';
import { pino } from 'pino';
import { ConfigError, readConfig } from './config.ts';
import { startGateway } from './gateway.ts';
import { redactedError, redactedReason } from './kubernetes/redacted.ts';
import { isUnreachable } from './kubernetes/status-error.ts';

const HINT = 'To try the gateway without a cluster, run: npm run demo';

try {
  const config = readConfig(process.env);
  const log = pino({ level: config.logLevel });
  const gateway = await startGateway(config, log);
  const [signal] = await Promise.race([once(process, 'SIGTERM'), once(process, 'SIGINT')]);
  log.info({ signal }, 'shutting down');
  await gateway[Symbol.asyncDispose]();
  log.info('stopped');
  process.exit(0);
} catch (error) {
  process.stderr.write(`Cannot start the gateway. ${reasonOf(error)}\n`);
  process.exit(1);
}

/** Configuration errors and an unreachable API server need no stack; unexpected errors do. */
function reasonOf(error: unknown): string {
  if (error instanceof Error && (error instanceof ConfigError || isUnreachable(error)))
    return `${error.message}\n${HINT}`;
  return `${redactedReason(error)}\n${redactedError(error).stack}`;
}
