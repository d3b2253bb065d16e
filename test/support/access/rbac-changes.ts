import { RBAC_GROUP } from '../../../dev/simulator/access/rbac-objects.ts';
import type { Manifest } from '../../../dev/simulator/api-object.ts';
import type { ResourceAttributes } from '../../../src/auth/resource-attributes.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { RbacGenerator } from './random-rbac.ts';

/** A user with the groups that the API server adds to those of its token. */
export interface RbacUser {
  readonly name: string;
  readonly groups: readonly string[];
}

const builder = 'system:serviceaccount:team-a:builder';

/** Subjects of the bindings. */
export const USERS: readonly RbacUser[] = [
  { name: 'ann', groups: ['team-1', 'system:authenticated'] },
  { name: 'bob', groups: ['system:authenticated'] },
  { name: builder, groups: ['system:serviceaccounts', 'system:serviceaccounts:team-a', 'system:authenticated'] },
  { name: 'system:anonymous', groups: ['system:unauthenticated'] },
];

export const NAMESPACES = ['team-a', 'team-b', 'team-c'];
export const NAMES = ['nb-1', 'nb-2', 'team-a'];
const SUBJECTS = [
  { kind: 'User', name: 'ann' },
  { kind: 'User', name: 'bob' },
  { kind: 'User', name: builder },
  { kind: 'User', name: 'stranger' },
  { kind: 'ServiceAccount', name: 'builder', namespace: 'team-a' },
  { kind: 'ServiceAccount', name: 'builder', namespace: 'team-b' },
  ...['team-1', 'team-2', 'system:authenticated', 'system:unauthenticated'].map(groupOf),
  ...['system:serviceaccounts', 'system:serviceaccounts:team-a', 'system:serviceaccounts:team-b'].map(groupOf),
];
const RESOURCES = [
  { group: 'kubeflow.org', resource: 'workspaces' },
  { group: 'kubeflow.org', resource: 'workspaces', subresource: 'status' },
  { group: 'kubeflow.org', resource: 'workspacekinds' },
  { group: '', resource: 'pods', subresource: 'log' },
  { group: '', resource: 'namespaces' },
];

function groupOf(name: string) {
  return { kind: 'Group', name };
}

interface RbacStorage {
  apply(manifest: Manifest): void;
  delete(manifest: Manifest): void;
}

/** Change of one RBAC object. */
export interface RbacChange {
  /** Whether the object is deleted, instead of created or replaced. */
  readonly deleted: boolean;
  readonly object: Manifest;
}

/** Changes RBAC objects at random: creates, replaces and deletes roles and bindings in any order. */
export class RbacChanges {
  readonly requests: readonly ResourceAttributes[];
  readonly #random: SeededRandom;
  readonly #generator: RbacGenerator;
  readonly #stored = new Map<string, Manifest>();

  constructor(random: SeededRandom) {
    this.#random = random;
    this.#generator = new RbacGenerator(random);
    this.requests = ['get', 'list', 'update'].flatMap((verb) =>
      RESOURCES.flatMap((resource) =>
        [null, ...NAMESPACES].flatMap((namespace) =>
          [null, ...NAMES].map((name) => ({ verb, ...resource, namespace, name })),
        ),
      ),
    );
  }

  initial(): readonly Manifest[] {
    const subjects = [{ name: 'ann', groups: ['team-1'] }];
    const objects = this.#generator.stored({ namespaces: NAMESPACES, names: NAMES }, subjects);
    for (const object of objects) this.#stored.set(keyOf(object), object);
    return objects;
  }

  /** Changes one object of a storage, and returns a description of the change. */
  act(storage: RbacStorage): string {
    const { deleted, object } = this.next();
    if (deleted) storage.delete(object);
    else storage.apply(object);
    return deleted ? `delete ${keyOf(object)}` : `put ${JSON.stringify(object)}`;
  }

  /** Returns the next change: an object to delete, or to create or replace. */
  next(): RbacChange {
    const random = this.#random;
    const stored = [...this.#stored.values()];
    const deleted = random.below(3) === 0;
    const object = deleted ? random.pick(stored) : this.#object(stored);
    if (deleted) this.#stored.delete(keyOf(object));
    else this.#stored.set(keyOf(object), object);
    return { deleted, object };
  }

  /** Objects that exist after the changes so far. */
  get stored(): readonly Manifest[] {
    return [...this.#stored.values()];
  }

  #object(stored: readonly Manifest[]): Manifest {
    const random = this.#random;
    const bindings = stored.filter(({ kind }) => kind.endsWith('Binding'));
    const dice = random.below(4);
    if (dice === 0) return this.#clusterRole();
    if (dice === 1) return this.#generator.role('local', random.pick(NAMESPACES), NAMES);
    const binding = dice === 2 && bindings.length > 0 ? random.pick(bindings) : this.#binding();
    return { ...binding, subjects: this.#subjects() };
  }

  /** Returns a ClusterRole, of which some have a rule about paths, too. */
  #clusterRole(): Manifest {
    const role = this.#generator.clusterRole(`role-${this.#random.below(10)}`, NAMES);
    const rules = role['rules'] as readonly object[];
    if (this.#random.below(4) > 0) return role;
    return { ...role, rules: [{ verbs: ['get', 'list'], nonResourceURLs: ['/healthz', '/version/*'] }, ...rules] };
  }

  #binding(): Manifest {
    const random = this.#random;
    const namespace = random.below(4) === 0 ? undefined : random.pick(NAMESPACES);
    const roles = ['aggregated', 'missing', ...Array.from({ length: 10 }, (_, index) => `role-${index}`)];
    return this.#generator.binding(namespace, roles, [{ name: 'ann', groups: [] }]);
  }

  #subjects(): readonly object[] {
    const random = this.#random;
    return Array.from({ length: random.below(3) }, () => ({ apiGroup: RBAC_GROUP, ...random.pick(SUBJECTS) }));
  }
}

function keyOf({ kind, metadata: { name = '', namespace = '' } }: Manifest): string {
  return `${kind} ${namespace}/${name}`;
}
