import { builder } from '../../../graphql/builder.ts';
import { manifestPaths, withInputPaths } from '../../../mutations/input-paths.ts';
import { writeFields, writeOptionsOf } from '../../../mutations/inputs.ts';
import { manifestOf } from '../../../mutations/manifest.ts';
import { writePayload } from '../../../mutations/payload.ts';
import { creationNotes, noted } from '../../workspace/noting.ts';
import { WorkspaceKindType } from '../refs.ts';
import { WorkspaceKind } from '../resource.ts';

const CreateWorkspaceKindInput = builder.inputType('CreateWorkspaceKindInput', {
  description: 'What the new kind is to be.',
  fields: (t) => ({
    manifest: t.field({
      type: 'JSON',
      required: true,
      description: 'The whole object, or its YAML as text. apiVersion and kind may be left out.',
    }),
    ...writeFields(t),
  }),
});

const CreateWorkspaceKindPayload = writePayload('CreateWorkspaceKindPayload', {
  field: 'workspaceKind',
  type: WorkspaceKindType,
  description: 'A kind that has been created.',
});

builder.mutationField('createWorkspaceKind', (t) =>
  t.field({
    type: CreateWorkspaceKindPayload,
    description: 'Creates a kind of workspaces, from JSON or from YAML.',
    args: {
      input: t.arg({ type: CreateWorkspaceKindInput, required: true, description: 'What it is to be, and how.' }),
    },
    resolve: (_, { input }, context) => {
      const manifest = noted(manifestOf(input.manifest, WorkspaceKind, {}), creationNotes(context));
      return withInputPaths(
        manifestPaths,
        context.client.writer.create(WorkspaceKind, manifest, writeOptionsOf(input)),
      );
    },
  }),
);
