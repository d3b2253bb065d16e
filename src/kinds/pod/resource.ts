import { flag, int, listOf, mapOf, reader, record, text, type Formed } from '../../kubernetes/form.ts';
import { keyOf, type KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

/** Names the workspace that a pod belongs to; only pods that have it are looked at. */
export const WORKSPACE_NAME_LABEL = 'notebooks.kubeflow.org/workspace-name';

const quantities = mapOf(text);
const container = record({
  name: text,
  image: text,
  resources: record({ requests: quantities, limits: quantities }),
});
const terminated = record({
  exitCode: int,
  signal: int,
  reason: text,
  message: text,
  startedAt: text,
  finishedAt: text,
});
const containerState = record({
  waiting: record({ reason: text, message: text }),
  running: record({ startedAt: text }),
  terminated,
});
const containerStatus = record({
  name: text,
  image: text,
  ready: flag,
  started: flag,
  restartCount: int,
  state: containerState,
  lastState: record({ terminated }),
});
const condition = record({ type: text, status: text, reason: text, message: text, lastTransitionTime: text });

const spec = record({
  nodeName: text,
  containers: listOf(container),
  initContainers: listOf(container),
  volumes: listOf(
    record({
      name: text,
      persistentVolumeClaim: record({ claimName: text }),
      secret: record({ secretName: text }),
    }),
  ),
});

const status = record({
  phase: text,
  reason: text,
  message: text,
  podIP: text,
  qosClass: text,
  startTime: text,
  conditions: listOf(condition),
  containerStatuses: listOf(containerStatus),
  initContainerStatuses: listOf(containerStatus),
});

export type Container = Formed<typeof container>;
export type ContainerStatus = Formed<typeof containerStatus>;
export type ContainerState = Formed<typeof containerState>;
export type Termination = Formed<typeof terminated>;
export type PodCondition = Formed<typeof condition>;

/** A Pod, read through {@link podSpecOf} and {@link podStatusOf}. */
export interface PodObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const readSpec = reader(spec, {});
const readStatus = reader(status, {});

export function podSpecOf(pod: PodObject): Formed<typeof spec> {
  return readSpec(pod.spec);
}

export function podStatusOf(pod: PodObject): Formed<typeof status> {
  return readStatus(pod.status);
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
    trim: (pod) => ({ ...pod, spec: spec.only(pod.spec), status: status.only(pod.status) }),
    indexes: {
      /** By the key of the workspace. */
      workspace: (pod) => {
        const name = workspaceNameOf(pod);
        return name === undefined ? [] : [keyOf({ namespace: pod.metadata.namespace, name })];
      },
      /** By the key of each claim that it mounts. */
      claim: (pod) => claimNamesOf(pod).map((name) => keyOf({ namespace: pod.metadata.namespace, name })),
    },
  },
});

/** Undefined for a pod that says nothing of a workspace. */
export function workspaceNameOf({ metadata }: PodObject): string | undefined {
  return metadata.labels?.[WORKSPACE_NAME_LABEL];
}

function claimNamesOf(pod: PodObject): readonly string[] {
  const names = (podSpecOf(pod).volumes ?? []).flatMap(
    ({ persistentVolumeClaim }) => persistentVolumeClaim?.claimName ?? [],
  );
  return [...new Set(names)];
}
