import {
  boolean,
  condition,
  int,
  listOf,
  record,
  memoizedDecode,
  object,
  quantity,
  string,
  type Decoded,
} from '../../kubernetes/decoder.ts';
import { keyOf, type KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

/** Label with the name of the workspace. Only pods with this label are watched. */
export const WORKSPACE_NAME_LABEL = 'notebooks.kubeflow.org/workspace-name';

const quantities = record(quantity);
const resources = object({ requests: quantities, limits: quantities });
const container = object({
  name: string,
  image: string,
  resources,
  restartPolicy: string,
});
const terminated = object({
  exitCode: int,
  signal: int,
  reason: string,
  message: string,
  startedAt: string,
  finishedAt: string,
});
const containerState = object({
  waiting: object({ reason: string, message: string }),
  running: object({ startedAt: string }),
  terminated,
});
const containerStatus = object({
  name: string,
  image: string,
  ready: boolean,
  started: boolean,
  restartCount: int,
  resources,
  allocatedResources: quantities,
  state: containerState,
  lastState: object({ terminated }),
});

const spec = object({
  nodeName: string,
  containers: listOf(container),
  initContainers: listOf(container),
  serviceAccountName: string,
  overhead: quantities,
  resources,
  volumes: listOf(
    object({
      name: string,
      persistentVolumeClaim: object({ claimName: string }),
      ephemeral: object({}),
      secret: object({ secretName: string }),
    }),
  ),
});

const status = object({
  phase: string,
  reason: string,
  message: string,
  podIP: string,
  qosClass: string,
  startTime: string,
  resources,
  allocatedResources: quantities,
  conditions: listOf(condition),
  containerStatuses: listOf(containerStatus),
  initContainerStatuses: listOf(containerStatus),
});

export type Container = Decoded<typeof container>;
export type ContainerStatus = Decoded<typeof containerStatus>;

/** Pod. Read it with {@link podSpecOf} and {@link podStatusOf}. */
export interface PodObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const readSpec = memoizedDecode(spec, {});
const readStatus = memoizedDecode(status, {});

export function podSpecOf(pod: PodObject): Decoded<typeof spec> {
  return readSpec(pod.spec);
}

export function podStatusOf(pod: PodObject): Decoded<typeof status> {
  return readStatus(pod.status);
}

const ENDED: ReadonlySet<string | undefined> = new Set(['Succeeded', 'Failed']);

/** Whether all containers of the pod have terminated for good, so that it takes no resources and uses no volume. */
export function hasEnded(pod: PodObject): boolean {
  return ENDED.has(podStatusOf(pod).phase);
}

export const Pod = defineResource<PodObject>({
  kind: 'Pod',
  group: '',
  version: 'v1',
  plural: 'pods',
  namespaced: true,
  cache: {
    watched: 'on-demand',
    labelSelector: WORKSPACE_NAME_LABEL,
    trim: (pod) => ({ ...pod, spec: spec.prune(pod.spec), status: status.prune(pod.status) }),
    indexes: {
      /** By the key of the workspace. */
      workspace: (pod) => {
        const name = workspaceNameOf(pod);
        return name === undefined ? [] : [keyOf({ namespace: pod.metadata.namespace, name })];
      },
    },
  },
});

/** Pods that mount claims, whether they belong to workspaces or not. */
export const MountingPod = defineResource<PodObject>({
  ...Pod,
  access: { visibleAs: Pod },
  cache: {
    ...Pod.cache,
    view: 'with-claims',
    perNamespace: true,
    labelSelector: '',
    accepts: (pod) => claimNamesOf(pod).length > 0,
    indexes: {
      /** By the key of each mounted claim. */
      claim: (pod) => claimNamesOf(pod).map((name) => keyOf({ namespace: pod.metadata.namespace, name })),
    },
  },
});

/** Returns undefined if the pod does not have the label. */
export function workspaceNameOf({ metadata }: PodObject): string | undefined {
  return metadata.labels?.[WORKSPACE_NAME_LABEL];
}

function claimNamesOf(pod: PodObject): readonly string[] {
  const names = (podSpecOf(pod).volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    // The claim of an ephemeral volume is named after the pod and the volume.
    const ofVolume = ephemeral && name ? `${pod.metadata.name}-${name}` : [];
    return persistentVolumeClaim?.claimName ?? ofVolume;
  });
  return [...new Set(names)];
}
