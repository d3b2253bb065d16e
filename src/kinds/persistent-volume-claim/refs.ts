import { kubernetesType } from '../../graphql/node.ts';
import { liveConnectionTypeOf } from '../../subscriptions/live-cursor.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { PersistentVolumeClaim } from './resource.ts';

export const PersistentVolumeClaimType = kubernetesType('PersistentVolumeClaim', PersistentVolumeClaim);
export const PersistentVolumeClaimConnection = liveConnectionTypeOf(PersistentVolumeClaimType);
export const PersistentVolumeClaimEvent = eventTypeOf(PersistentVolumeClaimType);
