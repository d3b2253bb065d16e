import type { Logger } from 'pino';
import { cut, type OperationRecord } from '../graphql/operation-record.ts';
import { atMostEvery } from '../kubernetes/log-limit.ts';
import { refusalReasons } from './refusal-reason.ts';

/** Interval of the lines about unauthenticated requests with the same status, close code and codes. */
const UNAUTHENTICATED_INTERVAL_MS = 1_000;

/**
 * Returns a function that writes one line for each ended request or operation: all that failed, and a share of those that
 * succeeded. Of those without a viewer it writes one line per second for each status, close code and code, with the number of
 * `suppressed` ones, so that unauthenticated clients cannot fill the log.
 * @param sample share of the successful requests to log, from 0 to 1
 */
export function operationLog(log: Logger, sample: number): (record: OperationRecord) => void {
  let share = 0;
  const writeLimited = atMostEvery<OperationRecord>(
    {
      intervalMs: UNAUTHENTICATED_INTERVAL_MS,
      kindOf: ({ status, closeCode, codes }) => `${status} ${closeCode} ${codes.join()}`,
    },
    (record, suppressed) => write(log, record, suppressed),
  );
  return (record) => {
    if (record.viewer === undefined) return writeLimited(record);
    if (!hasFailed(record)) {
      share += sample;
      if (share < 1) return undefined;
      share -= 1;
    }
    return write(log, record, 0);
  };
}

function hasFailed({ errors, closeCode, status = 0 }: OperationRecord): boolean {
  return errors.length > 0 || closeCode !== undefined || status >= 400;
}

function write(log: Logger, record: OperationRecord, suppressed: number): void {
  const { requestId, transport, viewer, operationName, type, cost, status, closeCode, codes } = record;
  log.info(
    {
      requestId,
      transport,
      viewer: viewer === undefined ? undefined : cut(viewer),
      operation: operationName || undefined,
      type,
      durationMs: Math.round((performance.now() - record.startedAt) * 10) / 10,
      cost: cost || undefined,
      status,
      closeCode,
      outcome: hasFailed(record) ? 'error' : 'ok',
      codes: codes.length > 0 ? codes : undefined,
      reasons: refusalReasons(record.errors),
      suppressed: suppressed || undefined,
    },
    'request',
  );
}
