import type { KubernetesObject } from './object.ts';
import type { PathSegments } from './path.ts';

/** REST mapping of a kind: group, version, resource and scope. */
export interface ResourceName {
  readonly kind: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/**
 * Kind of object that the gateway reads: its REST mapping, and its policies of caching and access. The value is also the
 * typed key of its store: `cache.store(Workspace)` returns a `ReadonlyStore<WorkspaceObject>`.
 */
export interface Resource<T extends KubernetesObject = KubernetesObject> extends ResourceName {
  readonly cache: CachePolicy<T>;
  readonly access: AccessPolicy<T>;
}

/** Which objects of a resource the cache holds, how much of each, and how they are looked up. */
interface CachePolicy<T extends KubernetesObject> {
  /**
   * `always`: watched from the start. `on-demand`: watched from the first read until no reads come for a while.
   * `never`: not cached; every read is a request to the API server.
   */
  readonly watched: 'always' | 'on-demand' | 'never';
  /** Selects the objects that are listed and cached. Empty selects all. */
  readonly labelSelector: string;
  /**
   * Returns whether a trimmed object is cached. For conditions that no selector of the API server can express: other objects
   * are received, but cost neither memory nor changes. The result must not change during the life of an object.
   */
  readonly accepts: AcceptObject<T>;
  /**
   * Whether reads of one namespace use an informer of that namespace. For resources of which clusters have many objects and
   * viewers read few namespaces. Only for namespaced resources that are watched on demand.
   */
  readonly perNamespace: boolean;
  /** Distinguishes resources with the same REST mapping that cache other objects, or other parts of them. Empty for the first. */
  readonly view: string;
  /** Returns the part of an object that the gateway keeps, cached or not. Must not modify its argument. */
  readonly trim: TrimObject<T>;
  /** Secondary indexes, by name. */
  readonly indexes: Readonly<Record<string, IndexValues<T>>>;
  /** Returns the part of an object that the indexes read, besides its name and namespace. */
  readonly indexedPart: IndexedPart<T>;
}

/** Permissions, beyond get and list of the resource, that make objects visible. */
interface AccessPolicy<T extends KubernetesObject> {
  /** Redacted form for viewers without read permission. By default they see nothing. */
  readonly redacted?: RedactedAccess<T>;
  /**
   * Resource whose visibility applies instead of the resource's own. For objects that only connect others and reach no viewer.
   */
  readonly visibleAs?: Resource;
}

/** Condition under which viewers without read permission see a redacted object, and its redaction. */
export interface RedactedAccess<T extends KubernetesObject> {
  /** Verbs, any one of which is sufficient. */
  readonly verbs: readonly string[];
  /** Resource that the verbs apply to. */
  readonly on: ResourceName;
  /** Namespaces in which the permission counts: the one that has the object's name, or any. */
  readonly where: 'namespace-of-that-name' | 'any-namespace';
  /** Returns the redacted object. Must not modify its argument. */
  readonly redact: TrimObject<T>;
  /** Returns parts that the redacted object lacks, and that values are derived from which its viewers get. By default there are none. */
  readonly derivedFrom?: PartsOfObject<T>;
}

/** Returns a reduced object. A method's type, so that a `Resource<Pod>` is a `Resource`. */
type TrimObject<T extends KubernetesObject> = { of(object: T): T }['of'];

/** Returns parts of an object. A method's type, as {@link TrimObject}. */
type PartsOfObject<T extends KubernetesObject> = { of(object: T): unknown }['of'];

/** Returns whether an object is kept. A method's type, as {@link TrimObject}. */
type AcceptObject<T extends KubernetesObject> = { of(object: T): boolean }['of'];

/**
 * Returns the index keys of an object, as client-go's `IndexFunc`. A method's type, so that a `Resource<Pod>` is a
 * `Resource`.
 */
export type IndexValues<T> = { of(object: T): readonly string[] }['of'];

/** Returns a part of an object. A method's type, as {@link TrimObject}. */
type IndexedPart<T extends KubernetesObject> = { of(object: T): unknown }['of'];

interface ResourceOptions<T extends KubernetesObject> extends ResourceName {
  readonly cache?: Partial<CachePolicy<T>>;
  readonly access?: AccessPolicy<T>;
}

const CACHE_ALL = {
  indexes: {},
  indexedPart: (object: KubernetesObject): unknown => object,
  watched: 'always',
  labelSelector: '',
  accepts: () => true,
  perNamespace: false,
  view: '',
} as const;

/** The policy of resources that are not trimmed. */
export function keepAll<T>(object: T): T {
  return object;
}

/** Returns a resource that is always watched, unless `cache` states otherwise, and without indexes and redaction. */
export function defineResource<T extends KubernetesObject>({
  cache,
  access = {},
  ...name
}: ResourceOptions<T>): Resource<T> {
  return {
    ...name,
    access,
    cache: { ...CACHE_ALL, trim: keepAll, ...cache },
  };
}

/** Returns the `apiVersion` of manifests: `group/version`, or `version` for the core group. */
export function apiVersionOf({ group, version }: ResourceName): string {
  return group ? `${group}/${version}` : version;
}

/** Returns `resource.group`, e.g. `workspaces.kubeflow.org`, or `pods.` in the core group. Unique in a cluster. */
export function groupResourceOf({ plural, group }: Pick<ResourceName, 'plural' | 'group'>): string {
  return `${plural}.${group}`;
}

/**
 * Returns the key of what is cached of a resource, of all namespaces or of one: {@link groupResourceOf} unless the resource is
 * a view. Unique among the stores of a gateway.
 */
export function cacheKeyOf(resource: Resource, namespace?: string): string {
  const { view } = resource.cache;
  return `${groupResourceOf(resource)}${view ? `/${view}` : ''}${namespace === undefined ? '' : `@${namespace}`}`;
}

/** Part of a resource. Without a name: the collection. Without a namespace: all namespaces. */
interface ResourcePart {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** Returns the path of a group version, such as `/apis/kubeflow.org/v1beta1` or `/api/v1`. */
export function groupVersionPath({ group, version }: Pick<ResourceName, 'group' | 'version'>): PathSegments {
  return group ? ['apis', group, version] : ['api', version];
}

/**
 * Returns the path of a resource or of a part of it, such as
 * `/apis/kubeflow.org/v1beta1/namespaces/team-a/workspaces/nb-1/status`.
 */
export function resourcePath(
  resource: ResourceName,
  { namespace, name, subresource }: ResourcePart = {},
): PathSegments {
  const scope = resource.namespaced && namespace !== undefined ? ['namespaces', namespace] : [];
  const object = name === undefined ? [] : [name];
  const part = subresource === undefined ? [] : [subresource];
  return [...groupVersionPath(resource), ...scope, resource.plural, ...object, ...part];
}
