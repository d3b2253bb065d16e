import type { Logger } from 'pino';
import type { Config } from './config.ts';
import type { ObjectWrite, OperationRecord } from './graphql/operation-record.ts';
import type { ApiRequestOutcome } from './kubernetes/api-connection.ts';
import { ApiRequestMetrics } from './observability/api-metrics.ts';
import { auditLog, objectAuditLog } from './observability/audit-log.ts';
import type { LostLines } from './observability/log-output.ts';
import type { MetricsSource } from './observability/metrics.ts';
import { startMetricsServer, type MetricsServer } from './observability/metrics-server.ts';
import { operationLog } from './observability/operation-log.ts';
import { OperationMetrics } from './observability/operation-metrics.ts';
import type { Tracing } from './observability/traces.ts';
import { atMostEvery } from './kubernetes/log-limit.ts';
import { redactedError } from './kubernetes/redacted.ts';
import { withoutUserInfo } from './kubernetes/url.ts';

interface ObserverOptions {
  /** Names of operations that the metrics count on their own. */
  readonly operationNames: readonly string[];
  readonly version: string;
  readonly log: Logger;
  readonly lostLogLines: () => LostLines;
  readonly onError: (error: unknown) => void;
}

type OwnStatistics = Pick<MetricsSource, 'version' | 'operations' | 'apiRequests' | 'lostLogLines'>;
type Statistics = Omit<MetricsSource, keyof OwnStatistics>;

const EXPORT_LOG_INTERVAL_MS = 60_000;

/** Observers of operations and of requests to the API server: the logs and, if they are enabled, the metrics and traces. */
export class Observers implements AsyncDisposable {
  readonly #config: Config;
  #server: MetricsServer | undefined;
  readonly #onError: ObserverOptions['onError'];
  readonly #metrics: OwnStatistics | undefined;
  readonly #onOperation: readonly ((record: OperationRecord) => void)[];
  /** Called after each request to the API server. */
  readonly onApiRequest: ((outcome: ApiRequestOutcome) => void) | undefined;

  /** Called when the write of one of the objects that a mutation writes has ended. */
  readonly onObjectWrite: (write: ObjectWrite) => void;
  /** The traces; undefined if there are none. */
  readonly tracing: Tracing | undefined;

  /** The libraries of traces are loaded only if they are sent. */
  static async create(config: Config, options: ObserverOptions): Promise<Observers> {
    const { otlpEndpoint: endpoint, otlpHeaders: headers, traceSample: sample } = config;
    if (endpoint === '') return new Observers(config, undefined, options);
    const { Tracing: OtlpTracing } = await import('./observability/traces.ts');
    const reportFailure = atMostEvery({ intervalMs: EXPORT_LOG_INTERVAL_MS }, (error, suppressed) =>
      options.log.warn(
        { endpoint: withoutUserInfo(endpoint), error: redactedError(error), suppressed },
        'cannot send traces',
      ),
    );
    const { version } = options;
    const tracing = new OtlpTracing({ endpoint, headers, sample, version, onFailure: reportFailure });
    return new Observers(config, tracing, options);
  }

  private constructor(
    config: Config,
    tracing: Tracing | undefined,
    { operationNames, version, log, lostLogLines, onError }: ObserverOptions,
  ) {
    this.tracing = tracing;
    const metrics =
      config.metricsPort === undefined
        ? undefined
        : {
            version,
            operations: new OperationMetrics(operationNames),
            apiRequests: new ApiRequestMetrics(),
            lostLogLines,
          };
    this.#config = config;
    this.#onError = onError;
    this.#metrics = metrics;
    const audit = config.auditLog ? log.child({}, { level: 'info' }) : undefined; // whatever LOG_LEVEL is
    this.onObjectWrite = audit ? objectAuditLog(audit) : () => undefined;
    this.#onOperation = [
      ...(audit ? [auditLog(audit)] : []),
      ...(log.isLevelEnabled('info') ? [operationLog(log, config.logSample)] : []),
      ...(metrics ? [(record: OperationRecord) => metrics.operations.record(record)] : []),
      ...(tracing ? [tracing.end] : []),
    ];
    this.onApiRequest = metrics && ((outcome) => metrics.apiRequests.record(outcome));
  }

  /** To be called with each request, or operation of a WebSocket, when it has ended. */
  readonly onOperation = (record: OperationRecord): void => {
    for (const observe of this.#onOperation) observe(record);
  };

  /**
   * Starts to serve the metrics, and returns their URL; undefined if there are none. Their library is loaded only then.
   * @throws {Error} if the port is in use
   */
  async serveMetrics(statistics: Statistics): Promise<string | undefined> {
    const { metricsPort: port, metricsHost: host } = this.#config;
    if (!this.#metrics || port === undefined) return undefined;
    const { createMetrics } = await import('./observability/metrics.ts');
    const collect = createMetrics({ ...this.#metrics, ...statistics });
    this.#server = await startMetricsServer({ host, port, collect, onError: this.#onError });
    return this.#server.url;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.[Symbol.asyncDispose]();
    await this.tracing?.[Symbol.asyncDispose]();
  }
}
