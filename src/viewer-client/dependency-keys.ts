import { keyOf, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import { cacheKeyOf, type Resource } from '../kubernetes/resource.ts';

/** Keys of reads. A change carries the keys of every read whose result it may alter. */
export const dependencyKeys = {
  all: (resource: Resource): string => cacheKeyOf(resource),
  name: (resource: Resource, name: ObjectName): string => `${dependencyKeys.all(resource)} ${keyOf(name)}`,
  index: (resource: Resource, index: string, value: string): string =>
    `${dependencyKeys.all(resource)} ${index}=${value}`,
};

/** Returns the keys of every read that returns this object. */
export function dependencyKeysOf<T extends KubernetesObject>(resource: Resource<T>, object: T): readonly string[] {
  const { metadata } = object;
  const indexed = Object.entries(resource.cache.indexes).flatMap(([index, valuesOf]) =>
    valuesOf(object).map((value) => dependencyKeys.index(resource, index, value)),
  );
  return [
    dependencyKeys.all(resource),
    dependencyKeys.name(resource, metadata),
    dependencyKeys.index(resource, 'uid', metadata.uid),
    dependencyKeys.index(resource, 'namespace', metadata.namespace ?? ''),
    ...indexed,
  ];
}
