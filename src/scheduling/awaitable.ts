/**
 * A value, or a promise of it if it has to be waited for. Most requests wait for nothing: without promises, they are answered in a part
 * of the time.
 */
export type Awaitable<T> = T | Promise<T>;

/** Calls a function with a value: at once, or when its promise resolves. Throws, or rejects with, its error. */
export function andThen<T, R>(value: Awaitable<T>, work: (value: T) => Awaitable<R>): Awaitable<R> {
  return value instanceof Promise ? value.then(work) : work(value);
}
