import { LRUCache } from 'lru-cache';

/** Kinds of values that are remembered: the most recent ones. */
const MAX_KINDS = 100;

/** Minimum interval of messages that clients can cause at any rate. */
export const LOG_INTERVAL_MS = 10_000;

interface LogLimitOptions<V> {
  readonly intervalMs: number;
  /** Returns the kind of a value. All values are of one kind by default. */
  readonly kindOf?: (value: V) => string;
  /** Returns monotonic time in milliseconds; `performance.now` by default. */
  readonly now?: () => number;
}

/**
 * Returns a function that calls another one at most once per interval for each kind of value, with the number of calls that it has
 * left out since. For log messages that clients can cause at any rate.
 */
export function atMostEvery<V = unknown>(
  { intervalMs, kindOf = () => '', now = () => performance.now() }: LogLimitOptions<V>,
  act: (value: V, suppressed: number) => void,
): (value: V) => void {
  const kinds = new LRUCache<string, { readonly actedAt: number; suppressed: number }>({ max: MAX_KINDS });
  return (value) => {
    const kind = kindOf(value);
    const last = kinds.get(kind);
    if (last && now() - last.actedAt < intervalMs) {
      last.suppressed += 1;
      return;
    }
    kinds.set(kind, { actedAt: now(), suppressed: 0 });
    act(value, last?.suppressed ?? 0);
  };
}

/** Returns the place in the code that an error is from, with its name. Its message may have a client's words. */
export function originOf(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const { name, message, stack = '' } = error;
  const [, frame = ''] = stack.slice(stack.indexOf(message) + message.length).split('\n', 2);
  return `${name}${frame}`;
}
