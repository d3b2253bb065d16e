import { builder } from '../../../graphql/builder.ts';

const VolumeMountInput = builder.inputType('VolumeMountInput', {
  description: 'PersistentVolumeClaim to mount.',
  fields: (t) => ({
    claimName: t.string({
      required: true,
      description:
        'Name of a PersistentVolumeClaim in the namespace of the workspace, labelled notebooks.kubeflow.org/can-mount=true.',
    }),
    mountPath: t.string({
      required: true,
      description:
        'Absolute mount path, without ":". No other volume of the workspace may have the same path. A volume of the WorkspaceKind at this path is replaced.',
    }),
    readOnly: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Whether to mount the volume read-only.',
    }),
  }),
});

const SecretMountInput = builder.inputType('SecretMountInput', {
  description: 'Secret to mount, as files.',
  fields: (t) => ({
    secretName: t.string({
      required: true,
      description:
        'Name of a Secret in the namespace of the workspace, labelled notebooks.kubeflow.org/can-mount=true.',
    }),
    mountPath: t.string({
      required: true,
      description:
        'Absolute mount path of the files, without ":". No other volume of the workspace may have the same path. A volume of the WorkspaceKind at this path is replaced.',
    }),
    defaultMode: t.int({
      required: true,
      defaultValue: 420,
      description: 'Permission bits of the files, in decimal, from 0 to 511. 420 is 0644.',
    }),
  }),
});

export const WorkspaceVolumesInput = builder.inputType('WorkspaceVolumesInput', {
  description: 'Volumes of a workspace.',
  fields: (t) => ({
    home: t.string({
      description: 'Name of the PersistentVolumeClaim of the home directory. If absent, it is kept; null removes it.',
    }),
    data: t.field({
      type: [VolumeMountInput],
      description: 'All additional PersistentVolumeClaims. If absent, they are kept; null removes them.',
    }),
    secrets: t.field({
      type: [SecretMountInput],
      description: 'All Secrets. If absent, they are kept; null removes them.',
    }),
  }),
});

export type WorkspaceVolumes = typeof WorkspaceVolumesInput.$inferInput;
