import { WORKSPACE_NAME_LABEL } from '../annotations.ts';
import type { Pod } from '../pod.ts';
import type { StatefulSet } from '../stateful-set.ts';
import type { Workspace } from '../workspace.ts';
import { ownerReference, podNameOf, type PodTemplate } from './pod-template.ts';

/** The stateful set of a workspace, ready to be created: nobody here but us looks after it. */
export function statefulSetOf(workspace: Workspace, { metadata, spec }: PodTemplate) {
  const own = { [WORKSPACE_NAME_LABEL]: workspace.metadata.name };
  return {
    apiVersion: 'apps/v1',
    kind: 'StatefulSet',
    metadata: {
      name: setNameOf(podNameOf(workspace)),
      namespace: workspace.metadata.namespace,
      labels: own,
      ownerReferences: [ownerReference(workspace)],
    },
    spec: {
      replicas: replicasOf(workspace),
      serviceName: '',
      selector: { matchLabels: own },
      template: { metadata: { labels: metadata.labels }, spec },
    },
  };
}

/** How many pods a workspace is to have. */
export function replicasOf({ spec }: Workspace): number {
  return spec.paused ? 0 : 1;
}

/** What a stateful set reports of its pod. */
export function setStatus(pod: Pod | undefined): Required<NonNullable<StatefulSet['status']>> {
  const isReady = pod?.status?.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True') ?? false;
  return { replicas: pod ? 1 : 0, readyReplicas: isReady ? 1 : 0 };
}

/** The name of the stateful set whose only pod has this name. */
export function setNameOf(podName: string): string {
  return podName.replace(/-0$/u, '');
}

/** How a pod names its stateful set as its owner. */
export function setReference({ metadata: { name, uid } }: Pick<StatefulSet, 'metadata'>) {
  return { apiVersion: 'apps/v1', kind: 'StatefulSet', name, uid, controller: true };
}
