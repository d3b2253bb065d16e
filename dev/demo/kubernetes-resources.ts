import { keyOf, type KubernetesObject, type ObjectName } from '../../src/kubernetes/object.ts';
import { defineResource } from '../../src/kubernetes/resource.ts';
import { WORKSPACE_NAME_LABEL } from './annotations.ts';

export interface PodCondition {
  readonly type: string;
  readonly status: 'True' | 'False' | 'Unknown';
  readonly lastTransitionTime?: string;
  readonly reason?: string;
  readonly message?: string;
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly restartCount: number;
  readonly image: string;
  readonly imageID: string;
  readonly containerID?: string;
  readonly started?: boolean;
  readonly state: {
    readonly waiting?: { readonly reason: string; readonly message?: string };
    readonly running?: { readonly startedAt: string };
  };
  readonly lastState?: { readonly terminated?: Terminated };
}

interface Terminated {
  readonly exitCode: number;
  readonly reason: string;
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly containerID: string;
}

export interface PodStatus {
  readonly phase?: 'Pending' | 'Running' | 'Succeeded' | 'Failed' | 'Unknown';
  readonly conditions?: readonly PodCondition[];
  readonly containerStatuses?: readonly ContainerStatus[];
  readonly hostIP?: string;
  readonly podIP?: string;
  readonly podIPs?: readonly { readonly ip: string }[];
  readonly startTime?: string;
}

/** The fields of a Pod that the controller reads or writes. */
export interface Pod extends KubernetesObject {
  readonly spec: {
    readonly nodeName?: string;
    readonly containers: readonly {
      readonly name: string;
      readonly image: string;
      readonly resources?: { readonly requests?: Readonly<Record<string, string>> };
    }[];
    readonly initContainers?: readonly { readonly name: string }[];
  };
  readonly status?: PodStatus;
}

export const Pods = defineResource<Pod>({
  group: '',
  version: 'v1',
  kind: 'Pod',
  plural: 'pods',
  namespaced: true,
  cache: {
    indexes: { workspace: workspaceKeysOf },
  },
});

/** Key of the workspace in the pod's label. */
function workspaceKeysOf({ metadata: { namespace, labels } }: Pod): readonly string[] {
  const name = labels?.[WORKSPACE_NAME_LABEL];
  return name === undefined ? [] : [keyOf({ namespace, name })];
}

/** Index of objects by the key of the workspace that controls them, as in the published controller: by name, not by uid. */
export const OWNER_INDEX = 'owner';
const indexes = { [OWNER_INDEX]: controllingWorkspacesOf };

function controllingWorkspacesOf(object: KubernetesObject): readonly string[] {
  const owner = controllingWorkspaceOf(object);
  return owner ? [keyOf(owner)] : [];
}

/** Returns the name of the workspace that controls an object. Undefined if there is none. */
export function controllingWorkspaceOf({ metadata }: KubernetesObject): ObjectName | undefined {
  const owner = metadata.ownerReferences?.find(({ kind, controller }) => kind === 'Workspace' && controller);
  return owner && { namespace: metadata.namespace, name: owner.name };
}

/** The fields of a StatefulSet that the controller reads or writes. */
export interface StatefulSet extends KubernetesObject {
  readonly spec: { readonly replicas?: number };
  readonly status?: { readonly replicas?: number; readonly readyReplicas?: number };
}

export const StatefulSets = defineResource<StatefulSet>({
  group: 'apps',
  version: 'v1',
  kind: 'StatefulSet',
  plural: 'statefulsets',
  namespaced: true,
  cache: { indexes },
});

export interface Service extends KubernetesObject {
  readonly spec: { readonly ports?: readonly { readonly name?: string; readonly port: number }[] };
}

export const Services = defineResource<Service>({
  group: '',
  version: 'v1',
  kind: 'Service',
  plural: 'services',
  namespaced: true,
  cache: { indexes },
});

export const ServiceAccounts = defineResource<KubernetesObject>({
  group: '',
  version: 'v1',
  kind: 'ServiceAccount',
  plural: 'serviceaccounts',
  namespaced: true,
  cache: { indexes },
});

export interface RoleBinding extends KubernetesObject {
  readonly roleRef: { readonly kind: string; readonly name: string };
}

export const RoleBindings = defineResource<RoleBinding>({
  group: 'rbac.authorization.k8s.io',
  version: 'v1',
  kind: 'RoleBinding',
  plural: 'rolebindings',
  namespaced: true,
  cache: { indexes },
});

/** Claims and Secrets are cached without their content: only their existence matters. */
export const Claims = defineResource<KubernetesObject>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolumeClaim',
  plural: 'persistentvolumeclaims',
  namespaced: true,
  cache: { trim: metadataOnly },
});

export const Secrets = defineResource<KubernetesObject>({
  group: '',
  version: 'v1',
  kind: 'Secret',
  plural: 'secrets',
  namespaced: true,
  cache: { trim: metadataOnly },
});

function metadataOnly({ apiVersion, kind, metadata }: KubernetesObject): KubernetesObject {
  return { apiVersion, kind, metadata };
}

/** Object that an event refers to. */
export interface InvolvedObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly fieldPath?: string;
}

/** A core/v1 Event. */
export interface ClusterEvent extends KubernetesObject {
  readonly involvedObject: InvolvedObject;
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly count: number;
  readonly firstTimestamp: string;
  readonly lastTimestamp: string | null;
  readonly eventTime: null;
  readonly source: { readonly component: string; readonly host?: string };
  readonly reportingComponent: string;
  readonly reportingInstance: string;
}

export const Events = defineResource<ClusterEvent>({
  group: '',
  version: 'v1',
  kind: 'Event',
  plural: 'events',
  namespaced: true,
  cache: { indexes: { involved: ({ involvedObject }) => [involvedObject.uid] } },
});

export interface ConfigMap extends KubernetesObject {
  readonly data?: Readonly<Record<string, string>>;
}

export const ConfigMaps = defineResource<ConfigMap>({
  group: '',
  version: 'v1',
  kind: 'ConfigMap',
  plural: 'configmaps',
  namespaced: true,
});

export const Namespaces = defineResource<KubernetesObject>({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  plural: 'namespaces',
  namespaced: false,
});
