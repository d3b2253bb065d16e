import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { publicError } from '../../../graphql/errors.ts';
import { codeOf, type ObjectWrite } from '../../../graphql/operation-record.ts';
import { keyOf, type KubernetesObject, type NamespacedName } from '../../../kubernetes/object.ts';
import type { Resource } from '../../../kubernetes/resource.ts';
import { isNotFound, StatusError } from '../../../kubernetes/status-error.ts';
import { assertCanUpdate } from '../../../mutations/permission-labels.ts';
import { PersistentVolumeClaim } from '../../persistent-volume-claim/resource.ts';
import { hasEnded, MountingPod, workspaceNameOf } from '../../pod/resource.ts';
import { claimNamesOf, Workspace, type WorkspaceObject } from '../resource.ts';

interface KeptVolume {
  readonly claimName: string;
  readonly reason: string;
}

/** Claims of a deleted workspace. */
export interface DeletedVolumes {
  readonly deletedVolumes: readonly string[];
  readonly keptVolumes: readonly KeptVolume[];
}

export const KeptVolumeType = builder.objectRef<KeptVolume>('KeptVolume').implement({
  description: 'PersistentVolumeClaim of a deleted workspace that was not deleted.',
  fields: (t) => ({
    claimName: t.exposeString('claimName', { description: 'Name of the claim.' }),
    reason: t.exposeString('reason', {
      description:
        'Human-readable reason: another workspace or pod mounts it, you may not delete it, users may not change it, another object owns it, or the API server refused.',
    }),
  }),
});

/**
 * Deletes the PersistentVolumeClaims of a workspace, after the workspace, unless anything else uses them. Its own pod may still
 * mount them: Kubernetes keeps a claim, and its data, until no pod uses it. A failure keeps the claim and is no error.
 * @param isOrphaning whether the pod of the workspace stays
 */
export async function deleteVolumes(
  context: Context,
  workspace: WorkspaceObject,
  { dryRun, isOrphaning }: { readonly dryRun: boolean; readonly isOrphaning: boolean },
): Promise<DeletedVolumes> {
  const { namespace = '' } = workspace.metadata;
  const outcomes = await Promise.all(
    claimNamesOf(workspace).map(async (name): Promise<KeptVolume | string> => {
      const keptBecause = isOrphaning
        ? 'The pod of the workspace stays, because the propagation policy is ORPHAN.'
        : await deleteClaim(context, workspace, { at: { namespace, name }, dryRun });
      return keptBecause === undefined ? name : { claimName: name, reason: keptBecause };
    }),
  );
  return {
    deletedVolumes: outcomes.filter((outcome) => typeof outcome === 'string'),
    keptVolumes: outcomes.filter((outcome) => typeof outcome !== 'string'),
  };
}

interface ClaimDeletion {
  readonly at: NamespacedName;
  readonly dryRun: boolean;
}

/** Returns the reason why the claim is kept; undefined if it is deleted. */
async function deleteClaim(
  context: Context,
  workspace: WorkspaceObject,
  { at, dryRun }: ClaimDeletion,
): Promise<string | undefined> {
  const { client, gateway } = context;
  try {
    await client.assertCan('delete', PersistentVolumeClaim, at);
    const claim = await client.reader.getUncached(PersistentVolumeClaim, at);
    assertCanUpdate(claim);
    const owner = claim.metadata.ownerReferences?.find(({ uid }) => uid !== workspace.metadata.uid);
    if (owner) return `${owner.kind} ${owner.name} owns it.`;
    const use = await useByOthers(context, workspace, at);
    if (use) return use;
    await client.writer.delete(PersistentVolumeClaim, at, { dryRun, preconditions: { uid: claim.metadata.uid } });
    audit(context, { at, dryRun }, undefined);
    return undefined;
  } catch (error) {
    if (isNotFound(error)) return 'It does not exist.';
    const shown = publicError(error, gateway.onUnexpected);
    const { message } = shown;
    audit(context, { at, dryRun }, { code: codeOf(shown), message });
    return message;
  }
}

function audit({ gateway, record, viewer }: Context, { at, dryRun }: ClaimDeletion, error: ObjectWrite['error']): void {
  const deletion = { mutation: 'deleteWorkspace', kind: PersistentVolumeClaim.kind, ...at, dryRun, error };
  gateway.onObjectWrite({ requestId: record?.requestId, viewer: viewer.name, ...deletion });
}

/** Returns which other workspaces or pods mount the claim, by name if the viewer may list them. Undefined if none does. */
async function useByOthers(
  context: Context,
  workspace: WorkspaceObject,
  claim: NamespacedName,
): Promise<string | undefined> {
  const { name, uid } = workspace.metadata;
  const [workspaces, pods] = await Promise.all([
    mounting(context, Workspace, claim),
    mounting(context, MountingPod, claim),
  ]);
  if (workspaces === 'unknown' || pods === 'unknown') return 'Whether other workspaces and pods mount it is not known.';
  const others = workspaces.objects.filter(({ metadata }) => metadata.uid !== uid);
  if (others.length > 0) return mountedBy('workspace', others, workspaces.isVisible);
  const running = pods.objects.filter((pod) => workspaceNameOf(pod) !== name && !hasEnded(pod));
  return running.length > 0 ? mountedBy('pod', running, pods.isVisible) : undefined;
}

function mountedBy(what: string, objects: readonly KubernetesObject[], isVisible: boolean): string {
  const names = objects.map(({ metadata }) => metadata.name).sort();
  const named = names.length === 1 ? `The ${what} ${names[0]}` : `The ${what}s ${names.slice(0, 5).join(', ')}`;
  if (!isVisible) return `Another ${what} mounts it.`;
  return `${named}${names.length > 5 ? ' and others' : ''} mount${names.length === 1 ? 's' : ''} it.`;
}

interface Mounting<T> {
  readonly objects: readonly T[];
  readonly isVisible: boolean;
}

/**
 * Returns the objects that mount a claim, whether the viewer may list them or not, since a claim that is in use must not be
 * deleted.
 */
async function mounting<T extends KubernetesObject>(
  { client }: Context,
  resource: Resource<T>,
  claim: NamespacedName,
): Promise<Mounting<T> | 'unknown'> {
  const { namespace } = claim;
  const isVisible = await client.can('list', resource, { namespace });
  try {
    const mounts = (object: T) => resource.cache.indexes['claim']?.(object).includes(keyOf(claim)) === true;
    // The API server has the latest state, which the cache may not have yet. Only viewers who may list can ask it.
    const objects = isVisible
      ? await client.reader.listUncached(resource, namespace)
      : await client.reader.unrestricted.list(resource, namespace);
    return { objects: objects.filter(mounts), isVisible };
  } catch (error) {
    if (error instanceof StatusError) return 'unknown';
    throw error;
  }
}
