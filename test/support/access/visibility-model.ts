import type { Manifest } from '../../../dev/simulator/api-object.ts';
import type { RbacModel, Subject } from './rbac-model.ts';

/** A stored object. */
export type Stored = Manifest & {
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly uid: string };
};

export interface StoredCluster {
  readonly namespaces: readonly Stored[];
  readonly kinds: readonly Stored[];
  readonly workspaces: readonly Stored[];
  /** Objects of {@link OTHER_KINDS}. */
  readonly others: readonly Stored[];
}

/** Kinds of objects that workspaces use or are limited by, and their resources. */
export const OTHER_KINDS: Readonly<
  Record<string, { readonly apiVersion: string; readonly group: string; readonly resource: string }>
> = {
  Pod: { apiVersion: 'v1', group: '', resource: 'pods' },
  Event: { apiVersion: 'v1', group: '', resource: 'events' },
  PersistentVolumeClaim: { apiVersion: 'v1', group: '', resource: 'persistentvolumeclaims' },
  Secret: { apiVersion: 'v1', group: '', resource: 'secrets' },
  PersistentVolume: { apiVersion: 'v1', group: '', resource: 'persistentvolumes' },
  StorageClass: { apiVersion: 'storage.k8s.io/v1', group: 'storage.k8s.io', resource: 'storageclasses' },
  Node: { apiVersion: 'v1', group: '', resource: 'nodes' },
  ResourceQuota: { apiVersion: 'v1', group: '', resource: 'resourcequotas' },
  LimitRange: { apiVersion: 'v1', group: '', resource: 'limitranges' },
};

type AccessMode = 'read' | 'watch';
type Place = 'namespaces' | 'workspaces' | 'workspacekinds';

const GROUP: Readonly<Record<Place, string>> = {
  namespaces: '',
  workspaces: 'kubeflow.org',
  workspacekinds: 'kubeflow.org',
};

/** A reference implementation of the visibility rules, for one user. */
export class VisibilityModel {
  readonly #rbac: RbacModel;
  readonly #subject: Subject;
  readonly #stored: StoredCluster;

  constructor(rbac: RbacModel, subject: Subject, stored: StoredCluster) {
    this.#rbac = rbac;
    this.#subject = subject;
    this.#stored = stored;
  }

  can(verb: string, resource: Place, namespace: string | null, name: string | null = null): boolean {
    return this.#rbac.can(this.#subject, { verb, group: GROUP[resource], resource, namespace, name });
  }

  canList(namespace: string, mode: AccessMode = 'read'): boolean {
    return verbs('list', mode).every((verb) => this.can(verb, 'workspaces', namespace));
  }

  canGet({ metadata: { namespace = '', name } }: Stored, mode: AccessMode = 'read'): boolean {
    return verbs('get', mode).every((verb) => this.can(verb, 'workspaces', namespace, name));
  }

  /** Returns the workspaces in lists, relations and counts. */
  listed(mode: AccessMode = 'read'): readonly Stored[] {
    return this.#stored.workspaces.filter(({ metadata }) => this.canList(metadata.namespace ?? '', mode));
  }

  /** Returns the visibility of a WorkspaceKind in lists and relations. */
  kind({ metadata: { name } }: Stored, mode: AccessMode = 'read'): 'full' | 'redacted' | 'nothing' {
    const isListed = verbs('list', mode).every((verb) => this.can(verb, 'workspacekinds', null));
    const isNamed = verbs('get', mode).every((verb) => this.can(verb, 'workspacekinds', null, name));
    if (isListed || isNamed) return 'full';
    return this.hasSpawner(mode) ? 'redacted' : 'nothing';
  }

  namespace({ metadata: { name } }: Stored, mode: AccessMode = 'read'): 'full' | 'redacted' | 'nothing' {
    const isListed = verbs('list', mode).every((verb) => this.can(verb, 'namespaces', null));
    const isNamed = verbs('get', mode).every((verb) => this.can(verb, 'namespaces', null, name));
    if (isListed || isNamed) return 'full';
    if (!this.canList(name, mode)) return 'nothing';
    return verbs('get', mode).every((verb) => this.can(verb, 'namespaces', name, name)) ? 'full' : 'redacted';
  }

  /** Returns the visibility of a related object in lists or by name. */
  other({ kind, metadata: { namespace: at, name } }: Stored): 'full' | 'redacted' | 'nothing' {
    const { group = '', resource = '' } = OTHER_KINDS[kind] ?? {};
    const namespace = at ?? null;
    const isListed = this.#rbac.can(this.#subject, { verb: 'list', group, resource, namespace, name: null });
    const isNamed = this.#rbac.can(this.#subject, { verb: 'get', group, resource, namespace, name });
    if (isListed || isNamed) return 'full';
    return kind === 'StorageClass' && this.#canClaim() ? 'redacted' : 'nothing';
  }

  /** Returns whether a related object can be read by its name. */
  canGetOther({ kind, metadata: { namespace: at, name } }: Stored): boolean {
    const { group = '', resource = '' } = OTHER_KINDS[kind] ?? {};
    const of = { group, resource, namespace: at ?? null };
    const isListed = at === undefined && this.#rbac.can(this.#subject, { ...of, verb: 'list', name: null });
    return isListed || this.#rbac.can(this.#subject, { ...of, verb: 'get', name });
  }

  /** Returns whether the user may create claims in any namespace: then storage classes are visible in redacted form. */
  #canClaim(): boolean {
    const claim = { verb: 'create', group: '', resource: 'persistentvolumeclaims', name: null };
    const where = [null, ...this.#stored.namespaces.map(({ metadata }) => metadata.name)];
    return where.some((namespace) => this.#rbac.can(this.#subject, { ...claim, namespace }));
  }

  /** Returns whether WorkspaceKinds are visible at least in redacted form. */
  hasSpawner(mode: AccessMode = 'read'): boolean {
    const where = [null, ...this.#stored.namespaces.map(({ metadata }) => metadata.name)];
    const ways = [verbs('list', mode), ['get'], ['create']];
    return where.some((namespace) => ways.some((all) => all.every((verb) => this.can(verb, 'workspaces', namespace))));
  }

  /** Returns all objects that the user may read by any operation, in their visible form. */
  readable(): readonly unknown[] {
    const { workspaces, kinds, namespaces, others } = this.#stored;
    return [
      ...workspaces.filter((each) => this.canGet(each) || this.canList(each.metadata.namespace ?? '')),
      ...kinds.map((each) => shownAs(this.kind(each), each, spawnerView)),
      ...others.map((each) => withoutValues(shownAs(this.other(each), each, withoutUid))),
      ...namespaces.map((each) => shownAs(this.#canGetNamespace(each) ? 'full' : this.namespace(each), each, nameOf)),
    ];
  }

  /** Returns the objects on which no response may depend. */
  hidden(): StoredCluster {
    const { workspaces, kinds, namespaces, others } = this.#stored;
    return {
      others: others.filter((each) => this.other(each) === 'nothing'),
      workspaces: workspaces.filter((each) => !this.canGet(each) && !this.canList(each.metadata.namespace ?? '')),
      kinds: kinds.filter((each) => this.kind(each) === 'nothing'),
      namespaces: namespaces.filter((each) => this.namespace(each) === 'nothing' && !this.#canGetNamespace(each)),
    };
  }

  /** Returns whether the user may get the namespace by name. A Role in the namespace can grant that. */
  #canGetNamespace({ metadata: { name } }: Stored): boolean {
    return this.can('get', 'namespaces', name, name);
  }
}

function verbs(verb: 'get' | 'list', mode: AccessMode): readonly string[] {
  return mode === 'watch' ? [verb, 'watch'] : [verb];
}

function shownAs(how: 'full' | 'redacted' | 'nothing', object: Stored, part: (object: Stored) => unknown): unknown {
  if (how === 'nothing') return undefined;
  return how === 'full' ? object : part(object);
}

/** Removes the values of a secret, which no response contains. */
function withoutValues(object: unknown): unknown {
  const secret = object as { readonly data?: object } | undefined;
  return secret?.data ? { ...secret, data: undefined, keys: Object.keys(secret.data) } : object;
}

function withoutUid({ metadata: { labels, annotations, name }, ...object }: Stored): unknown {
  return { ...object, metadata: { labels, annotations, name } };
}

function nameOf({ metadata: { name } }: Stored): unknown {
  return { name };
}

interface KindSpec {
  readonly spawner: unknown;
  readonly activityRules: unknown;
  readonly filterRules: readonly { readonly effect: unknown }[];
  readonly podTemplate: {
    readonly volumeMounts: unknown;
    readonly ports: unknown;
    readonly options: Readonly<Record<string, { readonly spawner: unknown; readonly values: readonly Option[] }>>;
  };
}

interface Option {
  readonly id: string;
  readonly spawner: unknown;
  readonly redirect?: unknown;
  readonly spec: { readonly ports?: unknown };
}

/** Redacted form of a WorkspaceKind: name, icons, options, ports and rule effects, without pod template and metadata. */
function spawnerView({ metadata: { name }, ...kind }: Stored): unknown {
  const { spawner, activityRules, filterRules, podTemplate } = kind['spec'] as KindSpec;
  const { volumeMounts, ports, options } = podTemplate;
  const offered = Object.values(options).map((list) => ({
    chosen: list.spawner,
    values: list.values.map(({ id, redirect, spawner: shown, spec }) => ({ id, redirect, shown, ports: spec.ports })),
  }));
  return {
    name,
    spawner,
    activityRules,
    effects: filterRules.map(({ effect }) => effect),
    volumeMounts,
    ports,
    offered,
  };
}
