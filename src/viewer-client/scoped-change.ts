import { isSameRedacted, visibleObject, type VisibilityScope } from '../auth/visibility-scope.ts';
import type { NetChange } from '../cache/change-log.ts';
import type { Change } from '../cache/store-events.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { dependencyKeysOf } from './dependency-keys.ts';

/** Change of an object, as far as it is visible. */
export interface ScopedChange<T> {
  /** State before the change. Undefined if the object was created. */
  readonly before: T | undefined;
  /** Undefined if the object was deleted. */
  readonly after: T | undefined;
  /** Last state of the object, also if it was deleted. */
  readonly last: T;
  /** Keys of every read whose result the change may alter. */
  readonly dependencyKeys: ReadonlySet<string>;
}

/** Returns the keys of every read whose result a change may alter. */
export function changeKeysOf<T extends KubernetesObject>(
  resource: Resource<T>,
  change: Change<T>,
): ReadonlySet<string> {
  return unscopedChangeOf(resource, change).dependencyKeys;
}

/** A change without regard to a scope. */
class UnscopedChange<T extends KubernetesObject> implements ScopedChange<T> {
  readonly change: Change<T>;
  readonly before: T | undefined;
  readonly after: T | undefined;
  readonly last: T;
  readonly #resource: Resource<T>;
  #dependencyKeys: ReadonlySet<string> | undefined;

  constructor(resource: Resource<T>, change: Change<T>) {
    this.change = change;
    this.before = change.type === 'added' ? undefined : change.previous;
    this.after = change.type === 'deleted' ? undefined : change.object;
    this.last = change.object;
    this.#resource = resource;
  }

  /** Derived when it is first read: most changes concern no related object. */
  get dependencyKeys(): ReadonlySet<string> {
    this.#dependencyKeys ??= this.#deriveKeys();
    return this.#dependencyKeys;
  }

  #deriveKeys(): ReadonlySet<string> {
    return new Set(
      [this.before, this.after].flatMap((object) => (object ? dependencyKeysOf(this.#resource, object) : [])),
    );
  }
}

let lastChange: UnscopedChange<KubernetesObject> | undefined;

/** All handlers of a change share the result: they receive it before the next one. */
function unscopedChangeOf<T extends KubernetesObject>(resource: Resource<T>, change: Change<T>): UnscopedChange<T> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a change belongs to one resource
  if (lastChange?.change === change) return lastChange as UnscopedChange<T>;
  const unscoped = new UnscopedChange(resource, change);
  lastChange = unscoped;
  return unscoped;
}

/** Returns what is visible of a change; undefined if nothing is. */
export function scopedChangeOf<T extends KubernetesObject>(
  scope: VisibilityScope,
  resource: Resource<T>,
  change: Change<T>,
): ScopedChange<T> | undefined {
  const unscoped = unscopedChangeOf(resource, change);
  if (scope.full === 'all') return unscoped;
  const last = visibleObject(scope, resource, unscoped.last);
  if (last === undefined) return undefined;
  if (last === unscoped.last) return unscoped;
  const { before, after, dependencyKeys } = unscoped;
  return {
    before: before && visibleObject(scope, resource, before),
    after: after && visibleObject(scope, resource, after),
    last,
    dependencyKeys,
  };
}

/** Returns what is visible of a net change; undefined if nothing is, or nothing that is visible has changed. */
export function scopedNetChangeOf<T extends KubernetesObject>(
  scope: VisibilityScope,
  resource: Resource<T>,
  change: NetChange<T>,
): NetChange<T> | undefined {
  const last = visibleObject(scope, resource, change.last);
  if (last === undefined) return undefined;
  const before = change.before && visibleObject(scope, resource, change.before);
  const after = change.after && visibleObject(scope, resource, change.after);
  // A change that the viewer does not see must have no event: it would disclose that there was one.
  if (before && after && isSameRedacted(resource, before, after)) return undefined;
  return { before, after, last };
}
