import { kubernetesType } from '../../graphql/node.ts';
import { liveConnectionTypeOf } from '../../subscriptions/live-cursor.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { MountingPod, Pod } from './resource.ts';

export const PodType = kubernetesType('Pod', Pod, MountingPod);
export const PodConnection = liveConnectionTypeOf(PodType);
export const PodEvent = eventTypeOf(PodType);
