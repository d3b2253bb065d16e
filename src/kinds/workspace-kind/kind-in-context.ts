import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { unredacted } from '../../graphql/node.ts';
import { Namespace, type NamespaceObject } from '../namespace/resource.ts';
import { filterVerdict, type FilterLabels } from './filter-rules.ts';
import { kindSpecOf, type WorkspaceKindObject } from './resource.ts';

const NAMESPACE_LABELS = Symbol('labels of the namespace in which a kind is looked at');

/** A kind, possibly as it is offered in one namespace. */
export type KindInContext = WorkspaceKindObject & { readonly [NAMESPACE_LABELS]?: FilterLabels['namespace'] };

/** The kind as it is offered in a namespace: its rules are applied with the labels of that namespace. */
export function inNamespace(kind: WorkspaceKindObject, labels: FilterLabels['namespace']): KindInContext {
  return { ...kind, [NAMESPACE_LABELS]: labels };
}

/** The labels of the namespace in which the kind is looked at. Undefined: in none. */
export function namespaceLabelsOf(kind: KindInContext): FilterLabels['namespace'] {
  return kind[NAMESPACE_LABELS];
}

/** Undefined for a namespace that does not exist: it is the same as none. */
export function labelsOfNamespace(client: ViewerClient, name: string): FilterLabels['namespace'] {
  const namespace = client.reader.prefetched(Namespace).get({ name });
  return namespace && labelsOf(namespace);
}

/** Rules look at the labels of a namespace also where the viewer may not. Undefined where only its name is known to us too. */
export function labelsOf(namespace: NamespaceObject): FilterLabels['namespace'] {
  const { resourceVersion, labels = {} } = unredacted(namespace).metadata;
  return resourceVersion === '' ? undefined : labels;
}

export function isHidden(kind: KindInContext): boolean {
  return kindSpecOf(kind).spawner?.hidden === true || kindVerdict(kind).hidden;
}

/** Whether the rules take the kind out of what its namespace is offered. */
export function isRemoved(kind: KindInContext): boolean {
  return kindVerdict(kind).removed;
}

/** What the rules say of the kind where it is looked at. */
export function kindVerdict(kind: KindInContext): ReturnType<typeof filterVerdict> {
  return filterVerdict(kind, 'WORKSPACE_KIND', { namespace: namespaceLabelsOf(kind) });
}
