import type { ArgumentNode, ValueNode } from 'graphql';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { Resource } from '../../kubernetes/resource.ts';
import type { ScopedLister } from '../../viewer-client/scoped-lister.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { Pod } from '../pod/resource.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { relatedToFilter, type WorkspaceFilter } from './filter.ts';
import { workspaceOfPod } from './pod.ts';
import { relatedToOrder, type WorkspaceOrder } from './order.ts';
import type { WorkspaceObject } from './resource.ts';

interface Selection {
  readonly filter?: WorkspaceFilter | null | undefined;
  readonly orderBy?: readonly WorkspaceOrder[] | null | undefined;
}

/**
 * Prefetches the resources that a filter and an order read besides workspaces. Most read none. Returns a promise only if it has to wait.
 */
export function prefetchRelated(client: ViewerClient, { filter, orderBy }: Selection): Promise<void> | undefined {
  return client.reader.prefetch(new Set([...relatedToFilter(filter), ...relatedToOrder(orderBy)]), 'read');
}

/** Returns the workspaces that a filter may select or not because another object has changed. */
export function workspacesRelatedTo(
  resource: Resource,
  changed: KubernetesObject,
  workspaces: ScopedLister<WorkspaceObject>,
): Iterable<WorkspaceObject> {
  if (resource.plural === WorkspaceKind.plural) return workspaces.byIndex('kind', changed.metadata.name);
  const workspace = workspaceOfPod(changed, workspaces);
  return workspace ? [workspace] : [];
}

/** Input fields and order fields that read related objects. */
const READING = new Set(['idleForSeconds', 'requests', 'nodes', 'imageConfigs', 'podConfigs', 'CPU', 'MEMORY', 'GPU']);

/**
 * Returns the resources that the arguments `filter` and `orderBy` of a field in a document may read besides workspaces, and whether
 * the filter may depend on the clock, for `dependsOnArguments`. Variables that contain a whole filter or order may do both.
 */
export function relatedToArguments(args: readonly ArgumentNode[]) {
  const reads = args.some(({ name, value }) => ['filter', 'orderBy'].includes(name.value) && mayRead(value));
  const isVolatile = args.some(({ name, value }) => name.value === 'filter' && mayDependOnClock(value));
  return { resources: reads ? [Pod, WorkspaceKind] : [], isVolatile };
}

function mayDependOnClock(filter: ValueNode): boolean {
  if (filter.kind === 'Variable') return true;
  return filter.kind === 'ObjectValue' && filter.fields.some(({ name }) => name.value === 'idleForSeconds');
}

function mayRead(value: ValueNode): boolean {
  if (value.kind === 'Variable') return true;
  if (value.kind === 'EnumValue') return READING.has(value.value);
  if (value.kind === 'ListValue') return value.values.some(mayRead);
  if (value.kind !== 'ObjectValue') return false;
  return value.fields.some(
    (field) => READING.has(field.name.value) || (field.name.value === 'field' && mayRead(field.value)),
  );
}
