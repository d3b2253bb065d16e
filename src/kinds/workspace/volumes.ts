import { builder } from '../../graphql/builder.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { workspaceKindSpecOf, WorkspaceKind } from '../workspace-kind/resource.ts';
import { workspaceKindNameOf, specOf, type SecretVolume, type WorkspaceObject } from './resource.ts';

interface Mount {
  /** Namespace of the workspace. */
  readonly namespace: string;
  readonly claimName: string;
  readonly mountPath: string | null;
  readonly readOnly: boolean;
}

interface MountedSecret extends SecretVolume {
  readonly namespace: string;
}

/** Default of Kubernetes: 0644. */
const DEFAULT_MODE = 420;

export const VolumeMount = builder.objectRef<Mount>('VolumeMount').implement({
  description: 'PersistentVolumeClaim mounted by a workspace.',
  fields: (t) => ({
    claimName: t.exposeString('claimName', {
      description: 'Name of the PersistentVolumeClaim, in the namespace of the workspace.',
    }),
    mountPath: t.exposeString('mountPath', {
      nullable: true,
      description: 'Mount path. Null for the home volume if the WorkspaceKind does not exist.',
    }),
    readOnly: t.exposeBoolean('readOnly', { description: 'Whether the volume is mounted read-only.' }),
  }),
});

export const SecretMount = builder.objectRef<MountedSecret>('SecretMount').implement({
  description: 'Secret mounted by a workspace, as files.',
  fields: (t) => ({
    secretName: t.string({
      description: 'Name of the Secret, in the namespace of the workspace.',
      resolve: ({ secretName }) => secretName ?? '',
    }),
    mountPath: t.string({ description: 'Mount path of the files.', resolve: ({ mountPath }) => mountPath ?? '' }),
    defaultMode: t.int({
      description: 'Permission bits of the files, in decimal. 420 is 0644.',
      resolve: ({ defaultMode }) => defaultMode ?? DEFAULT_MODE,
    }),
  }),
});

export const WorkspaceVolumes = builder.objectRef<WorkspaceObject>('WorkspaceVolumes').implement({
  description: 'Volumes of a workspace.',
  fields: (t) => ({
    home: t.field({
      type: VolumeMount,
      nullable: true,
      description: 'Volume of the home directory. Null if the workspace has none.',
      extensions: dependsOn(WorkspaceKind),
      resolve: (workspace, _, { client }) => {
        const claimName = specOf(workspace).podTemplate?.volumes?.home;
        if (!claimName) return null;
        const workspaceKind = client.reader.prefetched(WorkspaceKind).get({ name: workspaceKindNameOf(workspace) });
        return {
          namespace: workspace.metadata.namespace ?? '',
          claimName,
          mountPath: workspaceKind
            ? (workspaceKindSpecOf(workspaceKind).podTemplate?.volumeMounts?.home ?? null)
            : null,
          readOnly: false,
        };
      },
    }),
    data: t.field({
      type: [VolumeMount],
      description: 'Additional PersistentVolumeClaims.',
      resolve: (workspace) =>
        (specOf(workspace).podTemplate?.volumes?.data ?? []).map(
          ({ pvcName = '', mountPath = null, readOnly = false }) => ({
            namespace: workspace.metadata.namespace ?? '',
            claimName: pvcName,
            mountPath,
            readOnly,
          }),
        ),
    }),
  }),
});

builder.objectFields(WorkspaceVolumes, (t) => ({
  secrets: t.field({
    type: [SecretMount],
    description: 'Mounted Secrets.',
    resolve: (workspace) =>
      (specOf(workspace).podTemplate?.volumes?.secrets ?? []).map((volume) => ({
        ...volume,
        namespace: workspace.metadata.namespace ?? '',
      })),
  }),
}));
