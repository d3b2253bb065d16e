import { connectionTypeOf } from '../../graphql/connection.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { DevPodWorkspaceInstance } from './resource.ts';

export const DevPodWorkspaceInstanceType = kubernetesType('DevPodWorkspaceInstance', DevPodWorkspaceInstance);
export const InstanceConnection = connectionTypeOf(DevPodWorkspaceInstanceType);
export const InstanceEvent = eventTypeOf(DevPodWorkspaceInstanceType);
