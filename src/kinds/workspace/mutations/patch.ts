import { builder } from '../../../graphql/builder.ts';
import type { Context } from '../../../graphql/context.ts';
import { withInputPaths } from '../../../mutations/field-errors.ts';
import { writeOptionsOf, nameFields } from '../../../mutations/inputs.ts';
import { anyObject } from '../../../kubernetes/decoder.ts';
import type { Patch } from '../../../kubernetes/verbs.ts';
import { mergedBy } from '../../../mutations/guarded-merge.ts';
import { patchFields, patchOf, patchPathsOf, patchOfVersion } from '../../../mutations/patch.ts';
import { writePayload, type WritePayload } from '../../../mutations/payload.ts';
import { mayConcernRules, writeChecked } from './checked-write.ts';
import { patchWithAudit } from '../../../mutations/audit-annotations.ts';
import { WorkspaceType } from '../refs.ts';
import { Workspace, type WorkspaceContent, type WorkspaceObject } from '../resource.ts';

const PatchWorkspaceInput = builder.inputType('PatchWorkspaceInput', {
  description: 'Patch of a workspace or of its status.',
  fields: (t) => ({
    ...nameFields(t, 'workspace'),
    ...patchFields(t),
  }),
});

const PatchWorkspacePayload = writePayload('PatchWorkspacePayload', {
  field: 'workspace',
  type: WorkspaceType,
  description: 'Result of patchWorkspace and patchWorkspaceStatus.',
});

builder.mutationFields((t) => {
  const args = {
    input: t.arg({ type: PatchWorkspaceInput, required: true, description: 'The patch and write options.' }),
  };
  return {
    patchWorkspace: t.field({
      type: PatchWorkspacePayload,
      nullable: true,
      description:
        'Patches a workspace, except its status. APPLY creates the workspace if it does not exist. INVALID if a `test` of a JSON Patch fails, or if the result breaks a rule that createWorkspace enforces; the causes have paths below `input.patch`, or in the workspace if the patch is a JSON Patch.',
      args,
      resolve: (_, { input }, context) => patch(context, input),
    }),
    patchWorkspaceStatus: t.field({
      type: PatchWorkspacePayload,
      nullable: true,
      description:
        'Patches only the status of a workspace. Intended for controllers. Requires `patch` on `workspaces/status`.',
      args,
      resolve: (_, { input }, context) => patch(context, input, 'status'),
    }),
  };
});

type PatchInput = typeof PatchWorkspaceInput.$inferInput;

async function patch(context: Context, input: PatchInput, subresource?: 'status'): Promise<WritePayload> {
  const { namespace, name, force } = input;
  const at = { namespace, name };
  await context.client.assertCan('patch', Workspace, { ...at, subresource }); // before the patch is parsed
  const given = await patchOf({ ...input, pauses: context.client.cost }, Workspace, at);
  const options = { ...writeOptionsOf(input), force, subresource };
  const paths = patchPathsOf(given);
  if (subresource) return withInputPaths(paths, context.client.writer.patch(Workspace, at, given, options));
  const send = (body: Patch, dryRun: boolean) =>
    patchWithAudit(context, { resource: Workspace, at, patch: body }, { ...options, dryRun });
  if (!mayConcernRules(given)) return withInputPaths(paths, send(given, input.dryRun));
  const write = writeChecked(context, {
    at,
    paths,
    dryRun: input.dryRun,
    preview: (stored) => previewOf(given, stored),
    send: (target) =>
      target === 'dry-run'
        ? send(given, true)
        : send(target.version ? patchOfVersion(given, target.version) : given, false),
  });
  return withInputPaths(paths, write);
}

/** Returns the result of a merge patch, or of an APPLY that creates the workspace. Only the API server can compute others. */
function previewOf({ type, body }: Patch, stored: WorkspaceObject | undefined): WorkspaceContent | undefined {
  if (!anyObject.is(body)) return undefined;
  if (type === 'MERGE') return stored && mergedBy(body, stored);
  return type === 'APPLY' && !stored ? body : undefined;
}
