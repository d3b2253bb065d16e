import { faultOf, KUBELET_FINALIZER, TEMPLATE_HASH, WORKSPACE_NAME_LABEL } from '../annotations.ts';
import type { ImageSpec, WorkspaceKindPodTemplate, PodSpec, WorkspaceKind } from '../workspace-kind.ts';
import type { Workspace } from '../workspace.ts';
import { sha256 } from '../metadata.ts';
import type { PodOptions } from './workspace-status.ts';

export type PodTemplate = ReturnType<typeof podTemplate>;

const NODES = ['worker-1', 'worker-2', 'worker-3'] as const;
const PATH_PREFIX = /\{\{\s*httpPathPrefix\s+["'`]([^"'`]+)["'`]\s*\}\}/gu;

/** Returns the desired pod of a workspace. Depends on the workspace, its kind and the resolved options only. */
export function podTemplate(workspace: Workspace, workspaceKind: WorkspaceKind, { image, podConfig }: PodOptions) {
  const { metadata, spec } = workspace;
  const common = workspaceKind.spec.podTemplate;
  const podSpec = podSpecOf(workspace, common, image.spec, podConfig.spec);
  const own = { [WORKSPACE_NAME_LABEL]: metadata.name, statefulset: metadata.name };
  const labels = { ...common.podMetadata?.labels, ...spec.podTemplate.podMetadata?.labels, ...own };
  const annotations = { ...common.podMetadata?.annotations, ...spec.podTemplate.podMetadata?.annotations };
  const hash = sha256(canonical({ labels, annotations, podSpec })).slice(0, 16);
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: podNameOf(workspace),
      namespace: metadata.namespace,
      labels,
      annotations: { ...annotations, [TEMPLATE_HASH]: hash },
      finalizers: [KUBELET_FINALIZER],
      ownerReferences: [ownerReference(workspace)],
    },
    spec: podSpec,
  };
}

function podSpecOf(workspace: Workspace, common: WorkspaceKindPodTemplate, image: ImageSpec, size: PodSpec) {
  const isSchedulable = faultOf(workspace) !== 'Unschedulable';
  const { volumes, volumeMounts } = podVolumes(workspace, common);
  return {
    ...(isSchedulable ? { nodeName: nodeFor(workspace) } : {}),
    serviceAccountName: `ws-${workspace.metadata.name}`,
    // No kubelet runs here: the controller implements graceful termination with the pod's finalizer.
    terminationGracePeriodSeconds: 0,
    ...definedOf({ affinity: size.affinity, nodeSelector: size.nodeSelector, tolerations: size.tolerations }),
    ...definedOf({ securityContext: common.securityContext }),
    volumes,
    containers: [
      {
        name: 'main',
        image: image.image,
        imagePullPolicy: image.imagePullPolicy ?? 'IfNotPresent',
        ports: image.ports.map(({ port }) => ({ name: `http-${port}`, containerPort: port, protocol: 'TCP' })),
        env: (common.extraEnv ?? []).map((variable) => rendered(variable, workspace)),
        volumeMounts,
        ...definedOf({ resources: size.resources, securityContext: common.containerSecurityContext }),
      },
    ],
  };
}

/** Renders `{{ httpPathPrefix "<port id>" }}` in the value of an environment variable. */
function rendered<V extends { readonly value?: string }>(variable: V, { metadata }: Workspace): V {
  if (variable.value === undefined) return variable;
  const prefix = `/workspace/connect/${metadata.namespace}/${metadata.name}`;
  return { ...variable, value: variable.value.replace(PATH_PREFIX, (_, portId: string) => `${prefix}/${portId}/`) };
}

/** Maximum length of the name of a StatefulSet without its suffix, as in the published controller. */
const LONGEST_PREFIX = 45;

/**
 * Name of the workspace's pod: `ws-` and its name, cut to 45 characters, a suffix, and the ordinal. The suffix is derived from
 * the UID, not random, so that creating twice is idempotent.
 */
export function podNameOf({ metadata }: Workspace): string {
  const prefix = `ws-${metadata.name}`.slice(0, LONGEST_PREFIX);
  return `${prefix}${prefix.endsWith('-') ? '' : '-'}${sha256(metadata.uid).slice(0, 5)}-0`;
}

function nodeFor({ metadata }: Workspace): string {
  const index = Number.parseInt(sha256(metadata.uid).slice(0, 8), 16) % NODES.length;
  return NODES[index] ?? NODES[0];
}

/** Owner reference to a workspace. */
export function ownerReference({ apiVersion, metadata }: Workspace) {
  return { apiVersion, kind: 'Workspace', name: metadata.name, uid: metadata.uid };
}

function definedOf<T extends object>(fields: T): Partial<T> {
  const kept: Partial<T> = { ...fields };
  for (const field in kept) if (kept[field] === undefined) delete kept[field];
  return kept;
}

interface Mounted {
  readonly volume: { readonly name: string };
  readonly mount: { readonly name: string; readonly mountPath: string };
}

/**
 * Returns the volumes of a workspace's pod: home, data, secrets, then those of the kind. A volume whose mount path is taken
 * already is left out, and so is a mount of a volume that does not exist.
 */
function podVolumes({ spec }: Workspace, common: WorkspaceKindPodTemplate) {
  const { home, data = [], secrets = [] } = spec.podTemplate.volumes;
  const wanted: Mounted[] = [
    ...(home === undefined ? [] : [claim('home-volume', home, common.volumeMounts.home, false)]),
    ...data.map(({ pvcName, mountPath, readOnly = false }, i) => {
      return claim(`data-volume-${i}`, pvcName, mountPath, readOnly);
    }),
    ...secrets.map(({ secretName, mountPath, defaultMode = 0o644 }, i) => ({
      volume: { name: `secret-volume-${i}`, secret: { secretName, defaultMode } },
      mount: { name: `secret-volume-${i}`, mountPath },
    })),
  ];
  const isFirst = (path: string, i: number) => wanted.findIndex(({ mount }) => mount.mountPath === path) === i;
  const own = wanted.filter(({ mount }, i) => isFirst(mount.mountPath, i));
  const names = new Set(own.map(({ volume }) => volume.name));
  const volumes = [
    ...own.map(({ volume }) => volume),
    ...(common.extraVolumes ?? []).filter(({ name }) => !names.has(name)),
  ];
  const mounts = [...own.map(({ mount }) => mount), ...(common.extraVolumeMounts ?? [])];
  const volumeMounts = mounts.filter(({ mountPath, name }, i) => {
    const isTaken = mounts.findIndex((mount) => mount.mountPath === mountPath) < i;
    return !isTaken && volumes.some((volume) => volume.name === name);
  });
  return { volumes, volumeMounts };
}

function claim(name: string, claimName: string, mountPath: string, readOnly: boolean): Mounted {
  const only = readOnly ? { readOnly } : {};
  const volume = { name, persistentVolumeClaim: { claimName, ...only } };
  return { volume, mount: { name, mountPath, ...only } };
}

/** Serializes a JSON value with sorted keys. Keys whose value is undefined are omitted. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => (isObject(inner) ? withSortedKeys(inner) : inner));
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withSortedKeys(object: object): object {
  return Object.fromEntries(Object.entries(object).toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
