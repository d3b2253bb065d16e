import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import { BUILTIN_RESOURCES } from './builtin-resources.ts';
import { CUSTOM_RESOURCE_DEFINITION, servedResourcesOf } from './custom-resource-definition.ts';
import { storageKeyOf, type ServedResource } from './served-resource.ts';
import type { Storage } from './storage.ts';

export type ResourceRegistry = ReturnType<typeof createResourceRegistry>;

/** What is served now: the built-in resources, the aggregated ones, and those of the stored definitions. */
export function createResourceRegistry(storage: Storage) {
  const definitionsKey = storageKeyOf(CUSTOM_RESOURCE_DEFINITION);
  let resources: readonly ServedResource[] = BUILTIN_RESOURCES;
  let byPath = new Map<string, ServedResource>();
  const aggregated = new Set<ServedResource>();
  let byKind = new Map<string, ServedResource>();

  /** Must be called after the storage has been restored. */
  function refresh(): void {
    resources = [...BUILTIN_RESOURCES, ...aggregated, ...storage.list(definitionsKey).flatMap(servedResourcesOf)];
    byPath = new Map(resources.map((resource) => [`${apiVersionOf(resource)}/${resource.plural}`, resource]));
    byKind = new Map(resources.map((resource) => [`${apiVersionOf(resource)}/${resource.kind}`, resource]));
  }

  refresh();
  storage.onChange((storageKey) => {
    if (storageKey === definitionsKey) refresh();
  });
  return {
    refresh,
    /** Serves a resource until the returned function is called. */
    aggregate(resource: ServedResource): () => void {
      aggregated.add(resource);
      refresh();
      return () => {
        aggregated.delete(resource);
        refresh();
      };
    },
    all: (): readonly ServedResource[] => resources,
    byPlural: (apiVersion: string, plural: string): ServedResource | undefined => byPath.get(`${apiVersion}/${plural}`),
    byKind: (apiVersion: string, kind: string): ServedResource | undefined => byKind.get(`${apiVersion}/${kind}`),
    /** Any version of the resource that is kept under this key; none once its definition is gone. */
    byStorageKey: (key: string): ServedResource | undefined =>
      resources.find((resource) => storageKeyOf(resource) === key),
  };
}
