import { builder } from '../../../graphql/builder.ts';
import { dependsOn } from '../../../graphql/field-dependencies.ts';
import { dryRunField, fieldManagerField, fieldValidationField } from '../../../mutations/inputs.ts';
import { KeyValueInput } from '../../../mutations/key-value-input.ts';
import { writePayload } from '../../../mutations/payload.ts';
import { Namespace } from '../../namespace/resource.ts';
import { WorkspaceKind } from '../../workspace-kind/resource.ts';
import { WorkspaceType } from '../refs.ts';
import { updateWorkspace } from '../updating.ts';
import { PodMetadataInput, WorkspaceVolumesInput } from './volume-inputs.ts';

const UpdateWorkspaceInput = builder.inputType('UpdateWorkspaceInput', {
  description: 'What to change of a workspace: what is absent stays as it is, null clears. Its kind cannot be changed.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'The namespace it is in.' }),
    name: t.string({ required: true, description: 'Its name.' }),
    revision: t.string({
      required: true,
      description: 'The `revision` that you have seen. CONFLICT when the spec has changed since.',
    }),
    displayName: t.string({ description: 'Its name for people. Null or empty: its name.' }),
    paused: t.boolean({ description: 'Whether it is asked to be paused, whatever its state. Cannot be null.' }),
    deferUpdates: t.boolean({
      description:
        'Whether replaced options wait although it is paused. Only clusters with the oldest definition know it; others refuse it.',
    }),
    imageConfig: t.id({
      description: 'The image, as its kind names it. Cannot be null. A workspace that runs is restarted at once.',
    }),
    podConfig: t.id({
      description: 'The pod size, as its kind names it. Cannot be null. A workspace that runs is restarted at once.',
    }),
    applyPendingRedirects: t.boolean({
      required: true,
      defaultValue: false,
      description:
        'Choose the `desiredId` of imageConfig and podConfig, where they have one and are not given here. A workspace that runs is restarted at once.',
    }),
    podMetadata: t.field({
      type: PodMetadataInput,
      description: 'Labels and annotations for its pod. A workspace that runs is restarted at once.',
    }),
    volumes: t.field({
      type: WorkspaceVolumesInput,
      description: 'What it is to mount. A workspace that runs is restarted at once.',
    }),
    labels: t.field({ type: [KeyValueInput], description: 'All labels of the Workspace object.' }),
    annotations: t.field({
      type: [KeyValueInput],
      description: 'All annotations of the Workspace object, beside those under notebooks.kubeflow.org.',
    }),
    dryRun: dryRunField(t),
    fieldValidation: fieldValidationField(t),
    fieldManager: fieldManagerField(t),
  }),
});

const UpdateWorkspacePayload = writePayload('UpdateWorkspacePayload', {
  field: 'workspace',
  type: WorkspaceType,
  description: 'A workspace that has been changed.',
});

builder.mutationField('updateWorkspace', (t) =>
  t.field({
    type: UpdateWorkspacePayload,
    description:
      'Changes a workspace, and nothing of it but what is given. CONFLICT when its spec is not the one that you have seen.',
    args: { input: t.arg({ type: UpdateWorkspaceInput, required: true, description: 'What to change.' }) },
    extensions: dependsOn(WorkspaceKind, Namespace),
    resolve: (_, { input }, context) => updateWorkspace(context, input),
  }),
);
