import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import { BUILTIN_RESOURCES } from './builtin-resources.ts';
import { CUSTOM_RESOURCE_DEFINITION, servedResourcesOf } from './custom-resource-definition.ts';
import { storageKeyOf, type ServedResource } from './served-resource.ts';
import type { Storage } from './storage.ts';

export type ResourceRegistry = ReturnType<typeof createResourceRegistry>;

/** Creates the registry of served resources: built-in, aggregated, and defined by stored CustomResourceDefinitions. */
export function createResourceRegistry(storage: Storage) {
  const definitionsKey = storageKeyOf(CUSTOM_RESOURCE_DEFINITION);
  let resources: readonly ServedResource[] = BUILTIN_RESOURCES;
  let byPath = new Map<string, ServedResource>();
  const aggregated = new Set<ServedResource>();
  let byKind = new Map<string, ServedResource>();

  /** Has to be called after the storage was restored: a restore sends no changes. */
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
    /** Registers an aggregated resource. The returned function removes it. */
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
    /** Returns any version of the resource with this storage key; undefined if its definition was deleted. */
    byStorageKey: (key: string): ServedResource | undefined =>
      resources.find((resource) => storageKeyOf(resource) === key),
  };
}
