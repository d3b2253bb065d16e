import { createHash } from 'node:crypto';
import { faultOf } from '../fault.ts';
import { KUBELET_FINALIZER, TEMPLATE_HASH, WORKSPACE_NAME_LABEL } from '../annotations.ts';
import type { ImageSpec, KindPodTemplate, PodSpec, WorkspaceKind } from '../workspace-kind.ts';
import type { Workspace } from '../workspace.ts';
import { canonical } from './canonical.ts';
import { podVolumes } from './pod-volumes.ts';
import type { PodOptions } from './workspace-status.ts';

export type PodTemplate = ReturnType<typeof podTemplate>;

const NODES = ['worker-1', 'worker-2', 'worker-3'] as const;
const PATH_PREFIX = /\{\{\s*httpPathPrefix\s+["'`]([^"'`]+)["'`]\s*\}\}/gu;

/** The pod of a workspace, ready to be created: always the same one for the same workspace, kind and options. */
export function podTemplate(workspace: Workspace, kind: WorkspaceKind, { image, podConfig }: PodOptions) {
  const { metadata, spec } = workspace;
  const common = kind.spec.podTemplate;
  const podSpec = podSpecOf(workspace, common, image.spec, podConfig.spec);
  const own = { [WORKSPACE_NAME_LABEL]: metadata.name, statefulset: `ws-${metadata.name}` };
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

function podSpecOf(workspace: Workspace, common: KindPodTemplate, image: ImageSpec, size: PodSpec) {
  const isSchedulable = faultOf(workspace) !== 'Unschedulable';
  const { volumes, volumeMounts } = podVolumes(workspace, common);
  return {
    ...(isSchedulable ? { nodeName: nodeFor(workspace) } : {}),
    serviceAccountName: `ws-${workspace.metadata.name}`,
    // Graceful ending is the controller's part, through the finalizer: no kubelet looks after these pods.
    terminationGracePeriodSeconds: 0,
    ...present({ affinity: size.affinity, nodeSelector: size.nodeSelector, tolerations: size.tolerations }),
    ...present({ securityContext: common.securityContext }),
    volumes,
    containers: [
      {
        name: 'main',
        image: image.image,
        imagePullPolicy: image.imagePullPolicy ?? 'IfNotPresent',
        ports: image.ports.map(({ port }) => ({ name: `http-${port}`, containerPort: port, protocol: 'TCP' })),
        env: (common.extraEnv ?? []).map((variable) => rendered(variable, workspace)),
        volumeMounts,
        ...present({ resources: size.resources, securityContext: common.containerSecurityContext }),
      },
    ],
  };
}

/** Environment variables may mention the path under which a port is reached. */
function rendered<V extends { readonly value?: string }>(variable: V, { metadata }: Workspace): V {
  if (variable.value === undefined) return variable;
  const prefix = `/workspace/connect/${metadata.namespace}/${metadata.name}`;
  return { ...variable, value: variable.value.replace(PATH_PREFIX, (_, portId: string) => `${prefix}/${portId}/`) };
}

/** The suffix that a StatefulSet would draw by lot comes from the uid here, so that creating twice creates one. */
export function podNameOf({ metadata }: Workspace): string {
  return `ws-${metadata.name}-${sha256(metadata.uid).slice(0, 5)}-0`;
}

function nodeFor({ metadata }: Workspace): string {
  const index = Number.parseInt(sha256(metadata.uid).slice(0, 8), 16) % NODES.length;
  return NODES[index] ?? NODES[0];
}

/** How what belongs to a workspace names it. */
export function ownerReference({ apiVersion, metadata }: Workspace) {
  return { apiVersion, kind: 'Workspace', name: metadata.name, uid: metadata.uid };
}

function present<T extends object>(fields: T): Partial<T> {
  const kept: Partial<T> = { ...fields };
  for (const field in kept) if (kept[field] === undefined) delete kept[field];
  return kept;
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
