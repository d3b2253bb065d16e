import { builder } from '../../../graphql/builder.ts';
import { KeyValueInput } from '../../../mutations/inputs.ts';

export const PodMetadataInput = builder.inputType('PodMetadataInput', {
  description: 'Labels and annotations for the pod of a workspace.',
  fields: (t) => ({
    labels: t.field({ type: [KeyValueInput], description: 'All labels. Absent: as they are. Null: none.' }),
    annotations: t.field({ type: [KeyValueInput], description: 'All annotations. Absent: as they are. Null: none.' }),
  }),
});

const VolumeMountInput = builder.inputType('VolumeMountInput', {
  description: 'A PersistentVolumeClaim to mount.',
  fields: (t) => ({
    claimName: t.string({
      required: true,
      description:
        'Name of the claim, labelled notebooks.kubeflow.org/can-mount=true, in the namespace of the workspace.',
    }),
    mountPath: t.string({ required: true, description: 'Where it is to appear: absolute, and nothing else there.' }),
    readOnly: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Whether the workspace shall only read it.',
    }),
  }),
});

const SecretMountInput = builder.inputType('SecretMountInput', {
  description: 'A Secret to mount, as files.',
  fields: (t) => ({
    secretName: t.string({
      required: true,
      description:
        'Name of the Secret, labelled notebooks.kubeflow.org/can-mount=true, in the namespace of the workspace.',
    }),
    mountPath: t.string({
      required: true,
      description: 'Where its files are to appear: absolute, and nothing else there.',
    }),
    defaultMode: t.int({
      required: true,
      defaultValue: 420,
      description: 'Permission bits of the files, in decimal, 0 to 511: 420 is 0644.',
    }),
  }),
});

export const WorkspaceVolumesInput = builder.inputType('WorkspaceVolumesInput', {
  description: 'What a workspace mounts.',
  fields: (t) => ({
    home: t.string({
      description: 'Name of the claim for the home directory. Absent: as it is. Null: without.',
    }),
    data: t.field({ type: [VolumeMountInput], description: 'All further claims. Absent: as they are. Null: none.' }),
    secrets: t.field({ type: [SecretMountInput], description: 'All secrets. Absent: as they are. Null: none.' }),
  }),
});

export type WorkspaceVolumes = typeof WorkspaceVolumesInput.$inferInput;
export type PodMetadataValues = typeof PodMetadataInput.$inferInput;
