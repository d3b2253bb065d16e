import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { withInputPaths } from '../../../mutations/field-errors.ts';
import { deleteFields, deleteOptionsOf, deletionFields } from '../../../mutations/inputs.ts';
import { deleteObject, deletePayload, type DeletePayload } from '../../../mutations/delete.ts';
import { WorkspaceType } from '../refs.ts';
import { Workspace } from '../resource.ts';
import { mayStillGet, waitUntilGone, assertTimeout, timeoutField } from './wait.ts';

const DeletionStage = builder.enumType('DeletionStage', {
  description: 'How far a deletion has come.',
  values: { GONE: { description: 'The object is no more: whatever held it back has let go.' } } as const,
});

const DeleteWorkspaceInput = builder.inputType('DeleteWorkspaceInput', {
  description: 'Which workspace to delete, and how.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'The namespace it is in.' }),
    name: t.string({ required: true, description: 'Its name.' }),
    ...deleteFields(t),
    waitFor: t.field({
      type: DeletionStage,
      description: 'Answer only when it has come so far, or after `timeoutSeconds`. Null: at once.',
    }),
    timeoutSeconds: timeoutField(t),
  }),
});

const DeleteWorkspacePayload = deletePayload('DeleteWorkspacePayload', {
  field: 'workspace',
  type: WorkspaceType,
  description: 'A workspace whose deletion has been asked for.',
});

const DeleteWorkspacesInput = builder.inputType('DeleteWorkspacesInput', {
  description: 'Which workspaces of a namespace to delete, and how. Without a selector: all of them.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'The namespace they are in.' }),
    labelSelector: t.string({ description: 'Only with such labels, in the Kubernetes grammar. Null: with any.' }),
    fieldSelector: t.string({ description: 'Only with such fields, e.g. `metadata.name!=keep`. Null: with any.' }),
    ...deletionFields(t),
  }),
});

interface DeletedMany {
  readonly count: number;
  readonly warnings: readonly string[];
}

const DeleteWorkspacesPayload = builder.objectRef<DeletedMany>('DeleteWorkspacesPayload').implement({
  description: 'Workspaces whose deletion has been asked for.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'How many there were.' }),
    warnings: t.stringList({
      description: 'What the API server has to say although it agreed.',
      resolve: ({ warnings }) => [...warnings],
    }),
  }),
});

builder.mutationFields((t) => ({
  deleteWorkspace: t.field({
    type: DeleteWorkspacePayload,
    description: 'Deletes a workspace. Its pod goes with it, its volumes stay.',
    args: { input: t.arg({ type: DeleteWorkspaceInput, required: true, description: 'Which, and how.' }) },
    resolve: (_, { input }, context) => deleteOne(context, input),
  }),
  deleteWorkspaces: t.field({
    type: DeleteWorkspacesPayload,
    description: 'Deletes all workspaces of a namespace that are selected. Needs `deletecollection`.',
    args: { input: t.arg({ type: DeleteWorkspacesInput, required: true, description: 'Which, and how.' }) },
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
