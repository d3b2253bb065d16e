import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import type { JsonObject } from '../../simulator/json.ts';
import type { Simulator } from '../../simulator/simulator.ts';

/** A stored object whose fields other than the metadata are unchecked. */
export type StoredObject = KubernetesObject & JsonObject;

/** Lists the objects of a kind. Empty while the kind is not served: a viewer may delete its definition. */
export function listObjects(simulator: Simulator, apiVersion: string, kind: string): readonly StoredObject[] {
  try {
    return simulator.list(apiVersion, kind).map((object) => ({ ...object }));
  } catch (error) {
    if (error instanceof TypeError) return [];
    throw error;
  }
}

/** Stores the object with the given fields replaced. */
export function updateObject(simulator: Simulator, object: StoredObject, fields: JsonObject): void {
  simulator.apply({ ...object, ...fields });
}
