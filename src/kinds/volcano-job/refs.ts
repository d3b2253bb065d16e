import { connectionTypeOf } from '../../graphql/connection.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { eventTypeOf } from '../../subscriptions/source.ts';
import { VolcanoJob } from './resource.ts';

export const VolcanoJobType = kubernetesType('VolcanoJob', VolcanoJob);
export const VolcanoJobConnection = connectionTypeOf(VolcanoJobType);
export const VolcanoJobEvent = eventTypeOf(VolcanoJobType);
