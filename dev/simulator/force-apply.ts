import { randomUUID } from 'node:crypto';
import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import { compactMeta, currentTimestamp, type ApiObject, type Manifest } from './api-object.ts';
import { objectNameOf } from './create.ts';
import type { SimulatedCluster } from './cluster.ts';
import { finishDeletion, deleteImmediately } from './garbage-collector.ts';
import { isEqualJson } from './json.ts';
import { managedFieldsAfterUpdate } from './managed-fields.ts';
import { objectReader } from './object-reader.ts';
import { convertToVersion } from './negotiation.ts';
import { storageKeyOf, type ServedResource } from './served-resource.ts';
import { prepareObject } from './strategy.ts';
import { contentToCompare, withGeneration } from './update.ts';

type ApplyContext = Pick<SimulatedCluster, 'storage' | 'registry' | 'watches'>;

/**
 * Stores the object as the manifest says, status included. An existing object keeps its uid and creationTimestamp; an
 * equal one is not written. Applies defaults and prunes unknown fields, but skips admission and validation.
 * @throws {TypeError} if the resource is not served or the manifest has no name
 */
export function forceApply(parts: ApplyContext, manifest: Manifest | KubernetesObject): ApiObject {
  const resource = objectReader(parts).resourceOf(manifest.apiVersion, manifest.kind);
  const { object } = prepareObject({ ...manifest }, resource);
  const metadata = { ...manifest.metadata };
  const namespace = resource.namespaced ? (metadata.namespace ?? 'default') : undefined;
  const storageKey = storageKeyOf(resource);
  const isTaken = (generated: string) => parts.storage.get(storageKey, { name: generated, namespace }) !== undefined;
  const name = objectNameOf(metadata, isTaken);
  if (name === '') throw new TypeError(`Expected a ${manifest.kind} with a name or generateName`);
  const current = parts.storage.get(storageKey, { name, namespace });
  const next = objectToStore({ ...object, metadata: { ...metadata, name, namespace } }, resource, current);
  if (current && isEqualJson(contentToCompare(next), contentToCompare(current)))
    return convertToVersion(current, resource);
  const stored = parts.storage.put(storageKey, current ? withGeneration(next, current, resource) : next);
  const finished = current?.metadata.deletionTimestamp === undefined ? stored : finishDeletion(parts, resource, stored);
  return convertToVersion(finished, resource);
}

/** Deletes the object without waiting for its finalizers. @throws {TypeError} if it does not exist */
export function forceDelete(parts: ApplyContext, { apiVersion, kind, name, namespace }: ObjectReference): void {
  const access = objectReader(parts);
  const resource = access.resourceOf(apiVersion, kind);
  const place = resource.namespaced ? (namespace ?? 'default') : undefined;
  const object = parts.storage.get(storageKeyOf(resource), { name, namespace: place });
  if (!object)
    throw new TypeError(`Expected a ${kind} "${name}" to delete, but there is none in ${place ?? 'the cluster'}`);
  deleteImmediately(parts, resource, object);
}

interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string | undefined;
}

interface NamedManifest {
  readonly metadata: Manifest['metadata'] & { readonly name: string };
  readonly [field: string]: unknown;
}

function objectToStore(object: NamedManifest, resource: ServedResource, current: ApiObject | undefined): ApiObject {
  const given = object.metadata;
  const before = current?.metadata;
  const metadata = compactMeta({
    ...given,
    deletionTimestamp: given.deletionTimestamp ?? before?.deletionTimestamp,
    uid: before?.uid ?? given.uid ?? randomUUID(),
    resourceVersion: '',
    generation: resource.hasGeneration ? (before?.generation ?? given.generation ?? 1) : undefined,
    creationTimestamp: before?.creationTimestamp ?? given.creationTimestamp ?? currentTimestamp(),
    managedFields: managedFieldsAfterUpdate(
      object,
      { manager: 'simulator', apiVersion: apiVersionOf(resource) },
      current,
    ),
  });
  return { ...object, apiVersion: resource.storageApiVersion, kind: resource.kind, metadata };
}
