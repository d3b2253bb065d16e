import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { failure } from '../../../graphql/errors.ts';
import { deleteObject } from '../../../mutations/delete.ts';
import { withInputPaths } from '../../../mutations/field-errors.ts';
import { deleteOptionsOf, deletionFields } from '../../../mutations/inputs.ts';
import { type WorkspaceFilter, WorkspaceFilterInput } from '../filter.ts';
import { Workspace } from '../resource.ts';
import { actionField, actionIdField, writeMany, type ManyWritten } from './bulk-action.ts';
import { matchingWorkspaces, MOST_WORKSPACES, warningsOf, WorkspaceResult } from './many.ts';

const DeleteWorkspacesInput = builder.inputType('DeleteWorkspacesInput', {
  description: 'Workspaces of a namespace to delete, and options of the deletion. Without a selector, all of them.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'Namespace of the workspaces.' }),
    labelSelector: t.string({ description: 'Kubernetes label selector. Null matches all.' }),
    fieldSelector: t.string({
      description: 'Kubernetes field selector, such as `metadata.name!=keep`. Null matches all.',
    }),
    filter: t.field({
      type: WorkspaceFilterInput,
      description: `Filter for workspaces instead of selectors, at most ${MOST_WORKSPACES} of which may match. Each is deleted by itself, with a result. BAD_REQUEST together with a selector.`,
    }),
    ...deletionFields(t),
    actionId: actionIdField(t),
  }),
});

interface DeletedMany extends ManyWritten {
  readonly count: number;
  readonly warnings: readonly string[];
}

const DeleteWorkspacesPayload = builder.objectRef<DeletedMany>('DeleteWorkspacesPayload');
DeleteWorkspacesPayload.implement({
  description: 'Result of deleteWorkspaces.',
  fields: (t) => ({
    count: t.exposeInt('count', { description: 'Number of workspaces that matched.' }),
    warnings: t.stringList({
      description: 'Warnings of the API server.',
      resolve: ({ warnings }) => [...warnings],
    }),
    results: t.field({
      type: [WorkspaceResult],
      description:
        'Result for each workspace that matched `filter`, by namespace and name. Empty with selectors, which the API server applies, and with `actionId`.',
      resolve: ({ outcomes }) => [...outcomes],
    }),
  }),
});

actionField(DeleteWorkspacesPayload);

builder.mutationField('deleteWorkspaces', (t) =>
  t.field({
    type: DeleteWorkspacesPayload,
    nullable: true,
    description:
      'Deletes the matching workspaces of a namespace. Requires `deletecollection` or, with `filter`, `delete` of each: the failure of one is its result and does not stop the others.',
    args: { input: t.arg({ type: DeleteWorkspacesInput, required: true, description: 'Selection and options.' }) },
    resolve: (_, { input }, context) => deleteMany(context, input),
  }),
);

type DeleteManyInput = typeof DeleteWorkspacesInput.$inferInput;

async function deleteMany(context: Context, input: DeleteManyInput): Promise<DeletedMany> {
  const { namespace, labelSelector, fieldSelector, filter, actionId } = input;
  if (filter) return deleteMatching(context, input, filter);
  if (typeof actionId === 'string')
    throw failure(
      'BAD_REQUEST',
      'Expected input.filter with input.actionId, since only then workspaces are deleted one by one.',
    );
  const selectors = { labelSelector: labelSelector ?? undefined, fieldSelector: fieldSelector ?? undefined };
  const { preconditions: _none, ...options } = deleteOptionsOf(input);
  const deletion = context.client.writer.deleteCollection(Workspace, namespace, { ...options, ...selectors });
  return { ...(await withInputPaths({}, deletion)), outcomes: [] };
}

async function deleteMatching(context: Context, input: DeleteManyInput, filter: WorkspaceFilter): Promise<DeletedMany> {
  const { namespace, labelSelector, fieldSelector } = input;
  if (labelSelector || fieldSelector)
    throw failure('BAD_REQUEST', 'Expected input.filter or a selector, got both. The filter has a labelSelector.');
  const written = await writeMany(context, {
    mutation: 'deleteWorkspaces',
    input,
    select: async () => {
      const matching = await matchingWorkspaces(context, { namespace, filter });
      return matching.map((before) => ({ namespace, name: before.metadata.name, before }));
    },
    write: ({ client }, { name, before }) => {
      const at = { namespace, name };
      // Another workspace of the same name need not match.
      return deleteObject(client, { resource: Workspace, at, before }, { ...input, uid: before.metadata.uid });
    },
  });
  const { outcomes, action } = written;
  return { ...written, count: action?.total ?? outcomes.length, warnings: warningsOf(outcomes) };
}
