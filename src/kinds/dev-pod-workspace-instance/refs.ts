import { kubernetesType } from '../../graphql/node.ts';
import { liveConnectionTypeOf } from '../../subscriptions/live-cursor.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { DevPodWorkspaceInstance } from './resource.ts';

export const DevPodWorkspaceInstanceType = kubernetesType('DevPodWorkspaceInstance', DevPodWorkspaceInstance);
export const InstanceConnection = liveConnectionTypeOf(DevPodWorkspaceInstanceType);
export const InstanceEvent = eventTypeOf(DevPodWorkspaceInstanceType);
