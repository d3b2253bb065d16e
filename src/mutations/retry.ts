import { isConflict, isInvalid, StatusError } from '../kubernetes/status-error.ts';

const MAX_ATTEMPTS = 5;

interface FailedAttempt<P> {
  readonly prepared: P;
  readonly error: unknown;
}

interface ConditionalWrite<P, R> {
  /**
   * Reads and checks the object that the write is based on. Receives the failed attempt if it is not the first. An error
   * that it throws ends the retries, a Conflict too.
   */
  readonly prepare: (failed: FailedAttempt<P> | undefined) => Promise<P>;
  /** Sends a write that fails if the object is no longer the one that was prepared. */
  readonly write: (prepared: P) => Promise<R>;
  /** Whether an error of the write means that the object has changed. Default: a Conflict. */
  readonly isRetryable?: (error: unknown) => boolean;
}

/**
 * Prepares and sends a write with a precondition, again if the object has changed in between: up to 5 times, without delay.
 * A write whose outcome is unknown is not repeated.
 * @throws the error of `prepare`, or the one of the last write
 */
export async function retryOnConflict<P, R>({
  prepare,
  write,
  isRetryable = isConflict,
}: ConditionalWrite<P, R>): Promise<R> {
  let failed: FailedAttempt<P> | undefined;
  for (let attempt = 1; ; attempt += 1) {
    const prepared = await prepare(failed);
    try {
      return await write(prepared);
    } catch (error) {
      if (attempt === MAX_ATTEMPTS || !isRetryable(error)) throw error;
      failed = { prepared, error };
    }
  }
}

/** Whether a `test` operation of a JSON Patch may have failed: the API server reports that as Invalid without causes. */
export function isFailedTest(error: unknown): boolean {
  return isInvalid(error) && error instanceof StatusError && !error.details.causes?.length;
}
