import type { ResourceAttributes } from '../resource-attributes.ts';
import { coversAction, type Action, type PolicyRule } from './policy-rules.ts';

/** Rules that one binding grants to its subjects. */
export interface Grant {
  /** Null for a ClusterRoleBinding. */
  readonly namespace: string | null;
  readonly rules: readonly PolicyRule[];
}

/**
 * Targets for which RBAC could allow an action: everything that it allows is among them. `all` stands for every namespace
 * and name.
 */
export type Candidates =
  | 'all'
  | {
      /** Namespaces in which every name is a candidate. */
      readonly namespaces: ReadonlySet<string>;
      /** Names that are candidates in every namespace, and of resources without namespaces. */
      readonly names: ReadonlySet<string>;
      /** Names that are candidates in one namespace, by namespace. */
      readonly namesIn: ReadonlyMap<string, ReadonlySet<string>>;
    };

/** Returns the candidates of the subject of some grants. */
export function candidatesFor(grants: Iterable<Grant>, action: Action): Candidates {
  const namespaces = new Set<string>();
  const names = new Set<string>();
  const namesIn = new Map<string, Set<string>>();
  for (const { namespace, rules } of grants) {
    for (const rule of rules) {
      if (!coversAction(rule, action)) continue;
      const { resourceNames } = rule;
      if (resourceNames.length === 0) {
        if (namespace === null) return 'all';
        namespaces.add(namespace);
      } else {
        const named = namespace === null ? names : (namesIn.get(namespace) ?? new Set());
        if (namespace !== null) namesIn.set(namespace, named);
        for (const name of resourceNames) named.add(name);
      }
    }
  }
  return { namespaces, names, namesIn };
}

/** Returns whether a target is a candidate. A null namespace or name stands for all of them. */
export function isCandidate(
  candidates: Candidates,
  { namespace, name }: Pick<ResourceAttributes, 'namespace' | 'name'>,
): boolean {
  if (candidates === 'all') return true;
  if (namespace !== null && candidates.namespaces.has(namespace)) return true;
  if (name === null) return false;
  return candidates.names.has(name) || (namespace !== null && (candidates.namesIn.get(namespace)?.has(name) ?? false));
}
