import { connectionTypeOf } from '../../graphql/connection.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { StorageClass } from './resource.ts';

export const StorageClassType = kubernetesType('StorageClass', StorageClass);
export const StorageClassConnection = connectionTypeOf(StorageClassType);
export const StorageClassEvent = eventTypeOf(StorageClassType);
