/**
 * Returns a function that calls `load` at its first call and returns the same promise from then on, but calls `load` again
 * after it has failed: a transient failure must not last.
 */
export function lazyValue<T>(load: () => Promise<T>): () => Promise<T> {
  let value: Promise<T> | undefined;
  return () => {
    if (value) return value;
    const loading = load();
    value = loading;
    loading.catch(() => {
      if (value === loading) value = undefined;
    });
    return loading;
  };
}
