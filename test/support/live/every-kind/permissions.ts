import type { Simulator } from '../../../../dev/simulator/simulator.ts';
import { bound, clusterRole, RBAC } from '../../access/rbac-objects.ts';
import type { TestUser } from '../../access/users.ts';
import type { SeededRandom } from '../../seeded-random.ts';
import type { Fields } from '../selections.ts';
import { NAMESPACES } from './writer.ts';
import type { Granted, KindSubscription } from './selections.ts';

const GROUPS: Readonly<Record<Granted, string>> = {
  workspaces: 'kubeflow.org',
  workspacekinds: 'kubeflow.org',
  namespaces: '',
  pods: '',
  persistentvolumeclaims: '',
  persistentvolumes: '',
  storageclasses: 'storage.k8s.io',
  events: '',
  statefulsets: 'apps',
  devpodworkspaceinstances: 'management.loft.sh',
  jobs: 'batch.volcano.sh',
};
const RESOURCES = Object.keys(GROUPS) as readonly Granted[];
const READ = ['get', 'list', 'watch'];
const CLUSTER_WIDE: ReadonlySet<Granted> = new Set([
  'workspacekinds',
  'namespaces',
  'persistentvolumes',
  'storageclasses',
]);
/** Periods between two quiet points for which a permission counts: the gateways learn of its end some time after it. */
const PERIODS = 2;

/** A permission: the resource, and the namespace or `*`. */
type Grant = `${Granted} ${string}`;

/** One ClusterRole to read each resource. Those who may also create claims see storage classes in their redacted form. */
export const readerRoles = RESOURCES.map((resource) => {
  const verbs = resource === 'persistentvolumeclaims' ? [...READ, 'create'] : READ;
  return clusterRole(`read-${resource}`, { apiGroups: [GROUPS[resource]], resources: [resource], verbs });
});

interface PermissionsOptions {
  readonly simulator: Simulator;
  readonly random: SeededRandom;
  readonly user: TestUser;
  readonly note: (what: string) => void;
}

/** Grants and revokes the permissions of one user at random, and knows what the user may have seen. */
export class Permissions {
  readonly #options: PermissionsOptions;
  readonly #granted = new Set<Grant>();
  /** Permissions that applied at some time of the last periods, the current one last. */
  #periods: readonly Set<Grant>[] = [new Set()];

  constructor(options: PermissionsOptions) {
    this.#options = options;
    for (const resource of RESOURCES) for (let count = 0; count < 2; count += 1) this.#change(resource, 'grant');
  }

  /** Grants a permission that the user does not have, or revokes one. */
  change(): void {
    this.#change(this.#options.random.pick(RESOURCES));
  }

  startPeriod(): void {
    this.#periods = [...this.#periods, new Set(this.#granted)].slice(-PERIODS);
  }

  /** Returns why the user must not receive an object of a subscription. Undefined if that is allowed. */
  problemOf({ granted, field }: KindSubscription, object: Fields): string | undefined {
    const { name, metadata } = object as { readonly name: string; readonly metadata?: { readonly namespace?: string } };
    const ways = waysToSee(granted, CLUSTER_WIDE.has(granted) ? name : (metadata?.namespace ?? ''));
    const isAllowed = this.#periods.some((period) => ways.some((grant) => period.has(grant)));
    return isAllowed ? undefined : `of ${field} is not visible to ${this.#options.user.name}`;
  }

  #change(resource: Granted, what?: 'grant'): void {
    const { random, simulator, user, note } = this.#options;
    const namespaces: readonly (string | undefined)[] = CLUSTER_WIDE.has(resource)
      ? [undefined]
      : [...NAMESPACES, ...NAMESPACES, undefined];
    const at = random.pick(namespaces.map((namespace) => ({ namespace }))).namespace;
    const grant: Grant = `${resource} ${at ?? '*'}`;
    const binding = bound(user, `read-${resource}`, at);
    if (this.#granted.has(grant) && what === undefined) {
      note(`revoke ${grant} of ${user.name}`);
      this.#granted.delete(grant);
      simulator.delete(RBAC, binding.kind, binding.metadata.name ?? '', at);
    } else if (!this.#granted.has(grant)) {
      note(`grant ${grant} to ${user.name}`);
      this.#granted.add(grant);
      this.#periods.at(-1)?.add(grant);
      simulator.apply(binding);
    }
  }
}

/** Returns the permissions of which each is enough to see an object, at least in its redacted form. */
function waysToSee(granted: Granted, place: string): readonly Grant[] {
  const anywhere = (resource: Granted) => ['*', ...NAMESPACES].map((at): Grant => `${resource} ${at}`);
  const ways: Partial<Record<Granted, readonly Grant[]>> = {
    workspacekinds: anywhere('workspaces'),
    namespaces: ['workspaces *', `workspaces ${place}`],
    storageclasses: anywhere('persistentvolumeclaims'),
  };
  return [`${granted} *`, ...(ways[granted] ?? ([`${granted} ${place}`] as const))];
}
