import { admit } from './admission.ts';
import { type ApiMeta, type ApiObject, compactMeta, fieldsBeyondMetadata } from './api-object.ts';
import type { SimulatedCluster } from './cluster.ts';
import type { WriteResult } from './create.ts';
import { finishDeletion } from './garbage-collector.ts';
import { isEqualJson, type JsonObject, objectAt, stringAt, stringsAt } from './json.ts';
import { managedFieldsAfterUpdate } from './managed-fields.ts';
import { objectReader } from './object-reader.ts';
import { invalidValueCause } from './schema-validation.ts';
import { type ServedResource, storageKeyOf } from './served-resource.ts';
import { assertValid, prepareObject } from './strategy.ts';
import { badRequestError, conflictError, invalidError, MODIFIED } from './status.ts';
import type { ParsedWriteOptions } from './request-options.ts';

interface UpdateRequest {
  readonly resource: ServedResource;
  readonly subresource?: string | undefined;
  readonly current: ApiObject;
  /** The whole object as the client wants it. */
  readonly next: JsonObject;
  /** Duplicate fields of the request's body. */
  readonly problems?: readonly string[] | undefined;
  readonly options: ParsedWriteOptions;
  readonly method: 'PUT' | 'PATCH';
  /** Whose the fields are afterwards, where it is not simply of who has changed them. */
  readonly managedFields?: ((object: JsonObject) => readonly JsonObject[]) | undefined;
}

/**
 * Replaces an object, or only its status. Nothing happens if that changes nothing; an object that waits for its last
 * finalizer is gone once that is removed.
 * @throws {StatusError} when the object may not become like that
 */
export function update(cluster: SimulatedCluster, request: UpdateRequest): WriteResult {
  const { resource, subresource, current, next, problems = [], options, method } = request;
  assertPreconditions(request);
  const validation = { mode: options.fieldValidation, problems, isPatch: method === 'PATCH' };
  const shaped = prepareObject(next, resource, validation);
  const wanted = merged(shaped.object, request);
  const check = { object: wanted, old: current, subresource, warnings: shaped.warnings, server: cluster.server };
  const warned = assertValid(check, resource);
  assertNoNewFinalizers(wanted, current, resource);
  const access = objectReader(cluster);
  const review = { operation: 'UPDATE', resource, subresource, object: wanted, oldObject: current } as const;
  const warnings = [...warned, ...admit(cluster, access, { ...review, dryRun: options.dryRun })];
  const isSame = isEqualJson(comparable(wanted), comparable(current));
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
      throw invalidError({ group, kind, name }, [invalidValueCause('metadata.uid', text, 'field is immutable')]);
    throw conflictError(resource, {
      name,
      message: `Precondition failed: UID in precondition: ${text}, UID in object meta: ${uid}`,
    });
  }
  if (given['resourceVersion']) {
    if (given['resourceVersion'] !== resourceVersion) throw conflictError(resource, { name, message: MODIFIED });
  } else if (resource.custom && method === 'PUT') {
    const message = 'Invalid value: 0: must be specified for an update';
    const cause = { reason: 'FieldValueInvalid', field: 'metadata.resourceVersion', message };
    throw invalidError({ group, kind: plural, name }, [cause]);
  }
}

/** What the client wants, with everything that this write may not touch as it is now. */
function merged(shaped: JsonObject, { resource, subresource, current }: UpdateRequest): ApiObject {
  if (subresource === 'status') {
    const { status: _status, ...rest } = current;
    return shaped['status'] === undefined ? rest : { ...rest, status: shaped['status'] };
  }
  const { status, ...content } = shaped;
  const kept = resource.hasStatus ? current['status'] : status;
  const withStatus = kept === undefined ? content : { ...content, status: kept };
  const completed = resource.prepare?.(withStatus) ?? withStatus;
  const metadata = mergedMeta(objectAt(shaped, 'metadata'), current.metadata);
  return { ...completed, apiVersion: current.apiVersion, kind: current.kind, metadata };
}

function mergedMeta(given: JsonObject, current: ApiMeta): ApiMeta {
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
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${listed}}`;
  const cause = { reason: 'FieldValueForbidden', field: 'metadata.finalizers', message };
  throw invalidError({ group, kind, name: current.metadata.name }, [cause]);
}

/** What has to differ for a write to count. */
export function comparable({ metadata, ...content }: ApiObject): JsonObject {
  const { managedFields: _managed, resourceVersion: _version, generation: _generation, ...meta } = metadata;
  return { ...content, metadata: meta };
}

/** The object with its generation moved on if what it specifies has changed. */
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
