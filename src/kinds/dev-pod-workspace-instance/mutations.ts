import { builder, type InputFields } from '../../graphql/builder.ts';
import { manifestPaths, withInputPaths } from '../../mutations/field-errors.ts';
import {
  deleteFields,
  deleteOptionsOf,
  dryRunField,
  fieldManagerField,
  writeFields,
  writeOptionsOf,
  KeyValueInput,
  mapOf,
} from '../../mutations/inputs.ts';
import { manifestOf } from '../../mutations/manifest.ts';
import { patchFields, patchOf } from '../../mutations/patch.ts';
import { writePayload } from '../../mutations/payload.ts';
import { maskOutcome } from './masking.ts';
import { DevPodWorkspaceInstanceType } from './refs.ts';
import { DevPodWorkspaceInstance } from './resource.ts';
import { assertNoPlaceholders, assertReadsNothingMasked, manifestsIn } from './write-rules.ts';

function namespaceField(t: InputFields) {
  return t.string({ required: true, description: 'The namespace: that of its project, e.g. `loft-p-my-project`.' });
}

function nameFields(t: InputFields) {
  return { namespace: namespaceField(t), name: t.string({ required: true, description: 'Its name.' }) };
}

const CreateInput = builder.inputType('CreateDevPodWorkspaceInstanceInput', {
  description: 'A DevPod workspace to be created.',
  fields: (t) => ({
    namespace: namespaceField(t),
    manifest: t.field({
      type: 'JSON',
      required: true,
      description: 'The object, or its YAML as text. apiVersion, kind and namespace go without saying.',
    }),
    ...writeFields(t),
  }),
});

const ReplaceInput = builder.inputType('ReplaceDevPodWorkspaceInstanceInput', {
  description: 'What a DevPod workspace is to be replaced by.',
  fields: (t) => ({
    ...nameFields(t),
    manifest: t.field({
      type: 'JSON',
      required: true,
      description:
        'The whole object, or its YAML as text, with the resourceVersion it is based on: CONFLICT when it has changed since. BAD_REQUEST where it holds a `***` that the gateway has put there.',
    }),
    ...writeFields(t),
  }),
});

const PatchInput = builder.inputType('PatchDevPodWorkspaceInstanceInput', {
  description:
    'A change of a DevPod workspace. BAD_REQUEST where it holds a `***` that the gateway has put there, or would copy, move or test what the gateway does not show.',
  fields: (t) => ({ ...nameFields(t), ...patchFields(t) }),
});

const SetAnnotationsInput = builder.inputType('SetDevPodWorkspaceInstanceAnnotationsInput', {
  description: 'Which annotations a DevPod workspace is to have; all others stay.',
  fields: (t) => ({
    ...nameFields(t),
    annotations: t.field({ type: [KeyValueInput], required: true, description: 'To be set.' }),
    remove: t.stringList({ description: 'Keys of those to be removed. Null: none.' }),
    dryRun: dryRunField(t),
    fieldManager: fieldManagerField(t),
  }),
});

const DeleteInput = builder.inputType('DeleteDevPodWorkspaceInstanceInput', {
  description: 'Which DevPod workspace to delete, and how.',
  fields: (t) => ({ ...nameFields(t), ...deleteFields(t) }),
});

const CreatePayload = payload('CreateDevPodWorkspaceInstancePayload', 'A DevPod workspace that has been created.');
const ReplacePayload = payload('ReplaceDevPodWorkspaceInstancePayload', 'A DevPod workspace that has been replaced.');
const PatchPayload = payload('PatchDevPodWorkspaceInstancePayload', 'A DevPod workspace that has been patched.');
const SetAnnotationsPayload = payload(
  'SetDevPodWorkspaceInstanceAnnotationsPayload',
  'A DevPod workspace that has been annotated.',
);

function payload(name: string, description: string) {
  return writePayload(name, {
    field: 'devPodWorkspaceInstance',
    type: DevPodWorkspaceInstanceType,
    description,
  });
}

interface Deletion {
  readonly deletionPending: boolean;
  readonly warnings: readonly string[];
}

const DeletePayload = builder.objectRef<Deletion>('DeleteDevPodWorkspaceInstancePayload').implement({
  description: 'What has become of a deletion.',
  fields: (t) => ({
    deletionPending: t.exposeBoolean('deletionPending', {
      description: 'Whether it is still there, waiting for its finalizers: follow it to see its end.',
    }),
    warnings: t.stringList({
      description: 'What the API server has to say although it agreed.',
      resolve: ({ warnings }) => [...warnings],
    }),
  }),
});

builder.mutationFields((t) => ({
  createDevPodWorkspaceInstance: t.field({
    type: CreatePayload,
    description: 'Creates a DevPod workspace.',
    args: { input: t.arg({ type: CreateInput, required: true, description: 'What to create.' }) },
    resolve: (_, { input }, { client }) => {
      const { namespace } = input;
      const manifest = manifestOf(input.manifest, DevPodWorkspaceInstance, { namespace });
      assertNoPlaceholders(manifest);
      const created = client.writer.create(DevPodWorkspaceInstance, manifest, { namespace, ...writeOptionsOf(input) });
      return withInputPaths(manifestPaths, maskOutcome(manifest, created));
    },
  }),
  replaceDevPodWorkspaceInstance: t.field({
    type: ReplacePayload,
    description:
      'Puts another object in the place of a DevPod workspace. Values that the gateway hides are to be given.',
    args: { input: t.arg({ type: ReplaceInput, required: true, description: 'Which, and by what.' }) },
    resolve: (_, { input }, { client }) => {
      const at = { namespace: input.namespace, name: input.name };
      const manifest = manifestOf(input.manifest, DevPodWorkspaceInstance, at);
      assertNoPlaceholders(manifest);
      const replaced = client.writer.replace(DevPodWorkspaceInstance, at, manifest, writeOptionsOf(input));
      return withInputPaths(manifestPaths, maskOutcome(manifest, replaced));
    },
  }),
}));

builder.mutationFields((t) => ({
  patchDevPodWorkspaceInstance: t.field({
    type: PatchPayload,
    description: 'Changes parts of a DevPod workspace; what the patch leaves out stays, hidden values included.',
    args: { input: t.arg({ type: PatchInput, required: true, description: 'Which, and what.' }) },
    resolve: (_, { input }, { client }) => {
      const at = { namespace: input.namespace, name: input.name };
      const patch = patchOf(input, DevPodWorkspaceInstance, at);
      const added = manifestsIn(patch);
      assertReadsNothingMasked(patch);
      for (const manifest of added) assertNoPlaceholders(manifest);
      const options = { ...writeOptionsOf(input), force: input.force };
      return maskOutcome(added, client.writer.patch(DevPodWorkspaceInstance, at, patch, options));
    },
  }),
}));

builder.mutationFields((t) => ({
  setDevPodWorkspaceInstanceAnnotations: t.field({
    type: SetAnnotationsPayload,
    description: 'Sets and removes annotations, whether there have been any or not.',
    args: { input: t.arg({ type: SetAnnotationsInput, required: true, description: 'Which, and of what.' }) },
    resolve: (_, { input }, { client }) => {
      const { namespace, name } = input;
      const removed = Object.fromEntries((input.remove ?? []).map((key) => [key, null]));
      const body = { metadata: { annotations: { ...removed, ...mapOf(input.annotations) } } };
      return client.writer.patch(
        DevPodWorkspaceInstance,
        { namespace, name },
        { type: 'MERGE', body },
        writeOptionsOf(input),
      );
    },
  }),
  deleteDevPodWorkspaceInstance: t.field({
    type: DeletePayload,
    description: 'Deletes a DevPod workspace. NOT_FOUND when there is none.',
    args: { input: t.arg({ type: DeleteInput, required: true, description: 'Which, and how.' }) },
    resolve: async (_, { input }, { client }) => {
      const { namespace, name } = input;
      const { object, warnings } = await client.writer.delete(
        DevPodWorkspaceInstance,
        { namespace, name },
        deleteOptionsOf(input),
      );
      return { deletionPending: object !== undefined, warnings };
    },
  }),
}));
