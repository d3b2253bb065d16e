import type { Logger } from 'pino';
import { RbacIndex, type RbacStores, type IndexInterruption } from './auth/rbac/rbac-index.ts';
import { ClusterRole, ClusterRoleBinding, rbacResources, Role, RoleBinding } from './auth/rbac/resources.ts';
import { ViewerAccesses } from './auth/rbac/viewer-access.ts';
import { ClusterCache } from './cache/cluster-cache.ts';
import type { ResourceStatus } from './cache/informer.ts';
import type { Config } from './config.ts';
import type { Client } from './kubernetes/client.ts';

/** A running RBAC index. Disposing stops its watches. */
interface AccessIndex extends AsyncDisposable {
  readonly accesses: ViewerAccesses;
  /** Resolves when the RBAC resources have been listed, or it is known that the gateway may not list them. */
  readonly attempted: Promise<unknown>;
  /** Returns the freshness of each resource. */
  readonly statuses: () => readonly ResourceStatus[];
}

const CONSEQUENCE =
  'Without it, the gateway reviews access to every namespace, finds no permissions with resourceNames for lists, and notices changed permissions later. Apply deploy/base/cluster-role.yaml, or set AUTHORIZER=reviews.';

/** Starts the watches of the RBAC resources. Returns undefined if the configuration says that all is to be reviewed. */
export function startAccessIndex(config: Config, client: Client, log: Logger): AccessIndex | undefined {
  if (config.authorizer === 'reviews') return undefined;
  let report: (() => void) | undefined; // undefined until it is known whether the resources can be listed
  let interruption: IndexInterruption | undefined; // each decision of the authorizer reads it
  const cache = new ClusterCache({
    ...config,
    client,
    resources: rbacResources,
    log,
    historyEvents: 0,
    onStatusChange: () => {
      interruption = cache.interruption();
      report?.();
    },
  });
  const attempted = cache.hasAttempted;
  const index = new RbacIndex({ stores: storesOf(cache), attempted, interruption: () => interruption });
  void attempted.then(() => (report = usabilityLog(index, log)));
  const accesses = new ViewerAccesses({
    index,
    onForeignPermission: (user, { namespace, verb, resource }, reason) =>
      log.warn(
        { user, namespace, verb, resource, reason },
        'the cluster has an authorizer other than RBAC: access of its users is reviewed in every namespace',
      ),
  });
  return {
    accesses,
    attempted,
    statuses: () => cache.statuses(),
    async [Symbol.asyncDispose]() {
      index[Symbol.dispose]();
      await cache[Symbol.asyncDispose]();
    },
  };
}

function storesOf(cache: ClusterCache): RbacStores {
  return {
    roles: cache.store(Role),
    clusterRoles: cache.store(ClusterRole),
    roleBindings: cache.store(RoleBinding),
    clusterRoleBindings: cache.store(ClusterRoleBinding),
  };
}

/** Logs whether an index is usable. Returns a function that does it again if that has changed. */
function usabilityLog(index: RbacIndex, log: Logger): () => void {
  let wasUsable: boolean | undefined;
  const report = () => {
    if (index.isUsable === wasUsable) return;
    wasUsable = index.isUsable;
    if (wasUsable) log.info('RBAC index synced');
    else log.warn(`cannot watch roles and bindings. ${CONSEQUENCE}`);
  };
  report();
  return report;
}
