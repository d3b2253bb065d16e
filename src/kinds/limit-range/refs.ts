import { kubernetesType } from '../../graphql/node.ts';
import { LimitRange } from './resource.ts';

export const LimitRangeType = kubernetesType('LimitRange', LimitRange);
