import type { KubernetesObject } from '../../../src/kubernetes/object.ts';
import type { JsonObject } from '../../simulator/json.ts';
import type { Simulator } from '../../simulator/simulator.ts';

/** An object of which nothing is known but that it has been stored. */
export type StoredObject = KubernetesObject & JsonObject;

/** The objects of a kind, none while the kind is not served: who tries the demo may take its definition away. */
export function listObjects(simulator: Simulator, apiVersion: string, kind: string): readonly StoredObject[] {
  try {
    return simulator.list(apiVersion, kind).map((object) => ({ ...object }));
  } catch (error) {
    if (error instanceof TypeError) return [];
    throw error;
  }
}

/** The object with other members, which is stored. */
export function updateObject(simulator: Simulator, object: StoredObject, members: JsonObject): void {
  simulator.apply({ ...object, ...members });
}
