import { kubernetesType } from '../../graphql/node.ts';
import { ResourceQuota } from './resource.ts';

export const ResourceQuotaType = kubernetesType('ResourceQuota', ResourceQuota);
