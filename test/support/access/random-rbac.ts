import type { Manifest } from '../../../dev/simulator/api-object.ts';
import type { SeededRandom } from '../seeded-random.ts';
import type { Subject } from './rbac-model.ts';
import { binding, clusterRole, group, roleIn, user } from './rbac-objects.ts';

const READ = ['get', 'list', 'watch'];
const WRITE = ['create', 'update', 'patch', 'delete', 'deletecollection'];
/** Label of the ClusterRoles that the ClusterRole `aggregated` selects. */
export const AGGREGATE = 'leaks.example.com/aggregate';

const VERBS = [
  READ,
  READ,
  READ,
  READ,
  ['get'],
  ['list'],
  ['list', 'watch'],
  ['get', 'watch'],
  ['*'],
  [...READ, ...WRITE],
  ['create'],
  ['update'],
  ['patch'],
  ['update', 'patch'],
  ['create', 'patch', 'delete'],
  ['delete'],
  ['deletecollection'],
  ['get', 'update', 'patch'],
];
const RESOURCES = [
  ['workspaces'],
  ['workspaces'],
  ['workspaces'],
  ['workspaces', 'workspacekinds'],
  ['workspaces', 'workspaces/status'],
  ['workspacekinds'],
  ['namespaces'],
  ['namespaces', 'pods', 'events', 'persistentvolumeclaims', 'secrets'],
  ['pods', 'events', 'pods/log'],
  ['persistentvolumeclaims', 'secrets', 'storageclasses', 'persistentvolumes'],
  ['workspaces/status'],
  ['*/status'],
  ['*'],
];
const GROUPS = [
  ['kubeflow.org'],
  ['kubeflow.org'],
  ['kubeflow.org', ''],
  ['kubeflow.org', '', 'storage.k8s.io'],
  ['*'],
  [''],
];

/** Names for resourceNames of roles. */
export interface KnownNames {
  readonly namespaces: readonly string[];
  readonly names: readonly string[];
}

/** Generates roles with every feature, bound to users and groups at random. */
export class RbacGenerator {
  readonly #random: SeededRandom;
  readonly #resources: readonly (readonly string[])[];
  #serial = 0;

  /** @param more resources that rules are about in addition to those of all scenarios */
  constructor(random: SeededRandom, more: readonly string[] = []) {
    this.#random = random;
    this.#resources = more.length === 0 ? RESOURCES : [...RESOURCES, more];
  }

  stored({ namespaces, names }: KnownNames, subjects: readonly Subject[]): readonly Manifest[] {
    const clusterRoles = times(10, (index) => this.clusterRole(`role-${index}`, names));
    const aggregated: Manifest = {
      ...clusterRole('aggregated'),
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: { [AGGREGATE]: 'yes' } }] },
    };
    const roles = namespaces.map((namespace) => this.role('local', namespace, names));
    const bound = [...clusterRoles.map(({ metadata }) => metadata.name ?? ''), 'aggregated', 'missing'];
    const bindings = times(namespaces.length * 6, () => this.binding(this.#random.pick(namespaces), bound, subjects));
    return [
      ...clusterRoles,
      aggregated,
      ...roles,
      ...bindings,
      ...times(2, () => this.binding(undefined, bound, subjects)),
    ];
  }

  clusterRole(name: string, names: readonly string[]): Manifest {
    const labels = this.#random.below(4) === 0 ? { [AGGREGATE]: 'yes' } : {};
    return { ...clusterRole(name, ...this.#rules(names)), metadata: { name, labels } };
  }

  role(name: string, namespace: string, names: readonly string[]): Manifest {
    return roleIn(name, namespace, ...this.#rules(names));
  }

  /** Returns a role and binding; cluster-wide if the namespace is undefined. */
  binding(namespace: string | undefined, roles: readonly string[], subjects: readonly Subject[]): Manifest {
    const random = this.#random;
    this.#serial += 1;
    const isLocal = namespace !== undefined && random.below(4) === 0;
    const { name, groups } = random.pick(subjects);
    const [first] = groups;
    const subject = first !== undefined && random.below(3) === 0 ? group(first) : user(name);
    const roleRef = isLocal ? { kind: 'Role', name: 'local' } : { kind: 'ClusterRole', name: random.pick(roles) };
    return binding({ name: `binding-${this.#serial}`, namespace }, roleRef, subject);
  }

  #rules(names: readonly string[]): readonly object[] {
    const random = this.#random;
    return Array.from({ length: 1 + random.below(2) }, () => ({
      verbs: random.pick(VERBS),
      apiGroups: random.pick(GROUPS),
      resources: random.pick(this.#resources),
      ...(random.below(4) === 0 && { resourceNames: [random.pick(names), random.pick(names)] }),
    }));
  }
}

function times<T>(count: number, make: (index: number) => T): readonly T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
