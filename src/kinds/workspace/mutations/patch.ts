import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { withInputPaths } from '../../../mutations/input-paths.ts';
import { writeOptionsOf } from '../../../mutations/inputs.ts';
import { patchFields, patchOf } from '../../../mutations/patch.ts';
import { writePayload, type WritePayload } from '../../../mutations/payload.ts';
import { patchNoting } from '../noting.ts';
import { Workspace } from '../resource.ts';
import { WorkspaceType } from '../schema.ts';

const PatchWorkspaceInput = builder.inputType('PatchWorkspaceInput', {
  description: 'A patch of a workspace, or of its status.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'The namespace it is in.' }),
    name: t.string({ required: true, description: 'Its name.' }),
    ...patchFields(t),
  }),
});

const PatchWorkspacePayload = writePayload('PatchWorkspacePayload', {
  field: 'workspace',
  type: WorkspaceType,
  description: 'A workspace that has been patched.',
});

builder.mutationFields((t) => {
  const args = { input: t.arg({ type: PatchWorkspaceInput, required: true, description: 'The patch, and how.' }) };
  return {
    patchWorkspace: t.field({
      type: PatchWorkspacePayload,
      description:
        'Patches a workspace; its status stays. INVALID where a `test` of a JSON Patch fails. An APPLY creates what does not exist.',
      args,
      resolve: (_, { input }, context) => patch(context, input),
    }),
    patchWorkspaceStatus: t.field({
      type: PatchWorkspacePayload,
      description:
        'Patches the status of a workspace, and nothing else. For controllers: needs `patch` of `workspaces/status`.',
      args,
      resolve: (_, { input }, context) => patch(context, input, 'status'),
    }),
  };
});

type PatchInput = typeof PatchWorkspaceInput.$inferInput;

async function patch(context: Context, input: PatchInput, subresource?: 'status'): Promise<WritePayload> {
  const { namespace, name, force } = input;
  const at = { namespace, name };
  const body = patchOf(input, Workspace, at);
  const options = { ...writeOptionsOf(input), force, subresource };
  const write = subresource
    ? context.client.writer.patch(Workspace, at, body, options)
    : patchNoting(context, { resource: Workspace, at, patch: body }, options);
  return withInputPaths({}, write);
}
