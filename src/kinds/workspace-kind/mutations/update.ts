import { builder } from '../../../graphql/builder.ts';
import { writeFields } from '../../../mutations/inputs.ts';
import { writePayload } from '../../../mutations/payload.ts';
import { WorkspaceKindType } from '../refs.ts';
import { updateWorkspaceKind } from '../updating.ts';

const UpdateWorkspaceKindInput = builder.inputType('UpdateWorkspaceKindInput', {
  description: 'What to change of a kind: what is absent stays as it is, null clears.',
  fields: (t) => ({
    name: t.string({ required: true, description: 'Its name.' }),
    revision: t.string({
      required: true,
      description: 'The `revision` that you have seen. CONFLICT when the spec has changed since.',
    }),
    displayName: t.string({ description: 'Its name for people. Cannot be null.' }),
    description: t.string({ description: 'What it is, for people. Cannot be null.' }),
    hidden: t.boolean({ description: 'Not to be offered unless asked for.' }),
    deprecated: t.boolean({ description: 'Not to be used for new workspaces.' }),
    deprecationMessage: t.string({ description: 'What to use instead.' }),
    manifest: t.field({
      type: 'JSON',
      description:
        'What else to change, in the form of the object, or its YAML as text: absent keeps, null clears, and a list replaces the whole list, e.g. `{ spec: { activityRules: [] } }`.',
    }),
    ...writeFields(t),
  }),
});

const UpdateWorkspaceKindPayload = writePayload('UpdateWorkspaceKindPayload', {
  field: 'workspaceKind',
  type: WorkspaceKindType,
  description: 'A kind that has been changed.',
});

builder.mutationField('updateWorkspaceKind', (t) =>
  t.field({
    type: UpdateWorkspaceKindPayload,
    description:
      'Changes a kind, and nothing of it but what is given. CONFLICT when its spec is not the one that you have seen; INVALID where an option that workspaces use would change or go.',
    args: { input: t.arg({ type: UpdateWorkspaceKindInput, required: true, description: 'What to change.' }) },
    resolve: (_, { input }, context) => updateWorkspaceKind(context, input),
  }),
);
