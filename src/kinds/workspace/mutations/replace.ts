import { builder, type InputFields } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { manifestPaths, withInputPaths } from '../../../mutations/field-errors.ts';
import { writeFields, writeOptionsOf, nameFields } from '../../../mutations/inputs.ts';
import { manifestOf } from '../../../mutations/manifest.ts';
import { writePayload, type WritePayload } from '../../../mutations/payload.ts';
import { writeChecked } from './checked-write.ts';
import { replaceWithAudit } from '../../../mutations/audit-annotations.ts';
import { WorkspaceType } from '../refs.ts';
import { Workspace } from '../resource.ts';

const ReplaceWorkspaceInput = builder.inputType('ReplaceWorkspaceInput', {
  description: 'Manifest that replaces a workspace or its status.',
  fields: (t) => ({
    ...nameFields(t, 'workspace'),
    manifest: manifestField(t),
    ...writeFields(t),
  }),
});

function manifestField(t: InputFields) {
  return t.field({
    type: 'JSON',
    required: true,
    description:
      'The complete object, or its YAML as a string, with the `metadata.resourceVersion` that it is based on. CONFLICT if the object has changed since.',
  });
}

const ReplaceWorkspacePayload = writePayload('ReplaceWorkspacePayload', {
  field: 'workspace',
  type: WorkspaceType,
  description: 'Result of replaceWorkspace and replaceWorkspaceStatus.',
});

builder.mutationFields((t) => {
  const args = {
    input: t.arg({ type: ReplaceWorkspaceInput, required: true, description: 'The manifest and write options.' }),
  };
  return {
    replaceWorkspace: t.field({
      type: ReplaceWorkspacePayload,
      nullable: true,
      description:
        'Replaces a workspace, except its status, by a complete manifest (PUT). Fields that are missing in the manifest are removed. INVALID if the manifest breaks a rule that createWorkspace enforces.',
      args,
      resolve: (_, { input }, context) => replace(context, input),
    }),
    replaceWorkspaceStatus: t.field({
      type: ReplaceWorkspacePayload,
      nullable: true,
      description:
        'Replaces only the status of a workspace by that of a manifest (PUT). Intended for controllers. Requires `update` on `workspaces/status`.',
      args,
      resolve: (_, { input }, context) => replace(context, input, 'status'),
    }),
  };
});

type ReplaceInput = typeof ReplaceWorkspaceInput.$inferInput;

async function replace(context: Context, input: ReplaceInput, subresource?: 'status'): Promise<WritePayload> {
  const { namespace, name } = input;
  const at = { namespace, name };
  await context.client.assertCan('update', Workspace, { ...at, subresource }); // before the manifest is parsed
  const manifest = await manifestOf({ value: input.manifest, pauses: context.client.cost }, Workspace, at);
  const options = { ...writeOptionsOf(input), subresource };
  if (subresource)
    return withInputPaths(manifestPaths, context.client.writer.replace(Workspace, at, manifest, options));
  const { dryRun } = input;
  const write = writeChecked(context, {
    at,
    paths: manifestPaths,
    dryRun,
    preview: () => ({ spec: manifest['spec'] }),
    // The manifest has the resourceVersion, which is a precondition of the dry run and of the write.
    send: (target) =>
      replaceWithAudit(context, { resource: Workspace, at, manifest }, { ...options, dryRun: target === 'dry-run' }),
  });
  return withInputPaths(manifestPaths, write);
}
