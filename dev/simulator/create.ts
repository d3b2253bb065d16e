import { randomInt, randomUUID } from 'node:crypto';
import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import { admit } from './admission.ts';
import { type ApiObject, compactMeta, currentTimestamp } from './api-object.ts';
import type { SimulatedCluster } from './cluster.ts';
import { type JsonObject, objectAt, stringAt } from './json.ts';
import { managedFieldsAfterUpdate } from './managed-fields.ts';
import { objectReader } from './object-reader.ts';
import { type ServedResource, storageKeyOf } from './served-resource.ts';
import { assertValid, prepareObject } from './strategy.ts';
import { alreadyExistsError, badRequestError, forbiddenError, notFoundError, ApiStatusError } from './status.ts';
import type { ParsedWriteOptions } from './request-options.ts';

/** Result of a write: the stored object and the warnings for the client. */
export interface StoredWrite {
  readonly object: ApiObject;
  readonly warnings: readonly string[];
}

interface CreateRequest {
  readonly resource: ServedResource;
  readonly namespace?: string | undefined;
  readonly manifest: JsonObject;
  /** Duplicate fields in the request body. */
  readonly problems?: readonly string[] | undefined;
  readonly options: ParsedWriteOptions;
  /** Computes managedFields. By default the creating manager owns every field. */
  readonly managedFields?: ((object: JsonObject) => readonly JsonObject[]) | undefined;
}

/** kube-apiserver detects this in its storage and returns 500 without a reason. An apply that creates may have a version. */
const VERSION_GIVEN = 'resourceVersion should not be set on objects to be created';

/** Validates, admits and stores a new object. @throws {ApiStatusError} if it is refused or already exists */
export function create(cluster: SimulatedCluster, request: CreateRequest): StoredWrite {
  const { resource, namespace, manifest, problems = [], options, managedFields } = request;
  const given = objectAt(manifest, 'metadata');
  const place = targetNamespace(resource, namespace, given);
  if (place !== undefined)
    assertNamespace(cluster, resource, { namespace: place, name: stringAt(given, 'name') ?? '' });
  const { status: _status, ...content } = manifest;
  const validation = { mode: options.fieldValidation, problems, isPatch: false };
  const shaped = prepareObject(resource.hasStatus ? content : manifest, resource, validation);
  const object = newObject(shaped.object, {
    resource,
    namespace: place,
    manager: options.manager,
    managedFields,
    isTaken: (name) => cluster.storage.get(storageKeyOf(resource), { name, namespace: place }) !== undefined,
  });
  assertValid({ object, warnings: shaped.warnings, server: cluster.server }, resource);
  const access = objectReader(cluster);
  const warned = admit(cluster.admission, access, { operation: 'CREATE', resource, object, dryRun: options.dryRun });
  const { name } = object.metadata;
  if (given['resourceVersion'] && !managedFields)
    throw new ApiStatusError({ code: 500, reason: '', message: VERSION_GIVEN });
  const present = cluster.storage.get(storageKeyOf(resource), object.metadata);
  if (present) {
    const deleted = present.metadata.deletionTimestamp !== undefined;
    throw alreadyExistsError(resource, { name, deleted, retryAfterSeconds: given['name'] ? undefined : 1 });
  }
  const stored = options.dryRun ? object : cluster.storage.put(storageKeyOf(resource), object);
  return { object: stored, warnings: [...shaped.warnings, ...warned] };
}

function targetNamespace(
  resource: ServedResource,
  namespace: string | undefined,
  given: JsonObject,
): string | undefined {
  if (!resource.namespaced) return undefined;
  const own = stringAt(given, 'namespace');
  if (namespace === undefined) throw badRequestError('an empty namespace may not be set during creation');
  if (own !== undefined && own !== '' && own !== namespace)
    throw badRequestError('the namespace of the provided object does not match the namespace sent on the request');
  return namespace;
}

interface NamespacedName {
  readonly namespace: string;
  readonly name: string;
}

function assertNamespace(
  cluster: SimulatedCluster,
  resource: ServedResource,
  { namespace, name }: NamespacedName,
): void {
  const namespaces = { group: '', plural: 'namespaces', kind: 'Namespace' };
  const found = cluster.storage.get(storageKeyOf(namespaces), { name: namespace });
  if (!found) throw notFoundError(namespaces, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const message = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  throw forbiddenError(resource, { name, message, causes: [cause] });
}

interface NewObjectOptions {
  readonly resource: ServedResource;
  readonly namespace: string | undefined;
  readonly manager: string;
  readonly managedFields: CreateRequest['managedFields'];
  readonly isTaken: (name: string) => boolean;
}

/** Returns the object of a create request with the metadata that only the server sets. */
function newObject(shaped: JsonObject, options: NewObjectOptions): ApiObject {
  const { resource, namespace, manager, managedFields, isTaken } = options;
  const given = objectAt(shaped, 'metadata');
  const { deletionTimestamp: _ignored, deletionGracePeriodSeconds: _unused, selfLink: _link, ...meta } = given;
  const metadata = compactMeta({
    ...meta,
    name: objectNameOf(given, isTaken),
    namespace,
    uid: randomUUID(),
    resourceVersion: '',
    generation: resource.hasGeneration ? 1 : undefined,
    creationTimestamp: currentTimestamp(),
    managedFields:
      managedFields?.(shaped) ?? managedFieldsAfterUpdate(shaped, { manager, apiVersion: apiVersionOf(resource) }),
  });
  return { ...shaped, apiVersion: resource.storageApiVersion, kind: resource.kind, metadata };
}

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const PREFIX_LENGTH = 58;

/** How many names kube-apiserver generates before it answers 409. */
const ATTEMPTS = 8;

/** Returns the name, or one generated from generateName that is free after at most 8 attempts; empty without both. */
export function objectNameOf(given: JsonObject, isTaken: (name: string) => boolean): string {
  const name = stringAt(given, 'name');
  const prefix = stringAt(given, 'generateName');
  if (name || !prefix) return name ?? '';
  let generated = generateName(prefix);
  for (let attempt = 1; attempt < ATTEMPTS && isTaken(generated); attempt++) generated = generateName(prefix);
  return generated;
}

function generateName(prefix: string): string {
  const suffix = Array.from({ length: 5 }, () => SUFFIX_ALPHABET[randomInt(SUFFIX_ALPHABET.length)]);
  return `${prefix.slice(0, PREFIX_LENGTH)}${suffix.join('')}`;
}
