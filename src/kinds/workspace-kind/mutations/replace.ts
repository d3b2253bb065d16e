import { builder } from '../../../graphql/builder.ts';
import { manifestPaths, withInputPaths } from '../../../mutations/input-paths.ts';
import { writeFields, writeOptionsOf } from '../../../mutations/inputs.ts';
import { manifestOf } from '../../../mutations/manifest.ts';
import { writePayload } from '../../../mutations/payload.ts';
import { replaceNoting } from '../../workspace/noting.ts';
import { WorkspaceKindType } from '../refs.ts';
import { WorkspaceKind } from '../resource.ts';

const ReplaceWorkspaceKindInput = builder.inputType('ReplaceWorkspaceKindInput', {
  description: 'A whole kind.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name.' }),
    manifest: t.field({
      type: 'JSON',
      required: true,
      description:
        'The whole object, or its YAML as text, with the `metadata.resourceVersion` that you have seen: CONFLICT when it has changed since.',
    }),
    ...writeFields(t),
  }),
});

const ReplaceWorkspaceKindPayload = writePayload('ReplaceWorkspaceKindPayload', {
  field: 'workspaceKind',
  type: WorkspaceKindType,
  description: 'A kind that has been replaced.',
});

builder.mutationField('replaceWorkspaceKind', (t) =>
  t.field({
    type: ReplaceWorkspaceKindPayload,
    description:
      'Replaces a kind by a whole manifest (PUT); its status stays. What the manifest does not have is lost. INVALID where an option that workspaces use would change or go.',
    args: {
      input: t.arg({ type: ReplaceWorkspaceKindInput, required: true, description: 'What it is to be, and how.' }),
    },
    resolve: (_, { input }, context) => {
      const at = { name: input.name };
      const manifest = manifestOf(input.manifest, WorkspaceKind, at);
      const replacing = { resource: WorkspaceKind, at, manifest };
      return withInputPaths(manifestPaths, replaceNoting(context, replacing, writeOptionsOf(input)));
    },
  }),
);
