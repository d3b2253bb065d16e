import { connectionTypeOf } from '../../graphql/connection.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { Event } from './resource.ts';

export const KubernetesEventType = kubernetesType('KubernetesEvent', Event);
export const KubernetesEventConnection = connectionTypeOf(KubernetesEventType);
export const KubernetesEventEvent = eventTypeOf(KubernetesEventType);
