import type { KubernetesObject } from '../kubernetes/object.ts';
import { inOrder, type Ordering } from './ordering.ts';

/** By namespace, then by name. */
export const byNamespaceAndName: Ordering<KubernetesObject> = {
  name: 'NAMESPACE ASC, NAME ASC',
  directions: [1, 1],
  positionOf: ({ metadata }) => [metadata.namespace ?? '', metadata.name],
};

export function sortedByName<T extends KubernetesObject>(objects: readonly T[]): T[] {
  return inOrder(objects, byNamespaceAndName).map(({ item }) => item);
}
