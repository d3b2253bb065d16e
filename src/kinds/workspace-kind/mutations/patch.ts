import { builder } from '../../../graphql/builder.ts';
import { withInputPaths } from '../../../mutations/input-paths.ts';
import { writeOptionsOf } from '../../../mutations/inputs.ts';
import { patchFields, patchOf } from '../../../mutations/patch.ts';
import { writePayload } from '../../../mutations/payload.ts';
import { patchNoting } from '../../workspace/noting.ts';
import { WorkspaceKindType } from '../refs.ts';
import { WorkspaceKind } from '../resource.ts';

const PatchWorkspaceKindInput = builder.inputType('PatchWorkspaceKindInput', {
  description: 'A patch of a kind.',
  fields: (t) => ({ name: t.string({ required: true, description: 'Its name.' }), ...patchFields(t) }),
});

const PatchWorkspaceKindPayload = writePayload('PatchWorkspaceKindPayload', {
  field: 'workspaceKind',
  type: WorkspaceKindType,
  description: 'A kind that has been patched.',
});

builder.mutationField('patchWorkspaceKind', (t) =>
  t.field({
    type: PatchWorkspaceKindPayload,
    description:
      'Patches a kind; its status stays. INVALID where a `test` of a JSON Patch fails, or an option that workspaces use would change or go. An APPLY creates what does not exist.',
    args: { input: t.arg({ type: PatchWorkspaceKindInput, required: true, description: 'The patch, and how.' }) },
    resolve: (_, { input }, context) => {
      const at = { name: input.name };
      const patch = patchOf(input, WorkspaceKind, at);
      const options = { ...writeOptionsOf(input), force: input.force };
      return withInputPaths({}, patchNoting(context, { resource: WorkspaceKind, at, patch }, options));
    },
  }),
);
