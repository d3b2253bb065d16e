import type { KubernetesObject } from '../kubernetes/object.ts';
import { redacted as redactedObject } from './redaction.ts';
import type { Resource } from '../kubernetes/resource.ts';

/** Namespaces, or for a resource without namespaces names of objects. */
export type Scope = 'all' | ReadonlySet<string>;

/** What a viewer sees of one resource. */
export interface VisibilityScope {
  /** Where objects are seen as they are. */
  readonly full: Scope;
  /** Where, beyond that, a part of them is seen: what the resource's `glimpse` leaves. */
  readonly redacted: Scope;
}

export const EMPTY_SCOPE: Scope = new Set<string>();

export function scopeOf(names: readonly string[]): Scope {
  return names.length === 0 ? EMPTY_SCOPE : new Set(names);
}

export function isInScope(extent: Scope, key: string): boolean {
  return extent === 'all' || extent.has(key);
}

export function seesNothing({ full, redacted }: VisibilityScope): boolean {
  return full !== 'all' && redacted !== 'all' && full.size + redacted.size === 0;
}

/** An object as a view shows it; undefined where it does not. */
export function visibleObject<T extends KubernetesObject>(
  view: VisibilityScope,
  resource: Resource<T>,
  object: T,
): T | undefined {
  const { namespace = '', name } = object.metadata;
  const key = resource.namespaced ? namespace : name;
  if (isInScope(view.full, key)) return object;
  return resource.access.redacted && isInScope(view.redacted, key)
    ? redactedObject(object, resource.access.redacted.redact)
    : undefined;
}

/** Equal for equal views. */
export function scopeSignature({
  full,
  redacted,
}: VisibilityScope): readonly [whole: string | string[], part: string | string[]] {
  return [namesOf(full), namesOf(redacted)];
}

function namesOf(extent: Scope): string | string[] {
  return extent === 'all' ? extent : [...extent].sort();
}
