import { builder } from '../../graphql/builder.ts';
import type { Context } from '../../graphql/context.ts';
import { parseQuantity } from '../../kubernetes/quantity.ts';
import { apiVersionOf } from '../../kubernetes/resource.ts';
import type { StatusCause } from '../../kubernetes/status-error.ts';
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
  nameFields,
} from '../../mutations/inputs.ts';
import { type WritePayload, writePayload } from '../../mutations/payload.ts';
import { AccessModeEnum, accessModeName, VolumeModeEnum } from '../persistent-volume/enums.ts';
import { CAN_USE_LABEL, isUsable, StorageClass } from '../storage-class/resource.ts';
import { USER_LABELS } from '../../mutations/permission-labels.ts';
import { deletePayload, deleteUpdatable } from '../../mutations/delete.ts';
import { creationAnnotations } from '../../mutations/audit-annotations.ts';
import { mountWarnings } from './mount-warnings.ts';
import { PersistentVolumeClaimType } from './refs.ts';
import { PersistentVolumeClaim, STORAGE_CLASS_ANNOTATION } from './resource.ts';

const CreatePersistentVolumeClaimInput = builder.inputType('CreatePersistentVolumeClaimInput', {
  description: 'Input of createPersistentVolumeClaim.',
  fields: (t) => ({
    namespace: t.string({ required: true, description: 'Namespace of the claim.' }),
    name: t.string({ required: true, description: 'Name of the claim: lower-case letters, digits, `-` and `.`.' }),
    storageClassName: t.string({
      required: true,
      description: 'Name of a storage class with `canUse`. INVALID if it does not exist or is not offered.',
    }),
    accessModes: t.field({
      type: [AccessModeEnum],
      required: true,
      description: 'Access modes, at least one.',
    }),
    volumeMode: t.field({
      type: VolumeModeEnum,
      required: true,
      defaultValue: 'FILESYSTEM',
      description: 'Volume mode. Workspaces can mount only FILESYSTEM.',
    }),
    requestedSize: t.string({
      required: true,
      description: 'Requested capacity, as a Kubernetes quantity, e.g. `10Gi`.',
    }),
    labels: t.field({ type: [KeyValueInput], description: 'Labels, in addition to those that the gateway sets.' }),
    annotations: t.field({
      type: [KeyValueInput],
      description:
        'Annotations, in addition to those that the gateway sets. INVALID if `volume.beta.kubernetes.io/storage-class` is among them.',
    }),
    dryRun: dryRunField(t),
    fieldManager: fieldManagerField(t),
  }),
});

const CreatePersistentVolumeClaimPayload = writePayload('CreatePersistentVolumeClaimPayload', {
  field: 'persistentVolumeClaim',
  type: PersistentVolumeClaimType,
});

builder.mutationField('createPersistentVolumeClaim', (t) =>
  t.field({
    type: CreatePersistentVolumeClaimPayload,
    nullable: true,
    description:
      'Creates a persistent volume claim that workspaces may mount and deletePersistentVolumeClaim may delete. Requires `create` of `persistentvolumeclaims` in the namespace. INVALID, with the input fields as causes, if the storage class does not exist or is not offered.',
    args: {
      input: t.arg({ type: CreatePersistentVolumeClaimInput, required: true, description: 'The new claim.' }),
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
  const size = parseQuantity(requestedSize);
  return [
    ...(accessModes.length === 0 ? [requiredValue('input.accessModes', 'expected at least one access mode')] : []),
    ...accessModes.flatMap((mode, i) =>
      accessModeName(mode)
        ? []
        : [invalidValue(`input.accessModes[${i}]`, `expected another access mode than ${mode}`)],
    ),
    ...(volumeMode === 'UNKNOWN'
      ? [invalidValue('input.volumeMode', 'expected FILESYSTEM or BLOCK, got UNKNOWN')]
      : []),
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
    ...(annotations ?? []).flatMap(({ key }, i) =>
      key === STORAGE_CLASS_ANNOTATION
        ? [forbiddenValue(`input.annotations[${i}].key`, `${key} would replace storageClassName`)]
        : [],
    ),
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
  description: 'Input of deletePersistentVolumeClaim.',
  fields: (t) => ({
    ...nameFields(t, 'claim'),
    ...deleteFields(t),
  }),
});

const DeletePersistentVolumeClaimPayload = deletePayload('DeletePersistentVolumeClaimPayload', {
  field: 'persistentVolumeClaim',
  type: PersistentVolumeClaimType,
});

builder.mutationField('deletePersistentVolumeClaim', (t) =>
  t.field({
    type: DeletePersistentVolumeClaimPayload,
    nullable: true,
    description:
      'Deletes a persistent volume claim and, with the reclaim policy DELETE, its data. Pods and workspaces that mount it are no reason to refuse: they are listed in `warnings`, as far as you may list them, and `deletionPending` is true until Kubernetes has found that no pod uses the claim. Requires `get` and `delete`. FORBIDDEN if `canUpdate` is false.',
    args: {
      input: t.arg({
        type: DeletePersistentVolumeClaimInput,
        required: true,
        description: 'The claim, and options of the deletion.',
      }),
    },
    resolve: async (_, { input }, { client }) => {
      const payload = await deleteUpdatable(client, PersistentVolumeClaim, input);
      return { ...payload, warnings: [...payload.warnings, ...(await mountWarnings(client, input))] };
    },
  }),
);
