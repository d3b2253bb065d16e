/** An item of `metadata.ownerReferences`. */
export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean;
  readonly blockOwnerDeletion?: boolean;
}

/** `metav1.ObjectMeta`. Times are RFC 3339 in UTC. */
export interface ObjectMeta {
  readonly name: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number;
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
}

/** An object of any kind. */
export interface KubernetesObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** Namespace and name, which identify an object of a resource. No namespace for cluster-scoped objects. */
export interface ObjectName {
  readonly namespace?: string | undefined;
  readonly name: string;
}

/** Name of an object of a namespaced kind. */
export interface NamespacedName extends ObjectName {
  readonly namespace: string;
}

/** Returns `namespace/name`, or `name` for a cluster-scoped object: unique among the objects of a resource. */
export function keyOf({ namespace, name }: ObjectName): string {
  return namespace ? `${namespace}/${name}` : name;
}

/**
 * Compares two resourceVersions of one resource: negative if the second is newer, zero if they are equal, positive if the
 * first is newer. They are increasing integers (KEP-5504). Those of other servers are opaque: two different ones have no
 * order, and the result is NaN, for which every comparison with zero is false. Empty is older than any other.
 */
export function compareVersions(a: string, b: string): number {
  if (a === b) return 0;
  if (a === '' || b === '') return a === '' ? -1 : 1;
  if (!isInteger(a) || !isInteger(b)) return Number.NaN;
  return a.length - b.length || (a < b ? -1 : 1);
}

/** Returns the newer of two resourceVersions; of two without an order the first: pass the one that was received later. */
export function newerVersion(version: string, other: string): string {
  return compareVersions(version, other) < 0 ? other : version;
}

/** Returns the older of two resourceVersions; of two without an order the second. */
export function olderVersion(version: string, other: string): string {
  return compareVersions(version, other) < 0 ? version : other;
}

const [ZERO, NINE] = [0x30, 0x39];

/** Returns whether a text consists of digits. Without a regular expression: each change compares several versions. */
function isInteger(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index); // oxlint-disable-line unicorn/prefer-code-point -- digits are single units
    if (code < ZERO || code > NINE) return false;
  }
  return true;
}
