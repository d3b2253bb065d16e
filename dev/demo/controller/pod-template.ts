import { KUBELET_FINALIZER, TEMPLATE_HASH, WORKSPACE_NAME_LABEL } from '../annotations.ts';
import type { ObjectMeta } from '../../../src/kubernetes/object.ts';
import type { ImageSpec, WorkspaceKindPodTemplate, PodSpec, WorkspaceKind } from '../workspace-kind.ts';
import type { Workspace } from '../workspace.ts';
import { sha256 } from '../metadata.ts';
import type { PodOptions } from './workspace-status.ts';

export type PodTemplate = ReturnType<typeof podTemplate>;

const NODES = ['worker-1', 'worker-2', 'worker-3'] as const;
const PATH_PREFIX = /\{\{\s*httpPathPrefix\s+["'`]([^"'`]+)["'`]\s*\}\}/gu;

/** Returns the template of a workspace's pod. Depends on the workspace, its kind and the resolved options only. */
export function podTemplate(workspace: Workspace, workspaceKind: WorkspaceKind, { image, podConfig }: PodOptions) {
  const { metadata, spec } = workspace;
  const common = workspaceKind.spec.podTemplate;
  const podSpec = podSpecOf(workspace, common, image.spec, podConfig.spec);
  const labels = {
    ...common.podMetadata?.labels,
    ...spec.podTemplate.podMetadata?.labels,
    ...selectorLabels(metadata.name),
  };
  const annotations = { ...common.podMetadata?.annotations, ...spec.podTemplate.podMetadata?.annotations };
  const hash = sha256(canonical({ labels, annotations, podSpec })).slice(0, 16);
  return { hash, metadata: { labels, annotations }, spec: podSpec };
}

/** Labels that select the pod of a workspace. Labels that users give it do not override them. */
export function selectorLabels(workspaceName: string) {
  return { [WORKSPACE_NAME_LABEL]: workspaceName, statefulset: workspaceName };
}

interface SetIdentity {
  readonly metadata: Pick<ObjectMeta, 'name' | 'namespace' | 'uid'>;
}

/** Returns the pod that the StatefulSet controller, the scheduler and a kubelet make of the template. */
export function podOf(template: PodTemplate, set: SetIdentity, nodeName: string | undefined) {
  const { name: setName, namespace = '', uid } = set.metadata;
  const name = `${setName}-0`;
  const labels = { 'apps.kubernetes.io/pod-index': '0', 'statefulset.kubernetes.io/pod-name': name };
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name,
      namespace,
      labels: { ...template.metadata.labels, ...labels },
      annotations: { ...template.metadata.annotations, [TEMPLATE_HASH]: template.hash },
      finalizers: [KUBELET_FINALIZER],
      ownerReferences: [{ apiVersion: 'apps/v1', kind: 'StatefulSet', name: setName, uid, ...CONTROLLER }],
    },
    spec: {
      ...template.spec,
      ...(nodeName === undefined ? {} : { nodeName }),
      // No kubelet runs here: the controller implements graceful termination with the pod's finalizer.
      terminationGracePeriodSeconds: 0,
    },
  };
}

const CONTROLLER = { controller: true, blockOwnerDeletion: true } as const;

function podSpecOf(workspace: Workspace, common: WorkspaceKindPodTemplate, image: ImageSpec, size: PodSpec) {
  const { volumes, volumeMounts } = podVolumes(workspace, common);
  return {
    serviceAccountName: serviceAccountNameOf(workspace),
    ...definedOf({ affinity: size.affinity, nodeSelector: size.nodeSelector, tolerations: size.tolerations }),
    ...definedOf({ securityContext: common.securityContext }),
    volumes,
    containers: [
      {
        name: 'main',
        image: image.image,
        imagePullPolicy: image.imagePullPolicy ?? 'IfNotPresent',
        ports: image.ports.map(({ port }) => ({ name: `http-${port}`, containerPort: port, protocol: 'TCP' })),
        env: (common.extraEnv ?? []).map((variable) => rendered(variable, workspace, image)),
        volumeMounts,
        ...common.probes,
        ...definedOf({ resources: size.resources, securityContext: common.containerSecurityContext }),
      },
    ],
  };
}

/** Renders `{{ httpPathPrefix "<port id>" }}` in the value of an environment variable; empty for a port that the image lacks. */
function rendered<V extends { readonly value?: string }>(
  variable: V,
  { metadata }: Workspace,
  { ports }: ImageSpec,
): V {
  if (variable.value === undefined) return variable;
  const prefix = `/workspace/connect/${metadata.namespace}/${metadata.name}`;
  const pathOf = (portId: string) => (ports.some(({ id }) => id === portId) ? `${prefix}/${portId}/` : '');
  return { ...variable, value: variable.value.replace(PATH_PREFIX, (_, portId: string) => pathOf(portId)) };
}

/** Name of the workspace's ServiceAccount. */
export function serviceAccountNameOf({ metadata }: Workspace): string {
  return `ws-${metadata.name}`;
}

/** Maximum lengths of the names of StatefulSets and Services without their suffix, as in the published controller. */
const LONGEST_PREFIX = { set: 45, service: 56, roleBinding: 56 };

/**
 * Name of an object that a workspace owns: `ws-` and the workspace's name, cut, and a suffix. The suffix is derived from the UID,
 * not random, so that creating twice is idempotent.
 */
export function ownedName({ metadata }: Workspace, role: keyof typeof LONGEST_PREFIX, distinction = ''): string {
  const prefix = `ws-${metadata.name}`.slice(0, LONGEST_PREFIX[role]);
  return `${prefix}${prefix.endsWith('-') ? '' : '-'}${sha256(`${metadata.uid}${distinction}`).slice(0, 5)}`;
}

/** Name of the node that runs the workspace's pods. */
export function nodeFor({ metadata }: Workspace): string {
  const index = Number.parseInt(sha256(metadata.uid).slice(0, 8), 16) % NODES.length;
  return NODES[index] ?? NODES[0];
}

/** Owner reference to a workspace. */
export function ownerReference({ apiVersion, metadata }: Workspace) {
  return { apiVersion, kind: 'Workspace', name: metadata.name, uid: metadata.uid, ...CONTROLLER };
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
