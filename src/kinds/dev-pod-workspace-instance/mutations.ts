import { builder, type InputFields } from '../../graphql/builder.ts';
import { assertNoCauses, manifestPaths, withInputPaths } from '../../mutations/field-errors.ts';
import {
  deleteFields,
  dryRunField,
  duplicateKeys,
  fieldManagerField,
  writeFields,
  writeOptionsOf,
  KeyValueInput,
  mapOf,
} from '../../mutations/inputs.ts';
import { manifestOf } from '../../mutations/manifest.ts';
import { patchFields, patchOf, patchPathsOf } from '../../mutations/patch.ts';
import { writePayload } from '../../mutations/payload.ts';
import { maskOutcome } from './masking.ts';
import { deletePayload, deleteReadable } from '../../mutations/delete.ts';
import { DevPodWorkspaceInstanceType } from './refs.ts';
import { DevPodWorkspaceInstance } from './resource.ts';
import { assertNoPlaceholders, assertReadsNothingMasked, manifestsIn } from './write-rules.ts';

function namespaceField(t: InputFields) {
  return t.string({
    required: true,
    description: 'Namespace of the DevPod workspace: that of its project, e.g. `loft-p-my-project`.',
  });
}

function nameFields(t: InputFields) {
  return {
    namespace: namespaceField(t),
    name: t.string({ required: true, description: 'Name of the DevPod workspace.' }),
  };
}

const CreateInput = builder.inputType('CreateDevPodWorkspaceInstanceInput', {
  description: 'Input of createDevPodWorkspaceInstance.',
  fields: (t) => ({
    namespace: namespaceField(t),
    manifest: t.field({
      type: 'JSON',
      required: true,
      description:
        'The object as JSON, or as a string of YAML. `apiVersion`, `kind` and `metadata.namespace` may be omitted. BAD_REQUEST if it contains the placeholder `***` of a masked value.',
    }),
    ...writeFields(t),
  }),
});

const ReplaceInput = builder.inputType('ReplaceDevPodWorkspaceInstanceInput', {
  description: 'Input of replaceDevPodWorkspaceInstance.',
  fields: (t) => ({
    ...nameFields(t),
    manifest: t.field({
      type: 'JSON',
      required: true,
      description:
        'The complete object as JSON, or as a string of YAML, with its `metadata.resourceVersion`: CONFLICT if the stored object has another one. BAD_REQUEST if it contains the placeholder `***` of a masked value.',
    }),
    ...writeFields(t),
  }),
});

const PatchInput = builder.inputType('PatchDevPodWorkspaceInstanceInput', {
  description:
    'Input of patchDevPodWorkspaceInstance. BAD_REQUEST if the patch contains the placeholder `***` of a masked value, or if it copies, moves or tests a field that may hold masked values.',
  fields: (t) => ({ ...nameFields(t), ...patchFields(t) }),
});

const SetAnnotationsInput = builder.inputType('SetDevPodWorkspaceInstanceAnnotationsInput', {
  description:
    'Input of setDevPodWorkspaceInstanceAnnotations. Other annotations are kept. BAD_REQUEST if a value contains the placeholder `***` of a masked value.',
  fields: (t) => ({
    ...nameFields(t),
    annotations: t.field({ type: [KeyValueInput], required: true, description: 'Annotations to set.' }),
    remove: t.stringList({ description: 'Keys of annotations to remove. Null for none.' }),
    dryRun: dryRunField(t),
    fieldManager: fieldManagerField(t),
  }),
});

const DeleteInput = builder.inputType('DeleteDevPodWorkspaceInstanceInput', {
  description: 'Input of deleteDevPodWorkspaceInstance.',
  fields: (t) => ({ ...nameFields(t), ...deleteFields(t) }),
});

const payloadOptions = { field: 'devPodWorkspaceInstance', type: DevPodWorkspaceInstanceType };
const CreatePayload = writePayload('CreateDevPodWorkspaceInstancePayload', payloadOptions);
const ReplacePayload = writePayload('ReplaceDevPodWorkspaceInstancePayload', payloadOptions);
const PatchPayload = writePayload('PatchDevPodWorkspaceInstancePayload', payloadOptions);
const SetAnnotationsPayload = writePayload('SetDevPodWorkspaceInstanceAnnotationsPayload', payloadOptions);
const DeleteInstancePayload = deletePayload('DeleteDevPodWorkspaceInstancePayload', payloadOptions);

builder.mutationFields((t) => ({
  createDevPodWorkspaceInstance: t.field({
    type: CreatePayload,
    nullable: true,
    description: 'Creates a DevPod workspace.',
    args: { input: t.arg({ type: CreateInput, required: true, description: 'The new DevPod workspace.' }) },
    resolve: async (_, { input }, { client }) => {
      const { namespace } = input;
      await client.assertCan('create', DevPodWorkspaceInstance, { namespace }); // before the manifest is parsed
      const given = { value: input.manifest, pauses: client.cost };
      const manifest = await manifestOf(given, DevPodWorkspaceInstance, { namespace });
      assertNoPlaceholders(manifest);
      const created = client.writer.create(DevPodWorkspaceInstance, manifest, { namespace, ...writeOptionsOf(input) });
      return withInputPaths(manifestPaths, maskOutcome(manifest, created));
    },
  }),
  replaceDevPodWorkspaceInstance: t.field({
    type: ReplacePayload,
    nullable: true,
    description: 'Replaces a DevPod workspace. Masked values must be specified again.',
    args: {
      input: t.arg({ type: ReplaceInput, required: true, description: 'The DevPod workspace, and its replacement.' }),
    },
    resolve: async (_, { input }, { client }) => {
      const at = { namespace: input.namespace, name: input.name };
      await client.assertCan('update', DevPodWorkspaceInstance, at); // before the manifest is parsed
      const manifest = await manifestOf({ value: input.manifest, pauses: client.cost }, DevPodWorkspaceInstance, at);
      assertNoPlaceholders(manifest);
      const replaced = client.writer.replace(DevPodWorkspaceInstance, at, manifest, writeOptionsOf(input));
      return withInputPaths(manifestPaths, maskOutcome(manifest, replaced));
    },
  }),
}));

builder.mutationFields((t) => ({
  patchDevPodWorkspaceInstance: t.field({
    type: PatchPayload,
    nullable: true,
    description:
      'Patches a DevPod workspace. Fields that the patch does not mention are kept, including masked values.',
    args: { input: t.arg({ type: PatchInput, required: true, description: 'The DevPod workspace, and the patch.' }) },
    resolve: async (_, { input }, { client }) => {
      const at = { namespace: input.namespace, name: input.name };
      await client.assertCan('patch', DevPodWorkspaceInstance, at); // before the patch is parsed
      const patch = await patchOf({ ...input, pauses: client.cost }, DevPodWorkspaceInstance, at);
      const added = manifestsIn(patch);
      assertReadsNothingMasked(patch);
      for (const manifest of added) assertNoPlaceholders(manifest);
      const options = { ...writeOptionsOf(input), force: input.force };
      const patched = client.writer.patch(DevPodWorkspaceInstance, at, patch, options);
      return withInputPaths(patchPathsOf(patch), maskOutcome(added, patched));
    },
  }),
}));

builder.mutationFields((t) => ({
  setDevPodWorkspaceInstanceAnnotations: t.field({
    type: SetAnnotationsPayload,
    nullable: true,
    description: 'Sets and removes annotations of a DevPod workspace.',
    args: {
      input: t.arg({
        type: SetAnnotationsInput,
        required: true,
        description: 'The DevPod workspace, and its annotations.',
      }),
    },
    resolve: async (_, { input }, { client }) => {
      const { namespace, name } = input;
      const kind = DevPodWorkspaceInstance.kind;
      await client.assertCan('patch', DevPodWorkspaceInstance, { namespace, name });
      assertNoCauses(duplicateKeys('input.annotations', input.annotations), { kind, namespace, name });
      const removed = Object.fromEntries((input.remove ?? []).map((key) => [key, null]));
      const body = { metadata: { annotations: { ...removed, ...mapOf(input.annotations) } } };
      assertNoPlaceholders(body);
      const at = { namespace, name };
      const patched = client.writer.patch(DevPodWorkspaceInstance, at, { type: 'MERGE', body }, writeOptionsOf(input));
      return withInputPaths({ 'metadata.annotations': 'input.annotations' }, maskOutcome(body, patched));
    },
  }),
  deleteDevPodWorkspaceInstance: t.field({
    type: DeleteInstancePayload,
    nullable: true,
    description: 'Deletes a DevPod workspace. NOT_FOUND if it does not exist.',
    args: {
      input: t.arg({
        type: DeleteInput,
        required: true,
        description: 'The DevPod workspace, and options of the deletion.',
      }),
    },
    resolve: (_, { input }, { client }) => deleteReadable(client, DevPodWorkspaceInstance, input),
  }),
}));
