import { randomUUID } from 'node:crypto';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import { compactMeta, type ApiObject, type Manifest } from './api-object.ts';
import { nameOf } from './create.ts';
import type { Cluster } from './cluster.ts';
import { finishDeletion, removeNow } from './garbage-collector.ts';
import { isEqualJson } from './json.ts';
import { managedFieldsOf, timestamp } from './managed-fields.ts';
import { readAccess } from './object-reader.ts';
import { inVersion } from './negotiation.ts';
import { storageKeyOf, type ServedResource } from './served-resource.ts';
import { shape } from './strategy.ts';
import { comparable, withGeneration } from './update.ts';

type Parts = Pick<Cluster, 'storage' | 'catalog' | 'watches'>;

/**
 * Makes the object be as the manifest says, status included. It keeps its uid and age, and nothing happens if it is so
 * already. Admission and validation are not asked; defaults are filled in and unknown fields dropped.
 */
export function arrange(parts: Parts, manifest: Manifest | KubernetesObject): ApiObject {
  const resource = readAccess(parts).resourceOf(manifest.apiVersion, manifest.kind);
  const { object } = shape({ ...manifest }, resource);
  const metadata = { ...manifest.metadata };
  const name = nameOf(metadata);
  if (name === '') throw new TypeError(`Expected a ${manifest.kind} with a name or generateName`);
  const namespace = resource.namespaced ? (metadata.namespace ?? 'default') : undefined;
  const storageKey = storageKeyOf(resource);
  const current = parts.storage.get(storageKey, { name, namespace });
  const next = arranged({ ...object, metadata: { ...metadata, name, namespace } }, resource, current);
  if (current && isEqualJson(comparable(next), comparable(current))) return inVersion(current, resource);
  const stored = parts.storage.put(storageKey, current ? withGeneration(next, current, resource) : next);
  const finished = current?.metadata.deletionTimestamp === undefined ? stored : finishDeletion(parts, resource, stored);
  return inVersion(finished, resource);
}

/** Removes the object at once. @throws {TypeError} when there is none */
export function disarrange(parts: Parts, { apiVersion, kind, name, namespace }: ObjectReference): void {
  const access = readAccess(parts);
  const resource = access.resourceOf(apiVersion, kind);
  const place = resource.namespaced ? (namespace ?? 'default') : undefined;
  const object = parts.storage.get(storageKeyOf(resource), { name, namespace: place });
  if (!object)
    throw new TypeError(`Expected a ${kind} "${name}" to delete, but there is none in ${place ?? 'the cluster'}`);
  removeNow(parts, resource, object);
}

interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

interface Placed {
  readonly metadata: Manifest['metadata'] & { readonly name: string };
  readonly [field: string]: unknown;
}

function arranged(object: Placed, resource: ServedResource, current: ApiObject | undefined): ApiObject {
  const given = object.metadata;
  const before = current?.metadata;
  const metadata = compactMeta({
    ...given,
    deletionTimestamp: given.deletionTimestamp ?? before?.deletionTimestamp,
    uid: before?.uid ?? given.uid ?? randomUUID(),
    resourceVersion: '',
    generation: resource.hasGeneration ? (before?.generation ?? given.generation ?? 1) : undefined,
    creationTimestamp: before?.creationTimestamp ?? given.creationTimestamp ?? timestamp(),
    managedFields: managedFieldsOf(object, { manager: 'simulator', apiVersion: apiVersionOf(resource) }, current),
  });
  return { ...object, apiVersion: resource.storageApiVersion, kind: resource.kind, metadata };
}
