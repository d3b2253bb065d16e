interface TimeLimit {
  readonly timeoutMs: number;
  /** Aborts the work, too. */
  readonly signal: AbortSignal;
  /** Returns the error of work that has taken too long. */
  readonly onTimeout: () => Error;
}

/**
 * Returns the result of work that gets a signal, which aborts after a time. Rejects with the error of `onTimeout` if the work
 * fails after that. The timer ends with the work: an `AbortSignal.timeout` would stay until it fires, for each request. Likewise
 * the listener: an `AbortSignal.any` costs several times as much.
 */
export async function withTimeLimit<R>(
  { timeoutMs, signal, onTimeout }: TimeLimit,
  work: (signal: AbortSignal) => Promise<R>,
): Promise<R> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  const abort = () => limit.abort(signal.reason);
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
  try {
    return await work(limit.signal);
  } catch (error) {
    throw limit.signal.aborted && !signal.aborted ? onTimeout() : error;
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', abort);
  }
}
