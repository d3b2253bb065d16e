import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { withInputPaths } from '../../../mutations/input-paths.ts';
import { deleteFields, deleteOptionsOf } from '../../../mutations/inputs.ts';
import { writePayload, type WritePayload } from '../../../mutations/payload.ts';
import { WorkspaceKindType } from '../refs.ts';
import { WorkspaceKind } from '../resource.ts';

const DeleteWorkspaceKindInput = builder.inputType('DeleteWorkspaceKindInput', {
  description: 'Which kind to delete, and how.',
  fields: (t) => ({ name: t.string({ required: true, description: 'Its name.' }), ...deleteFields(t) }),
});

interface DeletePayload extends WritePayload {
  readonly deletionPending: boolean;
}

const DeleteWorkspaceKindPayload = writePayload<DeletePayload>('DeleteWorkspaceKindPayload', {
  field: 'workspaceKind',
  type: WorkspaceKindType,
  description: 'A kind whose deletion has been asked for.',
});
builder.objectField(DeleteWorkspaceKindPayload, 'deletionPending', (t) =>
  t.boolean({
    description: 'Whether it is still there, until its finalizers are done. False: it is gone.',
    resolve: ({ deletionPending }) => deletionPending,
  }),
);

builder.mutationField('deleteWorkspaceKind', (t) =>
  t.field({
    type: DeleteWorkspaceKindPayload,
    description: 'Deletes a kind. CONFLICT, with the reason as cause, while workspaces use it.',
    args: { input: t.arg({ type: DeleteWorkspaceKindInput, required: true, description: 'Which, and how.' }) },
    resolve: (_, { input }, context) => deleteKind(context, input),
  }),
);

type DeleteInput = typeof DeleteWorkspaceKindInput.$inferInput;

async function deleteKind({ client }: Context, input: DeleteInput): Promise<DeletePayload> {
  const at = { name: input.name };
  await client.assertCan('delete', WorkspaceKind, at);
  const before = (await client.reader.get(WorkspaceKind, at)) ?? (await client.reader.getUncached(WorkspaceKind, at));
  const { object, warnings } = await withInputPaths(
    {},
    client.writer.delete(WorkspaceKind, at, deleteOptionsOf(input)),
  );
  const isHeldBack = input.dryRun && (before.metadata.finalizers ?? []).length > 0;
  return { object: object ?? before, deletionPending: object !== undefined || isHeldBack, warnings };
}
