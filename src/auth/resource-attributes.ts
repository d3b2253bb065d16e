/** One question to the cluster's authorizer: may this be done? */
export interface ResourceAttributes {
  /** The exact verb: get, list, watch, create, update, patch, delete, deletecollection. */
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  /** A part of the resource with rights of its own, e.g. `status` or `log`. Absent: the resource itself. */
  readonly subresource?: string | undefined;
  /** Null for the whole cluster: every namespace, or a resource without namespaces. */
  readonly namespace: string | null;
  /** Null for any name. */
  readonly name: string | null;
}

/** Of a resource, what is asked about. */
export interface ReviewedResource {
  readonly group: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** Where in it: left out, everywhere, and of any name. */
export interface AccessTarget {
  readonly namespace?: string | null | undefined;
  readonly name?: string | null | undefined;
  readonly subresource?: string | undefined;
}

/**
 * The question whether something may be done with objects of a resource. A namespace is in itself: rights to it may be
 * granted there.
 */
export function attributesFor(
  verb: string,
  { group, plural: resource, namespaced }: ReviewedResource,
  { namespace, name, subresource }: AccessTarget = {},
): ResourceAttributes {
  const isNamespaces = group === '' && resource === 'namespaces';
  const within = namespaced ? namespace : isNamespaces ? (name ?? namespace) : null;
  const where = { namespace: within ?? null, name: name ?? null };
  return { verb, group, resource, ...(subresource && { subresource }), ...where };
}

/** The key under which equal questions are one. */
export function attributesKey(question: ResourceAttributes): string {
  const { verb, group, resource, subresource = '', namespace, name } = question;
  return JSON.stringify([verb, group, resource, subresource, namespace, name]);
}

/** What is asked, for people: verb, resource and namespace, and never a name, so that it tells nothing of what exists. */
export function describeAttributes({ verb, group, resource, subresource, namespace }: ResourceAttributes): string {
  const what = `${resource}${subresource ? `/${subresource}` : ''}${group ? `.${group}` : ''}`;
  return `${verb} ${what}${namespace === null ? '' : ` in the namespace ${JSON.stringify(namespace)}`}`;
}
