import type { VisibilityScope } from '../auth/visibility-scope.ts';
import type { HandledObjects } from '../cache/event-handlers.ts';
import type { StoreEventHandler } from '../cache/store-events.ts';
import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import type { FieldCondition } from '../kubernetes/object-filter.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { scopedChangeOf, type ScopedChange } from './scoped-change.ts';

/** Methods are called synchronously, in the order of the changes, and must not throw. */
export interface ChangeHandler<T> {
  changed(change: ScopedChange<T>): void;
  /** The store was replaced: earlier changes do not lead to its present state. */
  reset(): void;
  /** The resource is no longer served. No call follows. */
  failed(error: Error): void;
}

/** Objects whose changes a handler receives, among the visible ones. */
export interface HandledSelection<T> {
  readonly name?: ObjectName | undefined;
  /** The handler may miss changes of objects that do not meet all conditions, neither before the change nor after it. */
  readonly conditions?: readonly FieldCondition<T>[] | undefined;
}

/** Returns a handler for the events of a store that receives what is visible of each change. */
export function storeHandlerOf<T extends KubernetesObject>(
  scope: VisibilityScope,
  resource: Resource<T>,
  handler: ChangeHandler<T>,
): StoreEventHandler<T> {
  return {
    changed: (change) => {
      const scoped = scopedChangeOf(scope, resource, change);
      if (scoped) handler.changed(scoped);
    },
    reset: () => handler.reset(),
    failed: (error) => handler.failed(error),
  };
}

/** Beyond it, a handler receives the changes of all namespaces. */
const MAX_HANDLED_NAMESPACES = 100;

/** Returns the objects of a store whose changes a handler may receive: those that can be visible, and selected. */
export function handledObjectsOf<T extends KubernetesObject>(
  scope: VisibilityScope,
  { namespaced }: Resource<T>,
  { name, conditions }: HandledSelection<T>,
): HandledObjects<T> {
  if (name) return { name };
  const { redacted } = scope;
  // Conditions are on the visible form of an object, and so on another one than the stored, if that is redacted.
  const areStored = redacted !== 'all' && redacted.size === 0;
  return {
    namespaces: namespaced ? handledNamespacesOf(scope) : undefined,
    conditions: areStored ? conditions : undefined,
  };
}

/** Returns the namespaces of all visible objects. Undefined if they are not known, or too many to list them. */
function handledNamespacesOf({ full, redacted }: VisibilityScope): ReadonlySet<string> | undefined {
  if (full === 'all' || redacted === 'all' || full.size + redacted.size > MAX_HANDLED_NAMESPACES) return undefined;
  return redacted.size === 0 ? full : new Set([...full, ...redacted]);
}
