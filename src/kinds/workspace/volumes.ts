import { builder } from '../../graphql/builder.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { workspaceKindSpecOf, WorkspaceKind } from '../workspace-kind/resource.ts';
import { isLeftOut, mountedVolumesOf, type MountedVolume } from './mount-paths.ts';
import { workspaceKindNameOf, specOf, type SecretVolume, type WorkspaceObject } from './resource.ts';

/** Position of a volume in the lists of its workspace. */
interface Place extends Pick<MountedVolume, 'list' | 'index'> {
  readonly workspace: WorkspaceObject;
}

interface Mount extends Place {
  /** Namespace of the workspace. */
  readonly namespace: string;
  readonly claimName: string;
  readonly mountPath: string | null;
  readonly readOnly: boolean;
}

interface MountedSecret extends SecretVolume, Place {
  readonly namespace: string;
}

/** Default of Kubernetes: 0644. */
const DEFAULT_MODE = 420;

const LEFT_OUT =
  'Whether the controller leaves the volume out of the pod, because a volume before it has the same mount path. The order is: home, data, secrets.';

function isPlaceLeftOut({ workspace, ...place }: Place, client: ViewerClient): boolean {
  const workspaceKind = client.reader.prefetched(WorkspaceKind).get({ name: workspaceKindNameOf(workspace) });
  return isLeftOut(mountedVolumesOf(workspace, workspaceKind), place);
}

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
    leftOut: t.boolean({
      description: LEFT_OUT,
      extensions: dependsOn(WorkspaceKind),
      resolve: (mount, _, { client }) => isPlaceLeftOut(mount, client),
    }),
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
    leftOut: t.boolean({
      description: LEFT_OUT,
      extensions: dependsOn(WorkspaceKind),
      resolve: (mount, _, { client }) => isPlaceLeftOut(mount, client),
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
          workspace,
          list: 'home' as const,
          index: 0,
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
          ({ pvcName = '', mountPath = null, readOnly = false }, index) => ({
            workspace,
            list: 'data' as const,
            index,
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
      (specOf(workspace).podTemplate?.volumes?.secrets ?? []).map((volume, index) => ({
        ...volume,
        workspace,
        list: 'secrets' as const,
        index,
        namespace: workspace.metadata.namespace ?? '',
      })),
  }),
}));
