import { kubernetesType } from '../../graphql/node.ts';
import { liveConnectionTypeOf } from '../../subscriptions/live-cursor.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { PersistentVolume } from './resource.ts';

export const PersistentVolumeType = kubernetesType('PersistentVolume', PersistentVolume);
export const PersistentVolumeConnection = liveConnectionTypeOf(PersistentVolumeType);
export const PersistentVolumeEvent = eventTypeOf(PersistentVolumeType);
