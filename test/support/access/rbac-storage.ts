import { startClusterRoleAggregation } from '../../../dev/simulator/access/cluster-role-aggregation.ts';
import { createRbacAuthorizer, type RbacAuthorizer } from '../../../dev/simulator/access/rbac-authorizer.ts';
import {
  CLUSTER_ROLE_BINDINGS,
  CLUSTER_ROLES,
  ROLE_BINDINGS,
  ROLES,
} from '../../../dev/simulator/access/rbac-objects.ts';
import type { ApiObject, Manifest } from '../../../dev/simulator/api-object.ts';
import { Storage } from '../../../dev/simulator/storage.ts';
import { RbacIndex, type IndexInterruption } from '../../../src/auth/rbac/rbac-index.ts';
import { ClusterRole, ClusterRoleBinding, Role, RoleBinding } from '../../../src/auth/rbac/resources.ts';
import { Store } from '../../../src/cache/store.ts';
import { decodeObject } from '../../../src/kubernetes/decode.ts';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import type { Resource } from '../../../src/kubernetes/resource.ts';

const storageKeys: Readonly<Record<string, string>> = {
  Role: ROLES,
  ClusterRole: CLUSTER_ROLES,
  RoleBinding: ROLE_BINDINGS,
  ClusterRoleBinding: CLUSTER_ROLE_BINDINGS,
};

/** RBAC objects with the simulator's authorizer and an index that follows them in the same turn. */
export class RbacStorage {
  readonly index: RbacIndex;
  readonly authorizer: RbacAuthorizer;
  /** Failure of the watches that the index reports. */
  interruption: IndexInterruption | undefined;
  readonly #storage = new Storage();
  #uids = 0;

  constructor(objects: readonly Manifest[] = []) {
    this.authorizer = createRbacAuthorizer(this.#storage, { namesAuthorizers: true });
    this.index = new RbacIndex({
      stores: {
        roles: this.#mirror(Role),
        clusterRoles: this.#mirror(ClusterRole),
        roleBindings: this.#mirror(RoleBinding),
        clusterRoleBindings: this.#mirror(ClusterRoleBinding),
      },
      interruption: () => this.interruption,
    });
    startClusterRoleAggregation(this.#storage); // last, as it writes to the storage
    for (const object of objects) this.apply(object);
  }

  apply(manifest: Manifest): void {
    const { name = '', namespace } = manifest.metadata;
    const key = storageKeys[manifest.kind] ?? '';
    const held = this.#storage.get(key, { name, namespace });
    this.#uids += 1;
    const metadata = { ...manifest.metadata, name, uid: held?.metadata.uid ?? `uid-${this.#uids}` };
    this.#storage.put(key, { ...manifest, metadata } as ApiObject);
  }

  delete({ kind, metadata: { name = '', namespace } }: Manifest): void {
    this.#storage.remove(storageKeys[kind] ?? '', { name, namespace });
  }

  #mirror<T extends KubernetesObject>(resource: Resource<T>): Store<T> {
    const store = new Store(resource);
    store.replace([], '1');
    this.#storage.onChange((storageKey, { type, object }) => {
      if (storageKey !== storageKeys[resource.kind]) return;
      const decoded = decodeObject(object, resource);
      if (type === 'DELETED') store.delete(decoded);
      else store.set(decoded);
    });
    return store;
  }
}
