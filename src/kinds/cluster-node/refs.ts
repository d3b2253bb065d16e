import { connectionTypeOf } from '../../graphql/connection.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { ClusterNode } from './resource.ts';

export const ClusterNodeType = kubernetesType('ClusterNode', ClusterNode);
export const ClusterNodeConnection = connectionTypeOf(ClusterNodeType);
