import { admit } from './admission.ts';
import type { ApiObject } from './api-object.ts';
import { invalidValue, unsupportedValue } from './causes.ts';
import type { SimulatedCluster } from './cluster.ts';
import { deleteInBackground, deleteNamespace, FOREGROUND, markDeleted, withFinalizer } from './garbage-collector.ts';
import { isJsonObject, type JsonObject, objectAt, stringAt, stringsAt } from './json.ts';
import { keyOf } from '../../src/kubernetes/object.ts';
import { objectReader } from './object-reader.ts';
import { type ServedResource, storageKeyOf } from './served-resource.ts';
import { conflictError } from './status.ts';
import { invalidOption, parseDryRun } from './request-options.ts';

interface ParsedDeleteOptions {
  readonly dryRun: boolean;
  readonly propagationPolicy: string;
  readonly uid: string | undefined;
  readonly resourceVersion: string | undefined;
}

interface Deletion {
  readonly resource: ServedResource;
  readonly object: ApiObject;
  readonly options: ParsedDeleteOptions;
}

/** Result of a deletion. `pending` is true while the object waits for its finalizers. */
interface DeleteResult {
  readonly object: ApiObject;
  readonly pending: boolean;
  readonly warnings: readonly string[];
}

/** Reads DeleteOptions from query and body; the body takes precedence. @throws {ApiStatusError} 422 if invalid */
export function parseDeleteOptions(query: URLSearchParams, body: unknown): ParsedDeleteOptions {
  const given = isJsonObject(body) ? body : {};
  const preconditions = objectAt(given, 'preconditions');
  const orphans = given['orphanDependents'] === true || query.get('orphanDependents') === 'true';
  const policy = stringAt(given, 'propagationPolicy') ?? query.get('propagationPolicy');
  assertPolicy(policy, orphans || given['orphanDependents'] === false);
  return {
    dryRun: parseDryRun([...query.getAll('dryRun'), ...stringsAt(given, 'dryRun')], 'DeleteOptions'),
    propagationPolicy: policy ?? (orphans ? 'Orphan' : 'Background'),
    uid: stringAt(preconditions, 'uid'),
    resourceVersion: stringAt(preconditions, 'resourceVersion'),
  };
}

const POLICIES = ['Foreground', 'Background', 'Orphan'];

function assertPolicy(policy: string | null, saysOrphans: boolean): void {
  if (policy === null) return;
  const field = 'propagationPolicy';
  if (saysOrphans) {
    const why = 'orphanDependents and deletionPropagation cannot be both set';
    throw invalidOption('DeleteOptions', invalidValue(field, policy, why));
  }
  if (!POLICIES.includes(policy))
    throw invalidOption('DeleteOptions', unsupportedValue(field, policy, [...POLICIES, 'nil']));
}

/** Deletes an object by its propagation policy. @throws {ApiStatusError} 409 if a precondition fails, or a denial */
export function deleteStoredObject(cluster: SimulatedCluster, deletion: Deletion): DeleteResult {
  const { resource, object, options } = deletion;
  assertPreconditions(resource, object, options);
  const { dryRun } = options;
  const warnings = admit(cluster.admission, objectReader(cluster), {
    operation: 'DELETE',
    resource,
    oldObject: object,
    dryRun,
  });
  const outcome = dryRun ? object : deleteWithDependents(cluster, deletion);
  const pending = !dryRun && cluster.storage.get(storageKeyOf(resource), object.metadata) !== undefined;
  return { object: outcome, pending, warnings };
}

/** Ignores the grace period: there is no kubelet to wait for. */
function deleteWithDependents(cluster: SimulatedCluster, { resource, object, options }: Deletion): ApiObject {
  const { storage } = cluster;
  if (resource.kind === 'Namespace' && !resource.custom) return deleteNamespace(cluster, resource, object);
  const dependents = storage.dependentsOf(object.metadata.uid);
  if (options.propagationPolicy === 'Orphan') {
    for (const at of dependents) removeOwnerReference(cluster, at, object.metadata.uid);
    return deleteInBackground(cluster, resource, object);
  }
  if (options.propagationPolicy !== 'Foreground' || dependents.length === 0)
    return deleteInBackground(cluster, resource, object);
  const marked = markDeleted(cluster, resource, withFinalizer(object, FOREGROUND));
  for (const at of dependents) {
    const dependent = storage.at(at);
    const owned = cluster.registry.byStorageKey(at.storageKey);
    if (dependent && owned) deleteInBackground(cluster, owned, dependent);
  }
  return storage.get(storageKeyOf(resource), marked.metadata) ?? marked;
}

function removeOwnerReference(
  { storage }: SimulatedCluster,
  at: { readonly storageKey: string; readonly key: string },
  uid: string,
): void {
  const dependent = storage.at(at);
  if (!dependent || keyOf(dependent.metadata) !== at.key) return;
  const ownerReferences = (dependent.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
  storage.put(at.storageKey, { ...dependent, metadata: { ...dependent.metadata, ownerReferences } });
}

/** Unlike other conflicts, these name the kind instead of the resource. */
function assertPreconditions(
  { group, kind }: ServedResource,
  { metadata }: ApiObject,
  options: ParsedDeleteOptions,
): void {
  const { uid, resourceVersion } = options;
  const subject = { group, kind, plural: kind };
  if (uid !== undefined && uid !== metadata.uid) {
    const message = `the UID in the precondition (${uid}) does not match the UID in record (${metadata.uid}). The object might have been deleted and then recreated`;
    throw conflictError(subject, { name: metadata.name, message });
  }
  if (resourceVersion === undefined || resourceVersion === metadata.resourceVersion) return;
  const message = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${metadata.resourceVersion}). The object might have been modified`;
  throw conflictError(subject, { name: metadata.name, message });
}

/** Returns the Status of a completed deletion. */
export function deletionStatus({ metadata }: ApiObject, { group, plural }: ServedResource): JsonObject {
  const details = { name: metadata.name, ...(group && { group }), kind: plural, uid: metadata.uid };
  return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details };
}
