import { isDeepStrictEqual } from 'node:util';
import { keyOf, type KubernetesObject, type ObjectName } from '../../../src/kubernetes/object.ts';
import type { Resource } from '../../../src/kubernetes/resource.ts';
import { isConflict, isNameTaken, isNotFound } from '../../../src/kubernetes/status-error.ts';
import { WORKSPACE_NAME_LABEL } from '../annotations.ts';
import {
  OWNER_INDEX,
  type RoleBinding,
  RoleBindings,
  type Service,
  ServiceAccounts,
  Services,
  StatefulSets,
} from '../kubernetes-resources.ts';
import type { ImageSpec, WorkspaceKind } from '../workspace-kind.ts';
import { type Workspace, Workspaces } from '../workspace.ts';
import type { ControllerContext } from './controller-context.ts';
import { ownedName, ownerReference, selectorLabels, serviceAccountNameOf } from './pod-template.ts';

/** A workspace cannot be reconciled because of the objects that it owns, or does not own. The message is its state message. */
export class OwnershipError extends Error {
  override readonly name = 'OwnershipError';
}

/**
 * Returns the only object of a resource that the workspace controls.
 * @throws {OwnershipError} if there are several
 */
export function ownedBy<T extends KubernetesObject>(
  { cache }: ControllerContext,
  resource: Resource<T>,
  { metadata }: Workspace,
): T | undefined {
  const [first, ...others] = [...cache.store(resource).byIndex(OWNER_INDEX, keyOf(metadata))];
  if (!first || others.length === 0) return first;
  const names = [first, ...others].map((object) => object.metadata.name).sort();
  throw new OwnershipError(`Workspace owns multiple ${resource.kind}s: ${names.join(', ')}`);
}

/**
 * Creates the ServiceAccount of a workspace.
 * @throws {OwnershipError} if one of this name exists that the workspace does not own
 */
export async function reconcileServiceAccount(context: ControllerContext, workspace: Workspace): Promise<void> {
  if (ownedBy(context, ServiceAccounts, workspace)) return;
  const { name } = serviceAccountOf(workspace).metadata;
  try {
    await create(context, ServiceAccounts, serviceAccountOf(workspace));
  } catch (error) {
    if (!isNameTaken(error)) throw error;
    throw new OwnershipError(`Workspace ServiceAccount ${name} already exists and is not owned by the Workspace`, {
      cause: error,
    });
  }
}

/** Creates the Service of a workspace, or updates its ports. */
export async function reconcileService(
  context: ControllerContext,
  workspace: Workspace,
  image: ImageSpec,
): Promise<void> {
  const desired = serviceOf(workspace, image);
  const present = ownedBy(context, Services, workspace);
  if (!present) return void (await create(context, Services, desired));
  if (isDeepStrictEqual(numbersOf(present), numbersOf(desired))) return undefined;
  const { client, cache, signal } = context;
  const body = [{ op: 'replace', path: '/spec/ports', value: desired.spec.ports }];
  const { object } = await client.patch(Services, present.metadata, { type: 'JSON', body }, { signal });
  cache.applyWriteResult(Services, object);
  return undefined;
}

function numbersOf({ spec }: Pick<Service, 'spec'>): readonly number[] {
  return (spec.ports ?? []).map(({ port }) => port);
}

/** Binds the ServiceAccount of a workspace to the cluster roles of its kind, and to no others. */
export async function reconcileRoleBindings(
  context: ControllerContext,
  workspace: Workspace,
  workspaceKind: WorkspaceKind,
): Promise<void> {
  const { cache, client, signal } = context;
  const present = [...cache.store(RoleBindings).byIndex(OWNER_INDEX, keyOf(workspace.metadata))];
  const desired = roleBindingsOf(workspace, workspaceKind);
  for (const binding of desired) if (!hasRole(present, binding)) await create(context, RoleBindings, binding);
  for (const binding of present)
    if (!hasRole(desired, binding)) await client.delete(RoleBindings, binding.metadata, { signal });
}

function hasRole(
  bindings: readonly Pick<RoleBinding, 'roleRef'>[],
  { roleRef }: Pick<RoleBinding, 'roleRef'>,
): boolean {
  return bindings.some((binding) => binding.roleRef.name === roleRef.name);
}

type OwnedManifest = Omit<KubernetesObject, 'metadata'> & {
  readonly metadata: { readonly namespace?: string | undefined };
};

/** Creates an object, and returns it when the cache has it. */
export async function create<T extends KubernetesObject>(
  { client, cache, signal }: ControllerContext,
  resource: Resource<T>,
  manifest: OwnedManifest,
): Promise<T> {
  const { namespace = '' } = manifest.metadata;
  const { object } = await client.create(resource, manifest, { namespace, signal });
  cache.applyWriteResult(resource, object);
  return object;
}

function metadataOf(workspace: Workspace, name: string) {
  return {
    name,
    ...(workspace.metadata.namespace === undefined ? {} : { namespace: workspace.metadata.namespace }),
    labels: { [WORKSPACE_NAME_LABEL]: workspace.metadata.name },
    ownerReferences: [ownerReference(workspace)],
  };
}

/** Returns the ServiceAccount that the pods of a workspace run as. */
export function serviceAccountOf(workspace: Workspace) {
  const metadata = metadataOf(workspace, serviceAccountNameOf(workspace));
  return { apiVersion: 'v1', kind: 'ServiceAccount', metadata };
}

/** Returns the Service of a workspace, with a port `http-<number>` for each port of its image. */
export function serviceOf(workspace: Workspace, { ports }: ImageSpec) {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: metadataOf(workspace, ownedName(workspace, 'service')),
    spec: {
      type: 'ClusterIP',
      selector: selectorLabels(workspace.metadata.name),
      ports: ports.map(({ port }) => ({ name: `http-${port}`, port, targetPort: port, protocol: 'TCP' })),
    },
  };
}

/** Returns a RoleBinding for each cluster role of the kind. */
export function roleBindingsOf(workspace: Workspace, { spec }: WorkspaceKind) {
  const { name, namespace } = serviceAccountOf(workspace).metadata;
  return (spec.podTemplate.serviceAccount?.clusterRoles ?? []).map((role) => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'RoleBinding',
    metadata: metadataOf(workspace, ownedName(workspace, 'roleBinding', role.name)),
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role.name },
    subjects: [{ kind: 'ServiceAccount', name, namespace }],
  }));
}

/**
 * Deletes the objects that a workspace of this name owned and that no existing workspace owns, in clusters without a garbage
 * collector.
 */
export async function deleteOrphans(context: ControllerContext, name: ObjectName): Promise<void> {
  await deleteOrphansIn(context, StatefulSets, name);
  await deleteOrphansIn(context, Services, name);
  await deleteOrphansIn(context, RoleBindings, name);
  await deleteOrphansIn(context, ServiceAccounts, name);
}

async function deleteOrphansIn<T extends KubernetesObject>(
  { client, cache, signal }: ControllerContext,
  resource: Resource<T>,
  name: ObjectName,
): Promise<void> {
  for (const { metadata } of cache.store(resource).byIndex(OWNER_INDEX, keyOf(name))) {
    const owner = metadata.ownerReferences?.find(({ controller }) => controller);
    if (!owner || cache.store(Workspaces).withUid(owner.uid)) continue;
    const { uid } = metadata;
    await client.delete(resource, metadata, { preconditions: { uid }, signal }).catch((error: unknown) => {
      if (!isNotFound(error) && !isConflict(error)) throw error; // The garbage collector of the cluster was faster.
    });
  }
}
