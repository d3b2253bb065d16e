/** A value, or a promise of it. Events whose fields are synchronous are evaluated without promises. */
export type MaybePromise<T> = T | Promise<T>;

/** Returns the converted value: at once, or as a promise if the value is one. */
export function chain<T, R>(value: MaybePromise<T>, convert: (value: T) => R): MaybePromise<R> {
  return value instanceof Promise ? value.then(convert) : convert(value);
}
