import { connectionTypeOf } from '../../graphql/connection.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { PersistentVolume } from './resource.ts';

export const PersistentVolumeType = kubernetesType('PersistentVolume', PersistentVolume);
export const PersistentVolumeConnection = connectionTypeOf(PersistentVolumeType);
export const PersistentVolumeEvent = eventTypeOf(PersistentVolumeType);
