import { keyOf, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import type { Resource, ResourceName } from '../kubernetes/resource.ts';

/** The names of reads: a change announces the ones whose answers it may have changed. */
export const readKeys = {
  all: (resource: ResourceName): string => `${resource.plural}.${resource.group}`,
  name: (resource: ResourceName, name: ObjectName): string => `${readKeys.all(resource)} ${keyOf(name)}`,
  index: (resource: ResourceName, index: string, value: string): string =>
    `${readKeys.all(resource)} ${index}=${value}`,
};

/** Every read that finds this object. */
export function readKeysOf<T extends KubernetesObject>(resource: Resource<T>, object: T): readonly string[] {
  const { metadata } = object;
  const indexed = Object.entries(resource.indexes).flatMap(([index, valuesOf]) =>
    valuesOf(object).map((value) => readKeys.index(resource, index, value)),
  );
  return [
    readKeys.all(resource),
    readKeys.name(resource, metadata),
    readKeys.index(resource, 'uid', metadata.uid),
    readKeys.index(resource, 'namespace', metadata.namespace ?? ''),
    ...indexed,
  ];
}
