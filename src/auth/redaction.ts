import type { KubernetesObject } from '../kubernetes/object.ts';

const WHOLE = Symbol('the object of which this is a part');

/** An object of which a viewer sees only a part. A copy of it is a part too. */
interface Part {
  readonly [WHOLE]?: KubernetesObject;
}

const parts = new WeakMap<KubernetesObject, KubernetesObject>();

/** What `cut` leaves of an object, for who may not read the whole. The same part each time. */
export function redacted<T extends KubernetesObject>(whole: T, cut: (whole: T) => T): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- parts are made here, each from its own whole
  let part = parts.get(whole) as T | undefined;
  if (!part) {
    part = { ...cut(whole), [WHOLE]: whole };
    parts.set(whole, part);
  }
  return part;
}

/** Whether the viewer may read only a part of the object. */
export function isRedacted(object: KubernetesObject & Part): boolean {
  return object[WHOLE] !== undefined;
}

/** The whole object, for decisions that are ours, such as applying a rule: nothing else of it may be told. */
export function unredacted<T extends KubernetesObject>(object: T & Part): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  return (object[WHOLE] ?? object) as T;
}
