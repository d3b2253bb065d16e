import type { KubernetesObject } from '../kubernetes/object.ts';

const ORIGINAL = Symbol('object that this one is redacted from');

/** Object that may be redacted. The symbol is enumerable, so a copy of a redacted object is redacted too. */
interface Redactable {
  readonly [ORIGINAL]?: KubernetesObject;
}

const redactedObjects = new WeakMap<KubernetesObject, KubernetesObject>();

/** Returns the redacted form of an object, marked as such. Equal arguments get the same result while it is referenced. */
export function redacted<T extends KubernetesObject>(object: T, redact: (object: T) => T): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- each value was made from its own key below
  let result = redactedObjects.get(object) as T | undefined;
  if (!result) {
    result = { ...redact(object), [ORIGINAL]: object };
    redactedObjects.set(object, result);
  }
  return result;
}

/** Returns whether an object lacks the fields that the viewer has no permission to read. */
export function isRedacted(object: KubernetesObject & Redactable): boolean {
  return object[ORIGINAL] !== undefined;
}

/** Returns the full object, for decisions of the gateway only. Nothing of it may reach the viewer. */
export function unredacted<T extends KubernetesObject>(object: T & Redactable): T {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as above
  return (object[ORIGINAL] ?? object) as T;
}
