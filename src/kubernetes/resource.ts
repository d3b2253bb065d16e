import type { KubernetesObject } from './object.ts';
import type { PathSegments } from './path.ts';

/** A resource as Kubernetes calls it: enough to build its URLs. */
export interface ResourceName {
  readonly kind: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/**
 * One kind of object that the gateway reads: its name in the API, and how we look its objects up.
 * The value is also the typed key of its store: `cache.store(Workspace)` is a `ReadonlyStore<WorkspaceObject>`.
 */
export interface Resource<T extends KubernetesObject = KubernetesObject> extends ResourceName {
  /** Further ways to look objects up, by name. */
  readonly indexes: Readonly<Record<string, IndexValues<T>>>;
  /**
   * `always`: a copy is kept from the start. `on-demand`: from its first reader until nobody has read it for a while.
   * `never`: it is read from the API server each time, and nothing of it is kept.
   */
  readonly watched: 'always' | 'on-demand' | 'never';
  /** Only objects with such labels are of interest: others are neither listed nor kept. Empty: all. */
  readonly labelSelector: string;
  /** What is kept of an object, wherever it comes from. Must leave what it is given as it is. */
  readonly trim: TrimObject<T>;
  /** What may be seen of an object by who may not read it. Absent: nothing. */
  readonly redactedAccess?: RedactedAccess<T>;
}

/** Who may do something else may see a part of an object. */
export interface RedactedAccess<T extends KubernetesObject> {
  /** Any of these verbs will do … */
  readonly verbs: readonly string[];
  /** … for the objects of this resource … */
  readonly on: ResourceName;
  /** … in the namespace that has the object's name, or in any namespace. */
  readonly where: 'namespace-of-that-name' | 'any-namespace';
  /** What is left of the object. */
  readonly redact: TrimObject<T>;
}

/** A method's type, as is {@link IndexValues}. */
export type TrimObject<T extends KubernetesObject> = { of(object: T): T }['of'];

/** The values under which an index finds an object. A method's type, so that a `Resource<Pod>` is a `Resource`. */
export type IndexValues<T> = { of(object: T): readonly string[] }['of'];

type Optional = 'indexes' | 'watched' | 'labelSelector' | 'trim';
type ResourceOptions<T extends KubernetesObject> = Omit<Resource<T>, Optional> & Partial<Pick<Resource<T>, Optional>>;

/** Declares a resource; has no effect by itself. */
export function defineResource<T extends KubernetesObject>(options: ResourceOptions<T>): Resource<T> {
  return { indexes: {}, watched: 'always', labelSelector: '', trim: (object) => object, ...options };
}

/** `group/version`, or `version` for the core group: what manifests call `apiVersion`. */
export function apiVersionOf({ group, version }: ResourceName): string {
  return group ? `${group}/${version}` : version;
}

/** `resource.group`, e.g. `workspaces.kubeflow.org` or, in the core group, `pods.`. Unique in a cluster. */
export function groupResourceOf({ plural, group }: Pick<ResourceName, 'plural' | 'group'>): string {
  return `${plural}.${group}`;
}

/** Part of a resource: without a name the collection, without a namespace that of all namespaces. */
interface ResourcePart {
  readonly namespace?: string | undefined;
  readonly name?: string | undefined;
  readonly subresource?: string | undefined;
}

/** Path of a group version, such as `/apis/kubeflow.org/v1beta1` or `/api/v1`. */
export function groupVersionPath({ group, version }: Pick<ResourceName, 'group' | 'version'>): PathSegments {
  return group ? ['apis', group, version] : ['api', version];
}

/** Path of a resource or of a part of it, such as `/apis/kubeflow.org/v1beta1/namespaces/team-a/workspaces/nb-1/status`. */
export function resourcePath(
  resource: ResourceName,
  { namespace, name, subresource }: ResourcePart = {},
): PathSegments {
  const scope = resource.namespaced && namespace !== undefined ? ['namespaces', namespace] : [];
  const object = name === undefined ? [] : [name];
  const part = subresource === undefined ? [] : [subresource];
  return [...groupVersionPath(resource), ...scope, resource.plural, ...object, ...part];
}
