import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Ordering } from './ordering.ts';

/** By namespace, then by name. */
export const byNamespaceAndName: Ordering<KubernetesObject> = {
  name: 'NAMESPACE ASC, NAME ASC',
  directions: [1, 1],
  positionOf: ({ metadata }) => [metadata.namespace ?? '', metadata.name],
};
