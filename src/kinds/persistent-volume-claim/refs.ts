import { connectionTypeOf } from '../../graphql/connection.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { PersistentVolumeClaim } from './resource.ts';

export const PersistentVolumeClaimType = kubernetesType('PersistentVolumeClaim', PersistentVolumeClaim);
export const PersistentVolumeClaimConnection = connectionTypeOf(PersistentVolumeClaimType);
export const PersistentVolumeClaimEvent = eventTypeOf(PersistentVolumeClaimType);
