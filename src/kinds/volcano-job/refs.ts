import { kubernetesType } from '../../graphql/node.ts';
import { liveConnectionTypeOf } from '../../subscriptions/live-cursor.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { VolcanoJob } from './resource.ts';

export const VolcanoJobType = kubernetesType('VolcanoJob', VolcanoJob);
export const VolcanoJobConnection = liveConnectionTypeOf(VolcanoJobType);
export const VolcanoJobEvent = eventTypeOf(VolcanoJobType);
