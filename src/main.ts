import { once } from 'node:events';
import { isIPv6 } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { pino, type Logger } from 'pino';
import { check, type CheckReport } from './check.ts';
import { commandOf, helpText, UsageError, type Command } from './command-line.ts';
import { inspectConfig, validConfig } from './config.ts';
import { startGateway } from './gateway.ts';
import { KubeconfigError } from './kubernetes/kubeconfig.ts';
import { redactedError, redactedReason } from './kubernetes/redacted.ts';
import { StatusError } from './kubernetes/status-error.ts';
import { LogOutput } from './observability/log-output.ts';
import { ConfigError } from './settings/settings.ts';
import { gatewayVersion } from './version.ts';

const HINT = process.env['KUBERNETES_SERVICE_HOST'] ? '' : '\nTo try the gateway without a cluster, run: npm run demo';
const LISTEN_ERRORS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use by another process',
  EADDRNOTAVAIL: 'no network interface has this address',
  EAFNOSUPPORT: 'the system does not support addresses of this family',
  EACCES: 'the port needs more privileges',
};

/** Time at the end for the log lines that a slow reader has not taken yet. */
const LOG_DRAIN_MS = 1_000;
const STDOUT = 1;

/** Aborts with the name of the signal that asks the process to end. */
const terminated = new AbortController();
// Later signals change nothing: npm and terminals may send several. A terminal that is closed sends SIGHUP.
for (const name of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(name, () => terminated.abort(name));
const { signal } = terminated;

void run();

/** Runs the command of the command line, then ends the process. */
async function run(): Promise<void> {
  try {
    const command = commandOf(process.argv.slice(2));
    process.exit(command === 'serve' ? await serve() : await print(command));
  } catch (error) {
    if (signal.aborted) process.exit(0); // the start was aborted
    process.stderr.write(`Cannot start the gateway. ${reasonOf(error)}\n`);
    process.exit(1);
  }
}

/** Serves until a signal ends it. Returns the exit code. */
async function serve(): Promise<number> {
  const read = inspectConfig(process.env);
  const config = validConfig(read);
  const output = logOutput();
  const log = pino({ level: config.logLevel }, output);
  logWarnings(log);
  for (const warning of read.settings.warnings()) log.warn(warning);
  const gateway = await startGateway(config, log, { signal, lostLogLines: () => output.lost });
  if (!signal.aborted) await once(signal, 'abort');
  log.info({ signal: String(signal.reason) }, 'shutting down');
  if (signal.reason === 'SIGTERM') {
    gateway.announceShutdown();
    await delay(config.shutdownDelaySeconds * 1_000);
  }
  await gateway[Symbol.asyncDispose]();
  log.info('stopped');
  await output.drained(LOG_DRAIN_MS);
  return 0;
}

/** Returns the standard output for log lines. */
function logOutput(): LogOutput {
  const output = new LogOutput(STDOUT, (lost) => pino(output).warn(lost, 'log lines were lost'));
  process.on('exit', () => output.flush()); // after an uncaught error
  return output;
}

/** Logs the warnings of Node. Its own handler writes them to the standard error, whose failure would end the process. */
function logWarnings(log: Logger): void {
  process.removeAllListeners('warning');
  process.on('warning', (warning) => log.warn({ error: redactedError(warning) }, 'warning of Node'));
}

/** Prints the result of a command to the standard output. Returns the exit code. */
async function print(command: Exclude<Command, 'serve'>): Promise<number> {
  const { lines, passed } = await outputOf(command);
  const failure = await new Promise<NodeJS.ErrnoException | null | undefined>((resolve) =>
    process.stdout.on('error', resolve).write(`${lines.join('\n')}\n`, resolve),
  );
  // A reader such as `head` may end before it has read everything.
  if (!failure || failure.code === 'EPIPE') return passed ? 0 : 1;
  process.stderr.write(`Cannot write to the standard output: ${failure.message}\n`);
  return 1;
}

async function outputOf(command: Exclude<Command, 'serve'>): Promise<CheckReport> {
  switch (command) {
    case 'check':
      return check(inspectConfig(process.env), signal);
    case 'help':
      return { lines: [helpText()], passed: true };
    case 'version':
      return { lines: [gatewayVersion()], passed: true };
    default:
      throw new TypeError(`Unknown command ${JSON.stringify(command satisfies never)}`);
  }
}

/** Expected errors are one sentence; unexpected ones have a stack. */
function reasonOf(error: unknown): string {
  if (error instanceof UsageError) return error.message;
  if (error instanceof ConfigError || error instanceof KubeconfigError || error instanceof StatusError)
    return `${error.message}${HINT}`;
  if (isSystemError(error)) {
    const { code = '', address = '', port = '' } = error;
    const listening = LISTEN_ERRORS[code];
    const host = isIPv6(address) ? `[${address}]` : address;
    if (listening !== undefined)
      return `Cannot listen on ${host}:${port}: ${listening}. Set LISTEN_HOST, PORT, METRICS_HOST or METRICS_PORT.`;
  }
  return `${redactedReason(error)}\n${redactedError(error).stack}`;
}

/** Error of a system call. That of a server which cannot listen has its address and port. */
interface SystemError extends NodeJS.ErrnoException {
  readonly address?: string;
  readonly port?: number;
}

function isSystemError(error: unknown): error is SystemError {
  return error instanceof Error && 'code' in error;
}
