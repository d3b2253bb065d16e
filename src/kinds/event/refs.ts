import { kubernetesType } from '../../graphql/node.ts';
import { liveConnectionTypeOf } from '../../subscriptions/live-cursor.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { Event } from './resource.ts';

export const KubernetesEventType = kubernetesType('KubernetesEvent', Event);
export const KubernetesEventConnection = liveConnectionTypeOf(KubernetesEventType);
export const KubernetesEventChange = eventTypeOf(KubernetesEventType, 'KubernetesEventChange');
