import type { ObjectName } from '../../../src/kubernetes/object.ts';
import type { ReadonlyStore } from '../../../src/cache/readonly-store.ts';
import type { Change } from '../../../src/cache/store-events.ts';
import {
  Claims,
  ConfigMaps,
  controllingWorkspaceOf,
  type Pod,
  Pods,
  RoleBindings,
  Secrets,
  ServiceAccounts,
  Services,
  type StatefulSet,
  StatefulSets,
} from '../kubernetes-resources.ts';
import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import { WORKSPACE_NAME_LABEL } from '../annotations.ts';
import { WorkspaceKinds, type WorkspaceKind } from '../workspace-kind.ts';
import { Workspaces, type Workspace } from '../workspace.ts';
import type { ControllerContext } from './controller-context.ts';
import type { WorkQueue } from './work-queue.ts';

/** Work queues of the reconcilers. */
interface ReconcileQueues {
  readonly workspaces: WorkQueue;
  readonly workspaceKinds: WorkQueue;
  readonly orphans: WorkQueue;
}

/** Enqueues the objects that a change may affect. Returns a function that removes the event handlers. */
export function enqueueOnChange({ cache, delays }: ControllerContext, queues: ReconcileQueues): () => void {
  const workspaces = cache.store(Workspaces);
  const workspaceKinds = cache.store(WorkspaceKinds);
  const pods = cache.store(Pods);
  const count = (name: string) => queues.workspaceKinds.add({ name }, delays.countMs);
  const countAll = () => [...workspaceKinds.list()].forEach(({ metadata }) => count(metadata.name));

  function workspaceChanged(change: Change<Workspace>): void {
    const { metadata, spec } = change.object;
    queues.workspaces.add(metadata);
    if (hasNewSpec(change)) count(spec.kind);
  }

  function workspaceKindChanged(change: Change<WorkspaceKind>): void {
    const { name } = change.object.metadata;
    queues.workspaceKinds.add({ name });
    if (hasNewSpec(change))
      for (const { metadata } of workspaces.byIndex('kind', name)) queues.workspaces.add(metadata);
  }

  function podChanged({ object: { metadata } }: Change<Pod>): void {
    const name = metadata.labels?.[WORKSPACE_NAME_LABEL];
    if (name === undefined) return;
    queues.workspaces.add({ namespace: metadata.namespace, name });
    queues.orphans.add(metadata);
  }

  const removals = [
    handle(workspaces, workspaceChanged, (name) => queues.workspaces.add(name)),
    handle(workspaceKinds, workspaceKindChanged, (name) => queues.workspaceKinds.add(name)),
    handle(pods, podChanged, (name) => queues.orphans.add(name)),
    handle(cache.store(ConfigMaps), countAll, countAll),
    ...enqueueOnOwned(cache, queues),
    ...enqueueOnMountable(cache, queues),
  ];
  return () => removals.forEach((remove) => remove());
}

/** Enqueues the workspace that controls a changed object, and the pod of a deleted StatefulSet. */
function enqueueOnOwned(cache: ControllerContext['cache'], queues: ReconcileQueues): readonly (() => void)[] {
  function ownedChanged({ object }: Change<KubernetesObject>): void {
    const owner = controllingWorkspaceOf(object);
    if (owner) queues.workspaces.add(owner);
  }

  function setChanged(change: Change<StatefulSet>): void {
    ownedChanged(change);
    const { namespace, name } = change.object.metadata;
    if (change.type === 'deleted') queues.orphans.add({ namespace, name: `${name}-0` });
  }

  const reconcileAll = () => enqueueWorkspaces(cache, queues);
  return [
    handle(cache.store(StatefulSets), setChanged, reconcileAll),
    handle(cache.store(Services), ownedChanged, reconcileAll),
    handle(cache.store(ServiceAccounts), ownedChanged, reconcileAll),
    handle(cache.store(RoleBindings), ownedChanged, reconcileAll),
  ];
}

/** Enqueues the workspaces of a namespace when a claim or Secret is created or deleted: their pods may wait for it. */
function enqueueOnMountable(cache: ControllerContext['cache'], queues: ReconcileQueues): readonly (() => void)[] {
  function mountableChanged({ type, object: { metadata } }: Change<KubernetesObject>): void {
    if (type !== 'updated' || metadata.deletionTimestamp) enqueueWorkspaces(cache, queues, metadata.namespace);
  }

  const reconcileAll = () => enqueueWorkspaces(cache, queues);
  return [
    handle(cache.store(Claims), mountableChanged, reconcileAll),
    handle(cache.store(Secrets), mountableChanged, reconcileAll),
  ];
}

function enqueueWorkspaces(cache: ControllerContext['cache'], queues: ReconcileQueues, namespace?: string): void {
  for (const { metadata } of cache.store(Workspaces).list(namespace)) queues.workspaces.add(metadata);
}

/** Adds an event handler to a store. After a reset of the store, `replaced` is called for every object. */
function handle<T extends KubernetesObject>(
  store: ReadonlyStore<T>,
  changed: (change: Change<T>) => void,
  replaced: (name: ObjectName) => void,
): () => void {
  return store.addEventHandler({
    changed,
    reset: () => [...store.list()].forEach(({ metadata }) => replaced(metadata)),
    failed: () => undefined,
  });
}

/** Returns whether the spec changed. A write of the status keeps the generation. */
function hasNewSpec<T extends KubernetesObject>(change: Change<T>): boolean {
  return change.type !== 'updated' || change.object.metadata.generation !== change.previous.metadata.generation;
}
