import type { ObjectReader } from './admission.ts';
import type { ApiObject } from './api-object.ts';
import type { SimulatedCluster } from './cluster.ts';
import { convertToVersion } from './negotiation.ts';
import { storageKeyOf, type ServedResource } from './served-resource.ts';

/**
 * Creates a reader of the storage that converts objects to the requested version.
 * @throws {TypeError} from its methods for a kind that is not served
 */
export function objectReader({
  storage,
  registry,
}: Pick<SimulatedCluster, 'storage' | 'registry'>): ObjectReader & ApiObjectReader {
  function resourceOf(apiVersion: string, kind: string): ServedResource {
    const resource = registry.byKind(apiVersion, kind);
    if (resource) return resource;
    throw new TypeError(
      `No resource is served for ${apiVersion} ${kind}: has its CustomResourceDefinition been applied?`,
    );
  }
  return {
    resourceOf,
    get(apiVersion, kind, name, namespace) {
      const resource = resourceOf(apiVersion, kind);
      const place = resource.namespaced ? (namespace ?? 'default') : undefined;
      const found = storage.get(storageKeyOf(resource), { name, namespace: place });
      return found && convertToVersion(found, resource);
    },
    list(apiVersion, kind, namespace) {
      const resource = resourceOf(apiVersion, kind);
      const objects = storage.list(storageKeyOf(resource)).map((object) => convertToVersion(object, resource));
      return namespace === undefined ? objects : objects.filter(({ metadata }) => metadata.namespace === namespace);
    },
  };
}

interface ApiObjectReader {
  readonly resourceOf: (apiVersion: string, kind: string) => ServedResource;
  readonly get: (apiVersion: string, kind: string, name: string, namespace?: string) => ApiObject | undefined;
  readonly list: (apiVersion: string, kind: string, namespace?: string) => readonly ApiObject[];
}
