import type { KindPodTemplate } from '../workspace-kind.ts';
import type { Workspace } from '../workspace.ts';

interface Mounted {
  readonly volume: { readonly name: string };
  readonly mount: { readonly name: string; readonly mountPath: string };
}

/** What a workspace's pod mounts: home, data, secrets and what the kind adds. A mount path that is taken is passed over. */
export function podVolumes({ spec }: Workspace, common: KindPodTemplate) {
  const { home, data = [], secrets = [] } = spec.podTemplate.volumes;
  const mounted: Mounted[] = [
    ...(home === undefined ? [] : [claim('home', home, common.volumeMounts.home, false)]),
    ...data.map(({ pvcName, mountPath, readOnly = false }, i) => claim(`data-${i}`, pvcName, mountPath, readOnly)),
    ...secrets.map(({ secretName, mountPath, defaultMode = 0o644 }, i) => ({
      volume: { name: `secret-${i}`, secret: { secretName, defaultMode } },
      mount: { name: `secret-${i}`, mountPath, readOnly: true },
    })),
  ];
  const mounts = [...mounted.map(({ mount }) => mount), ...(common.extraVolumeMounts ?? [])];
  return {
    volumes: [...mounted.map(({ volume }) => volume), ...(common.extraVolumes ?? [])],
    volumeMounts: mounts.filter(({ mountPath }, i) => mounts.findIndex((mount) => mount.mountPath === mountPath) === i),
  };
}

function claim(name: string, claimName: string, mountPath: string, readOnly: boolean) {
  return {
    volume: { name, persistentVolumeClaim: { claimName, readOnly } },
    mount: { name, mountPath, readOnly },
  };
}
