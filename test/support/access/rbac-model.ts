import type { Manifest } from '../../../dev/simulator/api-object.ts';

/** Attributes of a request. A null namespace means cluster-wide; a null name means any. */
export interface RequestAttributes {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly namespace: string | null;
  readonly name: string | null;
}

/** A user with groups, as a subject of RBAC. */
export interface Subject {
  readonly name: string;
  readonly groups: readonly string[];
}

interface Rule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

interface RbacObject {
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly rules?: readonly Rule[];
  readonly aggregationRule?: {
    readonly clusterRoleSelectors: readonly { readonly matchLabels: Readonly<Record<string, string>> }[];
  };
  readonly roleRef?: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string }[];
}

/** A reference implementation of RBAC. */
export class RbacModel {
  readonly #objects: readonly RbacObject[];

  constructor(objects: readonly Manifest[]) {
    this.#objects = objects as unknown as readonly RbacObject[];
  }

  can(subject: Subject, attributes: RequestAttributes): boolean {
    return this.#rulesFor(subject, attributes.namespace).some((rule) => covers(rule, attributes));
  }

  #rulesFor({ name, groups }: Subject, namespace: string | null): readonly Rule[] {
    const isMeant = ({ subjects = [] }: RbacObject) =>
      subjects.some((each) => (each.kind === 'User' ? each.name === name : groups.includes(each.name)));
    const bindings = this.#objects.filter(
      ({ kind, metadata }) =>
        kind === 'ClusterRoleBinding' ||
        (kind === 'RoleBinding' && namespace !== null && metadata.namespace === namespace),
    );
    return bindings.filter(isMeant).flatMap((binding) => this.#rulesOf(binding));
  }

  #rulesOf({ roleRef, metadata }: RbacObject): readonly Rule[] {
    const role = this.#objects.find(
      (each) =>
        each.kind === roleRef?.kind &&
        each.metadata.name === roleRef.name &&
        (each.kind === 'ClusterRole' || each.metadata.namespace === metadata.namespace),
    );
    return role ? this.#allRules(role, new Set()) : [];
  }

  #allRules(role: RbacObject, seen: Set<string>): readonly Rule[] {
    if (!role.aggregationRule) return role.rules ?? [];
    if (seen.has(role.metadata.name)) return [];
    seen.add(role.metadata.name);
    const selected = this.#objects.filter(
      (each) =>
        each.kind === 'ClusterRole' &&
        role.aggregationRule?.clusterRoleSelectors.some(({ matchLabels }) =>
          Object.entries(matchLabels).every(([key, value]) => each.metadata.labels?.[key] === value),
        ),
    );
    return selected.flatMap((each) => this.#allRules(each, seen));
  }
}

function covers(
  { verbs = [], apiGroups = [], resources = [], resourceNames = [] }: Rule,
  attributes: RequestAttributes,
): boolean {
  const { resource, subresource, name } = attributes;
  const patterns = subresource ? [`${resource}/${subresource}`, `*/${subresource}`] : [resource];
  const isNamed = resourceNames.length === 0 || (name !== null && resourceNames.includes(name));
  return (
    has(verbs, attributes.verb) &&
    has(apiGroups, attributes.group) &&
    isNamed &&
    patterns.some((each) => has(resources, each))
  );
}

function has(values: readonly string[], value: string): boolean {
  return values.includes('*') || values.includes(value);
}
