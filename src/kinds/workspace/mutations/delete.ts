import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { withInputPaths } from '../../../mutations/field-errors.ts';
import { deleteFields, deleteOptionsOf, deletionFields } from '../../../mutations/inputs.ts';
import { deleteObject, deletePayload, type DeletePayload } from '../../../mutations/delete.ts';
import { WorkspaceType } from '../refs.ts';
import { Workspace } from '../resource.ts';
import { mayStillGet, waitUntilGone, assertTimeout, timeoutField } from './wait.ts';

const DeletionStage = builder.enumType('DeletionStage', {
  description: 'Stage of a deletion.',
  values: { GONE: { description: 'The object no longer exists: all its finalizers have completed.' } } as const,
});

const DeleteWorkspaceInput = builder.inputType('DeleteWorkspaceInput', {
  description: 'Workspace to delete, and options of the deletion.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'Namespace of the workspace.' }),
    name: t.string({ required: true, description: 'Name of the workspace.' }),
    ...deleteFields(t),
    waitFor: t.field({
      type: DeletionStage,
      description:
        'Stage to wait for before the mutation returns, for up to `timeoutSeconds`. If null, it returns at once.',
    }),
    timeoutSeconds: timeoutField(t),
  }),
});

const DeleteWorkspacePayload = deletePayload('DeleteWorkspacePayload', {
  field: 'workspace',
  type: WorkspaceType,
  description: 'Result of deleteWorkspace.',
});

const DeleteWorkspacesInput = builder.inputType('DeleteWorkspacesInput', {
  description: 'Workspaces of a namespace to delete, and options of the deletion. Without a selector, all of them.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'Namespace of the workspaces.' }),
    labelSelector: t.string({ description: 'Kubernetes label selector. Null matches all.' }),
    fieldSelector: t.string({
      description: 'Kubernetes field selector, such as `metadata.name!=keep`. Null matches all.',
    }),
    ...deletionFields(t),
  }),
});

interface DeletedMany {
  readonly count: number;
  readonly warnings: readonly string[];
}

const DeleteWorkspacesPayload = builder.objectRef<DeletedMany>('DeleteWorkspacesPayload').implement({
  description: 'Result of deleteWorkspaces.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'Number of workspaces that matched.' }),
    warnings: t.stringList({
      description: 'Warnings of the API server.',
      resolve: ({ warnings }) => [...warnings],
    }),
  }),
});

builder.mutationFields((t) => ({
  deleteWorkspace: t.field({
    type: DeleteWorkspacePayload,
    description: 'Deletes a workspace and its pod. Its volumes remain.',
    args: { input: t.arg({ type: DeleteWorkspaceInput, required: true, description: 'Selection and options.' }) },
    resolve: (_, { input }, context) => deleteOne(context, input),
  }),
  deleteWorkspaces: t.field({
    type: DeleteWorkspacesPayload,
    description: 'Deletes the matching workspaces of a namespace. Requires `deletecollection`.',
    args: { input: t.arg({ type: DeleteWorkspacesInput, required: true, description: 'Selection and options.' }) },
    resolve: (_, { input }, { client }) => {
      const { namespace, labelSelector, fieldSelector } = input;
      const selectors = { labelSelector: labelSelector ?? undefined, fieldSelector: fieldSelector ?? undefined };
      const { preconditions: _none, ...options } = deleteOptionsOf(input);
      return withInputPaths({}, client.writer.deleteCollection(Workspace, namespace, { ...options, ...selectors }));
    },
  }),
}));

type DeleteInput = typeof DeleteWorkspaceInput.$inferInput;

async function deleteOne(context: Context, input: DeleteInput): Promise<DeletePayload> {
  assertTimeout(input);
  const { client, signal } = context;
  const { namespace, name, dryRun, waitFor, timeoutSeconds } = input;
  const at = { namespace, name };
  await client.assertCan('delete', Workspace, at);
  const before = (await client.reader.get(Workspace, at)) ?? (await client.reader.getUncached(Workspace, at));
  const followed = waitFor ? await client.reader.listerForWatch(Workspace, at) : undefined;
  const deleted = await deleteObject(client, { resource: Workspace, at, before }, input);
  const { object, warnings } = deleted;
  if (!followed || dryRun || !deleted.deletionPending) return deleted;
  const { workspace, gone } = await waitUntilGone(followed, object, { timeoutSeconds, signal });
  if (!(await mayStillGet(context, object))) return { object, deletionPending: true, warnings };
  return { object: workspace, deletionPending: !gone, warnings };
}
