import { hash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { isRedacted, redacted as redactedForm, unredacted } from './redaction.ts';

/** Whether objects are only read, or watched too: that takes the verb `watch` as well. */
export type AccessMode = 'read' | 'watch';

/** Namespaces; of a resource without namespaces, names of objects. */
export type Scope = 'all' | ReadonlySet<string>;

/** Objects of one resource that are visible to a viewer. */
export interface VisibilityScope {
  /** Objects with all their fields. */
  readonly full: Scope;
  /** Further objects in their redacted form. */
  readonly redacted: Scope;
}

/** Decisions about all namespaces, by the question that was asked about each: at most four for a resource. */
export type NamespaceDecisions = ReadonlyMap<string, ReadonlyMap<string, boolean>>;

export const EMPTY_SCOPE: Scope = new Set<string>();

export function scopeOf(names: readonly string[]): Scope {
  return names.length === 0 ? EMPTY_SCOPE : new Set(names);
}

/** Returns what is in all of the scopes. */
export function intersectionOf(scopes: readonly Scope[]): Scope {
  return scopes.reduce((one, other) => {
    if (one === 'all') return other;
    return other === 'all' ? one : scopeOf([...one].filter((name) => other.has(name)));
  }, 'all');
}

/** Returns what is in any of the scopes. */
export function unionOf(scopes: readonly Scope[]): Scope {
  return scopes.reduce((one, other) => {
    if (one === 'all' || other === 'all') return 'all';
    return scopeOf([...one, ...other]);
  }, EMPTY_SCOPE);
}

/** Returns the only name in a scope; undefined if it has none, several or all. */
export function onlyNameIn(scope: Scope): string | undefined {
  return scope !== 'all' && scope.size === 1 ? scope.values().next().value : undefined;
}

/** Returns whether no object can be visible, whatever exists. */
export function seesNothing({ full, redacted }: VisibilityScope): boolean {
  return full !== 'all' && redacted !== 'all' && full.size + redacted.size === 0;
}

/** Returns an object in its full or redacted form; undefined if it is not visible. */
export function visibleObject<T extends KubernetesObject>(
  scope: VisibilityScope,
  resource: Resource<T>,
  object: T,
): T | undefined {
  const { namespace = '', name } = object.metadata;
  const key = resource.namespaced ? namespace : name;
  if (contains(scope.full, key)) return object;
  const rule = resource.access.redacted;
  return rule && contains(scope.redacted, key) ? redactedForm(object, rule.redact) : undefined;
}

/** Returns whether viewers of the redacted form get the same of two states of an object, which are redacted. */
export function isSameRedacted<T extends KubernetesObject>(
  { access: { redacted: rule } }: Resource<T>,
  one: T,
  other: T,
): boolean {
  if (!rule || !isRedacted(one) || !isRedacted(other)) return false;
  const partsOf = (object: T) => {
    const { metadata, ...shown } = rule.redact(unredacted(object));
    return [shown, { ...metadata, resourceVersion: '' }, rule.derivedFrom?.(unredacted(object))];
  };
  return isDeepStrictEqual(partsOf(one), partsOf(other));
}

/** Signatures of scopes: a scope is used by many operations. Entries end with their scopes. */
const signatures = new WeakMap<VisibilityScope, string>();

/** Returns a text that is equal for equal scopes only. */
export function scopeSignature(scope: VisibilityScope): string {
  let signature = signatures.get(scope);
  if (signature === undefined) {
    signature = JSON.stringify([namesOf(scope.full), namesOf(scope.redacted)]);
    signatures.set(scope, signature);
  }
  return signature;
}

const digests = new WeakMap<VisibilityScope, string>();

/** Returns the SHA-256 digest of the {@link scopeSignature}. */
export function scopeDigest(scope: VisibilityScope): string {
  let digest = digests.get(scope);
  if (digest === undefined) {
    digest = hash('sha256', scopeSignature(scope), 'base64url');
    digests.set(scope, digest);
  }
  return digest;
}

/** Returns the part of a scope that concerns one namespace. */
export function scopeInNamespace({ full, redacted }: VisibilityScope, namespace: string): VisibilityScope {
  const only = (scope: Scope) => (contains(scope, namespace) ? new Set([namespace]) : EMPTY_SCOPE);
  return { full: only(full), redacted: only(redacted) };
}

function contains(scope: Scope, key: string): boolean {
  return scope === 'all' || scope.has(key);
}

function namesOf(scope: Scope): string | string[] {
  return scope === 'all' ? scope : [...scope].sort();
}
