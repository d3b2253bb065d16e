/** Returns a value whose properties are those of another one, at any depth, and a function with the number of reads of them. */
export function countedReads<T extends object>(value: T): readonly [counted: T, reads: () => number] {
  let reads = 0;
  const proxies = new WeakMap<object, object>();
  const counted = <O>(object: O): O => {
    if (typeof object !== 'object' || object === null) return object;
    const known = proxies.get(object);
    if (known) return known as O;
    const proxy = new Proxy(object, {
      get(target, key, receiver) {
        reads += 1;
        return counted(Reflect.get(target, key, receiver));
      },
    });
    proxies.set(object, proxy);
    return proxy;
  };
  return [counted(value), () => reads];
}
