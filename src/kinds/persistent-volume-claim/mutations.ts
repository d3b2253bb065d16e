import { builder } from '../../graphql/builder.ts';
import type { Context } from '../../graphql/context.ts';
import { amountOf } from '../../kubernetes/quantity.ts';
import { apiVersionOf } from '../../kubernetes/resource.ts';
import { type StatusCause } from '../../kubernetes/status-error.ts';
import {
  type InputPaths,
  withInputPaths,
  assertNoCauses,
  forbiddenValue,
  invalidValue,
  requiredValue,
} from '../../mutations/field-errors.ts';
import {
  deleteFields,
  dryRunField,
  fieldManagerField,
  writeOptionsOf,
  duplicateKeys,
  KeyValueInput,
  mapOf,
} from '../../mutations/inputs.ts';
import { type WritePayload, writePayload } from '../../mutations/payload.ts';
import { AccessModeEnum, accessModeName, VolumeModeEnum } from '../persistent-volume/enums.ts';
import { CAN_USE_LABEL, isUsable, StorageClass } from '../storage-class/resource.ts';
import { deleteUpdatable, type DeletePayload, USER_LABELS } from '../../mutations/permission-labels.ts';
import { creationAnnotations } from '../../mutations/audit-annotations.ts';
import { PersistentVolumeClaimType } from './refs.ts';
import { PersistentVolumeClaim } from './resource.ts';

const CreatePersistentVolumeClaimInput = builder.inputType('CreatePersistentVolumeClaimInput', {
  description: 'What the new claim is to be.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'The namespace to create it in.' }),
    name: t.string({ required: true, description: 'Its name: lower case letters, digits, "-" and ".".' }),
    storageClassName: t.string({
      required: true,
      description: 'The class of its storage, by name: one of those with `canUse`.',
    }),
    accessModes: t.field({
      type: [AccessModeEnum],
      required: true,
      description: 'How it is to be mounted: one at least.',
    }),
    volumeMode: t.field({
      type: VolumeModeEnum,
      required: true,
      defaultValue: 'FILESYSTEM',
      description: 'As what it is to be mounted. Workspaces mount directories only.',
    }),
    requestedSize: t.string({
      required: true,
      description: 'How much storage, as a Kubernetes quantity, e.g. `10Gi`.',
    }),
    labels: t.field({ type: [KeyValueInput], description: 'Further labels of it.' }),
    annotations: t.field({ type: [KeyValueInput], description: 'Annotations of it.' }),
    dryRun: dryRunField(t),
    fieldManager: fieldManagerField(t),
  }),
});

const CreatePersistentVolumeClaimPayload = writePayload('CreatePersistentVolumeClaimPayload', {
  field: 'persistentVolumeClaim',
  type: PersistentVolumeClaimType,
  description: 'A claim that has been created.',
});

builder.mutationField('createPersistentVolumeClaim', (t) =>
  t.field({
    type: CreatePersistentVolumeClaimPayload,
    description:
      'Claims storage for workspaces: labelled so that they can mount it, and users can delete it. INVALID, with the places in the input as causes, for a class that does not exist or is not offered.',
    args: {
      input: t.arg({ type: CreatePersistentVolumeClaimInput, required: true, description: 'What it is to be.' }),
    },
    resolve: (_, { input }, context) => create(context, input),
  }),
);

type CreateInput = typeof CreatePersistentVolumeClaimInput.$inferInput;

const paths: InputPaths = {
  'metadata.name': 'input.name',
  'metadata.namespace': 'input.namespace',
  'metadata.labels': 'input.labels',
  'metadata.annotations': 'input.annotations',
  'spec.accessModes': 'input.accessModes',
  'spec.storageClassName': 'input.storageClassName',
  'spec.volumeMode': 'input.volumeMode',
  'spec.resources': 'input.requestedSize',
};

async function create(context: Context, input: CreateInput): Promise<WritePayload> {
  const { namespace, name } = input;
  const { client } = context;
  await client.assertCan('create', PersistentVolumeClaim, { namespace });
  const causes = [...validateInput(input), ...(await validateStorageClass(context, input))];
  assertNoCauses(causes, { kind: PersistentVolumeClaim.kind, namespace, name });
  const options = { ...writeOptionsOf(input), namespace };
  return withInputPaths(paths, client.writer.create(PersistentVolumeClaim, manifestOf(context, input), options));
}

function manifestOf(context: Context, input: CreateInput): object {
  const { namespace, name, labels, annotations, accessModes, storageClassName, volumeMode, requestedSize } = input;
  return {
    apiVersion: apiVersionOf(PersistentVolumeClaim),
    kind: PersistentVolumeClaim.kind,
    metadata: {
      name,
      namespace,
      labels: { ...mapOf(labels), ...USER_LABELS },
      annotations: { ...mapOf(annotations), ...creationAnnotations(context) },
    },
    spec: {
      accessModes: accessModes.map(accessModeName),
      storageClassName,
      volumeMode: volumeMode === 'BLOCK' ? 'Block' : 'Filesystem',
      resources: { requests: { storage: requestedSize } },
    },
  };
}

function validateInput({ accessModes, volumeMode, requestedSize, labels, annotations }: CreateInput): StatusCause[] {
  const size = amountOf(requestedSize);
  return [
    ...(accessModes.length === 0 ? [requiredValue('input.accessModes', 'expected one at least')] : []),
    ...accessModes.flatMap((mode, i) =>
      accessModeName(mode) ? [] : [invalidValue(`input.accessModes[${i}]`, `${mode} is not to be asked for`)],
    ),
    ...(volumeMode === 'UNKNOWN' ? [invalidValue('input.volumeMode', 'UNKNOWN is not to be asked for')] : []),
    ...(size === undefined || size <= 0
      ? [
          invalidValue(
            'input.requestedSize',
            `expected a quantity such as "10Gi", got ${JSON.stringify(requestedSize)}`,
          ),
        ]
      : []),
    ...duplicateKeys('input.labels', labels),
    ...duplicateKeys('input.annotations', annotations),
  ];
}

async function validateStorageClass(
  { client }: Context,
  { storageClassName: name }: CreateInput,
): Promise<StatusCause[]> {
  const storageClass = await client.reader.get(StorageClass, { name });
  const which = `StorageClass ${JSON.stringify(name)}`;
  if (!storageClass) return [invalidValue('input.storageClassName', `${which} not found`)];
  if (isUsable(storageClass)) return [];
  return [forbiddenValue('input.storageClassName', `${which} is not labeled with ${CAN_USE_LABEL}=true`)];
}

const DeletePersistentVolumeClaimInput = builder.inputType('DeletePersistentVolumeClaimInput', {
  description: 'Which claim to delete, and how.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'The namespace it is in.' }),
    name: t.string({ required: true, description: 'Its name.' }),
    ...deleteFields(t),
  }),
});

const DeletePersistentVolumeClaimPayload = writePayload<DeletePayload>('DeletePersistentVolumeClaimPayload', {
  field: 'persistentVolumeClaim',
  type: PersistentVolumeClaimType,
  description: 'A claim whose deletion has been asked for.',
});
builder.objectField(DeletePersistentVolumeClaimPayload, 'deletionPending', (t) =>
  t.boolean({
    description: 'Whether it is still there, until no pod mounts it any more. False: it is gone.',
    resolve: ({ deletionPending }) => deletionPending,
  }),
);

builder.mutationField('deletePersistentVolumeClaim', (t) =>
  t.field({
    type: DeletePersistentVolumeClaimPayload,
    description:
      'Deletes a claim, and with most classes what is stored. FORBIDDEN for one without `canUpdate`. Nobody looks whether workspaces mount it: see its `workspaces`.',
    args: {
      input: t.arg({ type: DeletePersistentVolumeClaimInput, required: true, description: 'Which, and how.' }),
    },
    resolve: (_, { input }, { client }) => deleteUpdatable(client, PersistentVolumeClaim, input),
  }),
);
