import {
  anyObject,
  boolean,
  listOf,
  memoizedDecode,
  object,
  quantity,
  record,
  string,
  type Decoded,
} from '../../kubernetes/decoder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';
import { containerAmountsOf, podLevelAmountsOf } from '../pod/resource-totals.ts';
import { hasEnded, Pod, podSpecOf, podStatusOf, type Container, type PodObject } from '../pod/resource.ts';

const quantities = record(quantity);
const spec = object({
  unschedulable: boolean,
  taints: listOf(object({ key: string, value: string, effect: string })),
});
const status = object({
  capacity: quantities,
  allocatable: quantities,
  conditions: listOf(object({ type: string, status: string })),
  nodeInfo: anyObject,
});

/** Node of the cluster. Read it with {@link nodeSpecOf} and {@link nodeStatusOf}. */
export interface ClusterNodeObject extends KubernetesObject {
  readonly spec?: unknown;
  readonly status?: unknown;
}

const readSpec = memoizedDecode(spec, {});
const readStatus = memoizedDecode(status, {});

export function nodeSpecOf(node: ClusterNodeObject): Decoded<typeof spec> {
  return readSpec(node.spec);
}

export function nodeStatusOf(node: ClusterNodeObject): Decoded<typeof status> {
  return readStatus(node.status);
}

export function isReady(node: ClusterNodeObject): boolean {
  return (nodeStatusOf(node).conditions ?? []).some((each) => each.type === 'Ready' && each.status === 'True');
}

/** The cache drops the list of images, which is most of a Node, and the addresses. */
export const ClusterNode = defineResource<ClusterNodeObject>({
  kind: 'Node',
  group: '',
  version: 'v1',
  plural: 'nodes',
  namespaced: false,
  cache: {
    watched: 'on-demand',
    trim: (node) => ({ ...node, spec: spec.prune(node.spec), status: status.prune(node.status) }),
  },
});

/**
 * All pods of the cluster with their node and requests, whether they belong to workspaces or not. Of each, about 1 kB is cached:
 * labels, annotations and the rest of the pod are dropped.
 */
export const ScheduledPod = defineResource<PodObject>({
  ...Pod,
  access: { visibleAs: Pod },
  cache: {
    ...Pod.cache,
    view: 'with-node',
    labelSelector: '',
    trim: trimmed,
    indexes: {
      /** By the name of the node, while the pod takes resources of it. */
      node: (pod) => {
        const { nodeName } = podSpecOf(pod);
        return nodeName && !hasEnded(pod) ? [nodeName] : [];
      },
    },
  },
});

function trimmed(pod: PodObject): PodObject {
  const { apiVersion, kind, metadata } = pod;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  const { nodeName, containers = [], initContainers = [], overhead, resources } = podSpecOf(pod);
  const requesting = (container: Container) => requestingAlike(pod, container);
  const amounts = { containers: containers.map(requesting), initContainers: initContainers.map(requesting) };
  return {
    apiVersion,
    kind,
    metadata: { name, ...(namespace !== undefined && { namespace }), uid, resourceVersion, creationTimestamp },
    spec: { nodeName, ...amounts, overhead, resources: resources && { requests: podLevelAmountsOf(pod).requests } },
    status: { phase: podStatusOf(pod).phase },
  };
}

/** Returns a container with the requests that the scheduler counts, which depend on the status while the pod is resized. */
function requestingAlike(pod: PodObject, container: Container): object {
  const { restartPolicy } = container;
  return {
    resources: { requests: containerAmountsOf(pod, container).requests },
    ...(restartPolicy && { restartPolicy }),
  };
}
