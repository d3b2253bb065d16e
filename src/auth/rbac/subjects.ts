import type { Viewer } from '../viewer.ts';

const SERVICE_ACCOUNT = /^system:serviceaccount:(?<namespace>[^:]+):[^:]+$/u;

/** Subject of a binding, as the API server stores it. */
export interface Subject {
  readonly kind: string;
  readonly name: string;
  /** Namespace of a service account. */
  readonly namespace: string;
}

/** Returns the index key of a subject. A service account has the key of its user name. */
export function subjectKey({ kind, name, namespace }: Subject): string {
  if (kind === 'ServiceAccount') return `User system:serviceaccount:${namespace}:${name}`;
  return `${kind} ${name}`;
}

/**
 * Returns the index keys of all subjects that can stand for a viewer: the user, the groups, and those that the API server
 * adds to them. A key too many costs an access review, a missing one would hide what the viewer may see.
 */
export function subjectKeysOf({ name, groups }: Pick<Viewer, 'name' | 'groups'>): readonly string[] {
  const implied = name === 'system:anonymous' ? 'system:unauthenticated' : 'system:authenticated';
  const { namespace } = SERVICE_ACCOUNT.exec(name)?.groups ?? {};
  const ofServiceAccount =
    namespace === undefined ? [] : ['system:serviceaccounts', `system:serviceaccounts:${namespace}`];
  const all = new Set([...groups, implied, ...ofServiceAccount]);
  return [`User ${name}`, ...Array.from(all, (group) => `Group ${group}`)];
}
