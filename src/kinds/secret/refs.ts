import { connectionTypeOf } from '../../graphql/connection.ts';
import { kubernetesType } from '../../graphql/node.ts';
import { Secret } from './resource.ts';

export const SecretType = kubernetesType('Secret', Secret);
export const SecretConnection = connectionTypeOf(SecretType);
