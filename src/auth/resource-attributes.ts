import type { ResourceName } from '../kubernetes/resource.ts';

/**
 * Attributes of a request to the API server, as access reviews take them; see `ResourceAttributes` of
 * `authorization.k8s.io/v1`.
 */
export interface ResourceAttributes {
  /** get, list, watch, create, update, patch, delete or deletecollection. */
  readonly verb: string;
  readonly group: string;
  /** The plural, e.g. `workspaces`. */
  readonly resource: string;
  /** Subresource with permissions of its own, e.g. `status` or `log`. */
  readonly subresource?: string | undefined;
  /** Null for all namespaces, and for resources without namespaces. */
  readonly namespace: string | null;
  /** Null for all names. */
  readonly name: string | null;
}

/** Resource, as far as permissions name it. */
export type ReviewedResource = Pick<ResourceName, 'group' | 'plural' | 'namespaced'>;

/** Part of a resource that a permission is for. Omitted or null values stand for all. */
export interface AccessTarget {
  readonly namespace?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly subresource?: string | undefined;
}

/**
 * Returns the attributes of a request. Those of a Namespace have its name as namespace, as the API server's have: a Role
 * in the namespace may grant it.
 */
export function attributesFor(
  verb: string,
  { group, plural: resource, namespaced }: ReviewedResource,
  { namespace, name, subresource }: AccessTarget = {},
): ResourceAttributes {
  const isNamespaces = group === '' && resource === 'namespaces';
  const within = namespaced ? namespace : isNamespaces ? (name ?? namespace) : null;
  const target = { namespace: within ?? null, name: name ?? null };
  return { verb, group, resource, ...(subresource && { subresource }), ...target };
}

/** Returns a string that is equal for equal attributes only. */
export function attributesKey(attributes: ResourceAttributes): string {
  const { verb, group, resource, subresource = '', namespace, name } = attributes;
  return JSON.stringify([verb, group, resource, subresource, namespace, name]);
}

/** Returns attributes as text for an error message: without the name, which would disclose what exists. */
export function describeAttributes({ verb, group, resource, subresource, namespace }: ResourceAttributes): string {
  const full = `${resource}${subresource ? `/${subresource}` : ''}${group ? `.${group}` : ''}`;
  return `${verb} ${full}${namespace === null ? '' : ` in the namespace ${JSON.stringify(namespace)}`}`;
}
