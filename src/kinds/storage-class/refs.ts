import { kubernetesType } from '../../graphql/node.ts';
import { liveConnectionTypeOf } from '../../subscriptions/live-cursor.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { StorageClass } from './resource.ts';

export const StorageClassType = kubernetesType('StorageClass', StorageClass);
export const StorageClassConnection = liveConnectionTypeOf(StorageClassType);
export const StorageClassEvent = eventTypeOf(StorageClassType);
