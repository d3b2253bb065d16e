import type { KubernetesObject } from '../kubernetes/object.ts';
import { partOf } from '../kubernetes/part.ts';
import type { Resource } from '../kubernetes/resource.ts';

/** Namespaces, or for a resource without namespaces names of objects. */
export type Extent = 'all' | ReadonlySet<string>;

/** What a viewer sees of one resource. */
export interface View {
  /** Where objects are seen as they are. */
  readonly whole: Extent;
  /** Where, beyond that, a part of them is seen: what the resource's `glimpse` leaves. */
  readonly part: Extent;
}

export const NOTHING: Extent = new Set<string>();

export function extentOf(names: readonly string[]): Extent {
  return names.length === 0 ? NOTHING : new Set(names);
}

export function isIn(extent: Extent, key: string): boolean {
  return extent === 'all' || extent.has(key);
}

export function isEmpty({ whole, part }: View): boolean {
  return whole !== 'all' && part !== 'all' && whole.size + part.size === 0;
}

/** An object as a view shows it; undefined where it does not. */
export function seenIn<T extends KubernetesObject>(view: View, resource: Resource<T>, object: T): T | undefined {
  const { namespace = '', name } = object.metadata;
  const key = resource.namespaced ? namespace : name;
  if (isIn(view.whole, key)) return object;
  return resource.glimpse && isIn(view.part, key) ? partOf(object, resource.glimpse.cut) : undefined;
}

/** Equal for equal views. */
export function signatureOf({ whole, part }: View): readonly [whole: string | string[], part: string | string[]] {
  return [namesOf(whole), namesOf(part)];
}

function namesOf(extent: Extent): string | string[] {
  return extent === 'all' ? extent : [...extent].sort();
}
