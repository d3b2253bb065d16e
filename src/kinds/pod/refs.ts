import { connectionTypeOf } from '../../graphql/connection.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { Pod } from './resource.ts';

export const PodType = kubernetesType('Pod', Pod);
export const PodConnection = connectionTypeOf(PodType);
export const PodEvent = eventTypeOf(PodType);
