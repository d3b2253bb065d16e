import { setTimeout as delay } from 'node:timers/promises';
import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { deleteFields, nameFields } from '../../../mutations/inputs.ts';
import { deleteObject, deletePayload, type DeletePayload } from '../../../mutations/delete.ts';
import type { ScopedLister } from '../../../viewer-client/scoped-lister.ts';
import { countOwnedObjects } from '../owned-objects.ts';
import { WorkspaceType } from '../refs.ts';
import { Workspace, type WorkspaceObject } from '../resource.ts';
import { deleteVolumes, KeptVolumeType, type DeletedVolumes } from './delete-volumes.ts';
import { followWorkspace } from './follow.ts';
import { allowTimeFor, assertTimeout, authorizeAfterWait, timeoutField } from './wait.ts';

const DeletionStage = builder.enumType('DeletionStage', {
  description: 'Stage of a deletion.',
  values: {
    DELETED: { description: 'The workspace no longer exists. Its pod may still exist.' },
    GONE: {
      description:
        'The workspace, its StatefulSet and its pod no longer exist, so a workspace of the same name gets a new pod. With the propagation policy ORPHAN: the workspace no longer exists.',
    },
  } as const,
});

const DeleteWorkspaceInput = builder.inputType('DeleteWorkspaceInput', {
  description: 'Workspace to delete, and options of the deletion.',
  fields: (t) => ({
    ...nameFields(t, 'workspace'),
    ...deleteFields(t),
    waitFor: t.field({
      type: DeletionStage,
      description:
        'Stage to wait for before the mutation returns, for up to `timeoutSeconds`. If null, it returns at once.',
    }),
    timeoutSeconds: timeoutField(t),
    deleteVolumes: t.boolean({
      required: true,
      defaultValue: false,
      description:
        'Whether to delete also its PersistentVolumeClaims that no other workspace or pod mounts, no other object owns, and users may change. Requires `get` and `delete` of each claim. See `keptVolumes` for the others.',
    }),
  }),
});

type WorkspaceDeletion = DeletePayload & DeletedVolumes;

const DeleteWorkspacePayload = deletePayload<WorkspaceDeletion>('DeleteWorkspacePayload', {
  field: 'workspace',
  type: WorkspaceType,
  description: 'Result of deleteWorkspace. With `waitFor`, `deletionPending` is also true while its pod exists.',
});

builder.objectFields(DeleteWorkspacePayload, (t) => ({
  deletedVolumes: t.stringList({
    description:
      'Names of the PersistentVolumeClaims that were deleted; in a dry run, that would be. Kubernetes keeps a claim until no pod uses it. Empty without `deleteVolumes`.',
    resolve: ({ deletedVolumes }) => [...deletedVolumes],
  }),
  keptVolumes: t.field({
    type: [KeptVolumeType],
    description: 'PersistentVolumeClaims of the workspace that were not deleted. Empty without `deleteVolumes`.',
    resolve: ({ keptVolumes }) => [...keptVolumes],
  }),
}));

builder.mutationFields((t) => ({
  deleteWorkspace: t.field({
    type: DeleteWorkspacePayload,
    nullable: true,
    description: 'Deletes a workspace and its pod. Its volumes remain unless `deleteVolumes` is set.',
    args: { input: t.arg({ type: DeleteWorkspaceInput, required: true, description: 'Workspace and options.' }) },
    resolve: (_, { input }, context) => deleteOne(context, input),
  }),
}));

type DeleteInput = typeof DeleteWorkspaceInput.$inferInput;

async function deleteOne(context: Context, input: DeleteInput): Promise<WorkspaceDeletion> {
  assertTimeout(input);
  const { client } = context;
  const { namespace, name, dryRun, waitFor } = input;
  if (waitFor) allowTimeFor(context, input);
  const at = { namespace, name };
  await client.assertCan('delete', Workspace, at);
  const before = await lastState(context, input);
  const followed = waitFor ? await client.reader.listerForWatch(Workspace, at) : undefined;
  // The claims are those of this object, so no other one of the same name may be deleted.
  const uid = input.uid ?? (input.deleteVolumes ? before.metadata.uid : undefined);
  const deleted = await deleteObject(client, { resource: Workspace, at, before }, { ...input, uid });
  const end = performance.now() + input.timeoutSeconds * 1_000;
  const isOrphaning = input.propagationPolicy === 'ORPHAN';
  const volumes = input.deleteVolumes ? await deleteVolumes(context, before, { dryRun, isOrphaning }) : NO_VOLUMES;
  const awaited = followed && !dryRun ? await waitForDeletion(context, input, { followed, deleted, end }) : deleted;
  return { ...awaited, ...volumes };
}

const NO_VOLUMES: DeletedVolumes = { deletedVolumes: [], keptVolumes: [] };

/** Returns the workspace; as the API server has it if its volumes are to be deleted, since they may have just changed. */
async function lastState({ client }: Context, input: DeleteInput) {
  const at = { namespace: input.namespace, name: input.name };
  const cached = input.deleteVolumes ? undefined : await client.reader.get(Workspace, at);
  return cached ?? client.reader.getUncached(Workspace, at);
}

interface SentDeletion {
  readonly followed: ScopedLister<WorkspaceObject>;
  readonly deleted: Awaited<ReturnType<typeof deleteObject<WorkspaceObject, WorkspaceObject>>>;
  /** Of `performance.now`. */
  readonly end: number;
}

async function waitForDeletion(
  context: Context,
  input: DeleteInput,
  { followed, deleted, end }: SentDeletion,
): Promise<DeletePayload> {
  const { signal } = context;
  const { timeoutSeconds } = input;
  const { workspace, exists } = deleted.deletionPending
    ? await followWorkspace(followed, deleted.object, { timeoutSeconds, signal, decide: () => undefined })
    : { workspace: deleted.object, exists: false };
  if (exists)
    return { ...deleted, object: (await authorizeAfterWait(context, workspace)) ? workspace : deleted.object };
  const isKept = input.propagationPolicy === 'ORPHAN' || input.waitFor === 'DELETED';
  const remaining = isKept ? 0 : await waitForOwnedObjects(context, workspace, end);
  const object = (await authorizeAfterWait(context, workspace)) ? workspace : deleted.object;
  const warnings = remaining === undefined ? [...deleted.warnings, POD_NOT_AWAITED] : deleted.warnings;
  return { object, deletionPending: (remaining ?? 0) > 0, warnings };
}

const POD_NOT_AWAITED =
  'The pod of the workspace may still exist: waiting for it takes the permission to list pods and statefulsets.';

/**
 * Waits until the StatefulSets and pods of a deleted workspace are deleted too, or the time `end` of `performance.now` has
 * passed. Returns the number that remain; undefined if they cannot be listed.
 */
async function waitForOwnedObjects(
  { client, signal }: Context,
  workspace: WorkspaceObject,
  end: number,
): Promise<number | undefined> {
  for (let pauseMs = FIRST_POLL_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_POLL_MS)) {
    const remaining = await countOwnedObjects(client, workspace).catch(() => Infinity); // asked again
    const leftMs = end - performance.now();
    if (!remaining || leftMs <= 0 || signal.aborted) return remaining;
    await delay(Math.min(pauseMs, leftMs), undefined, { signal }).catch(() => undefined); // the client has left
  }
}

const FIRST_POLL_MS = 200;
const LONGEST_POLL_MS = 2_000;
