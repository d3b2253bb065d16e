import { admit } from './admission.ts';
import { type ApiMeta, type ApiObject, compactMeta, fieldsBeyondMetadata } from './api-object.ts';
import { forbiddenValue, invalidValue } from './causes.ts';
import type { SimulatedCluster } from './cluster.ts';
import type { StoredWrite } from './create.ts';
import { finishDeletion } from './garbage-collector.ts';
import { isEqualJson, type JsonObject, objectAt, stringAt, stringsAt } from './json.ts';
import { managedFieldsAfterUpdate } from './managed-fields.ts';
import { objectReader } from './object-reader.ts';
import { type ServedResource, storageKeyOf } from './served-resource.ts';
import { assertValid, prepareObject } from './strategy.ts';
import { badRequestError, conflictError, invalidError, MODIFIED } from './status.ts';
import type { ParsedWriteOptions } from './request-options.ts';

interface UpdateRequest {
  readonly resource: ServedResource;
  readonly subresource?: string | undefined;
  readonly current: ApiObject;
  /** Complete object that the client wants to store. */
  readonly next: JsonObject;
  /** Duplicate fields in the request body. */
  readonly problems?: readonly string[] | undefined;
  readonly options: ParsedWriteOptions;
  readonly method: 'PUT' | 'PATCH';
  /** Computes managedFields. By default the manager owns the fields that it has changed. */
  readonly managedFields?: ((object: JsonObject) => readonly JsonObject[]) | undefined;
}

/**
 * Validates, admits and stores an update of an object or only of its status. Stores nothing if nothing changes. Deletes
 * an object in deletion when its last finalizer is removed.
 * @throws {ApiStatusError} if the update is refused
 */
export function update(cluster: SimulatedCluster, request: UpdateRequest): StoredWrite {
  const { resource, subresource, current, next, problems = [], options, method } = request;
  assertPreconditions(request);
  const validation = { mode: options.fieldValidation, problems, isPatch: method === 'PATCH' };
  const shaped = prepareObject(next, resource, validation);
  const wanted = mergeUpdate(shaped.object, request);
  const check = { object: wanted, old: current, subresource, warnings: shaped.warnings, server: cluster.server };
  const warned = assertValid(check, resource);
  assertNoNewFinalizers(wanted, current, resource);
  const access = objectReader(cluster);
  const review = { operation: 'UPDATE', resource, subresource, object: wanted, oldObject: current } as const;
  const warnings = [...warned, ...admit(cluster.admission, access, { ...review, dryRun: options.dryRun })];
  const isSame = isEqualJson(contentToCompare(wanted), contentToCompare(current));
  if (isSame && !request.managedFields) return { object: current, warnings };
  const object = withGeneration(withManager(wanted, request), current, resource);
  if (options.dryRun) return { object, warnings };
  const stored = cluster.storage.put(storageKeyOf(resource), object);
  return { object: finishDeletion(cluster, resource, stored), warnings };
}

function assertPreconditions({ resource, current, next, method }: UpdateRequest): void {
  const { name, uid, resourceVersion, namespace } = current.metadata;
  const { group, kind, plural } = resource;
  const given = objectAt(next, 'metadata');
  if (given['name'] !== name)
    throw badRequestError(
      `the name of the object (${stringAt(given, 'name') ?? ''}) does not match the name on the URL (${name})`,
    );
  if (given['namespace'] && given['namespace'] !== namespace)
    throw badRequestError('the namespace of the provided object does not match the namespace sent on the request');
  if (given['uid'] && given['uid'] !== uid) {
    const text = stringAt(given, 'uid') ?? '';
    if (method === 'PATCH')
      throw invalidError({ group, kind, name }, [invalidValue('metadata.uid', text, 'field is immutable')]);
    throw conflictError(resource, {
      name,
      message: `Precondition failed: UID in precondition: ${text}, UID in object meta: ${uid}`,
    });
  }
  if (given['resourceVersion']) {
    if (given['resourceVersion'] !== resourceVersion) throw conflictError(resource, { name, message: MODIFIED });
  } else if (resource.custom && method === 'PUT') {
    const cause = invalidValue('metadata.resourceVersion', 0, 'must be specified for an update');
    throw invalidError({ group, kind: plural, name }, [cause]);
  }
}

/** Returns the new object with the current values of all fields that this request must not change. */
function mergeUpdate(shaped: JsonObject, { resource, subresource, current }: UpdateRequest): ApiObject {
  if (subresource === 'status') {
    const { status: _status, ...rest } = current;
    return shaped['status'] === undefined ? rest : { ...rest, status: shaped['status'] };
  }
  const { status, ...content } = shaped;
  const kept = resource.hasStatus ? current['status'] : status;
  const withStatus = kept === undefined ? content : { ...content, status: kept };
  const completed = resource.prepare?.(withStatus) ?? withStatus;
  const metadata = mergeMetadata(objectAt(shaped, 'metadata'), current.metadata);
  return { ...completed, apiVersion: current.apiVersion, kind: current.kind, metadata };
}

function mergeMetadata(given: JsonObject, current: ApiMeta): ApiMeta {
  const { name, namespace, uid, resourceVersion, generation, creationTimestamp, generateName } = current;
  const { deletionTimestamp, deletionGracePeriodSeconds, managedFields } = current;
  const fixed = { name, namespace, uid, resourceVersion, generation, creationTimestamp, generateName };
  return compactMeta({ ...given, ...fixed, deletionTimestamp, deletionGracePeriodSeconds, managedFields });
}

function assertNoNewFinalizers(wanted: ApiObject, current: ApiObject, { group, kind }: ServedResource): void {
  const before = stringsAt(current.metadata, 'finalizers');
  const added = stringsAt(wanted.metadata, 'finalizers').filter((finalizer) => !before.includes(finalizer));
  if (current.metadata.deletionTimestamp === undefined || added.length === 0) return;
  const listed = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
  const why = `no new finalizers can be added if the object is being deleted, found new finalizers []string{${listed}}`;
  const cause = forbiddenValue('metadata.finalizers', why);
  throw invalidError({ group, kind, name: current.metadata.name }, [cause]);
}

/** Returns the part of an object that decides whether a write changes it. */
export function contentToCompare({ metadata, ...content }: ApiObject): JsonObject {
  const { managedFields: _managed, resourceVersion: _version, generation: _generation, ...meta } = metadata;
  return { ...content, metadata: meta };
}

/** Returns the object with its generation incremented if a field beyond metadata and status has changed. */
export function withGeneration(object: ApiObject, current: ApiObject, resource: ServedResource): ApiObject {
  const { generation } = current.metadata;
  if (!resource.hasGeneration || generation === undefined) return object;
  const aside = resource.hasStatus ? ['status'] : [];
  const same = isEqualJson(fieldsBeyondMetadata(object, ...aside), fieldsBeyondMetadata(current, ...aside));
  return { ...object, metadata: { ...object.metadata, generation: same ? generation : generation + 1 } };
}

function withManager(
  object: ApiObject,
  { options, subresource, next, current, managedFields }: UpdateRequest,
): ApiObject {
  const apiVersion = stringAt(next, 'apiVersion') ?? object.apiVersion;
  const manager = { manager: options.manager, apiVersion, subresource };
  const owned = managedFields ? managedFields(object) : managedFieldsAfterUpdate(object, manager, current);
  return { ...object, metadata: { ...object.metadata, managedFields: owned } };
}
