import { randomInt, randomUUID } from 'node:crypto';
import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import { admit } from './admission.ts';
import { compactMeta, type ApiObject } from './api-object.ts';
import type { Cluster } from './cluster.ts';
import { objectAt, textAt, type JsonObject } from './json.ts';
import { managedFieldsOf, timestamp } from './managed-fields.ts';
import { readAccess } from './object-reader.ts';
import { storageKeyOf, type ServedResource } from './served-resource.ts';
import { assertValid, shape } from './strategy.ts';
import { alreadyExists, badRequest, forbidden, notFound, StatusError } from './status.ts';
import type { WriteOptions } from './write-options.ts';

/** The outcome of a write: the object as it is now, and what the client should be warned of. */
export interface Written {
  readonly object: ApiObject;
  readonly warnings: readonly string[];
}

interface CreateRequest {
  readonly resource: ServedResource;
  readonly namespace?: string | undefined;
  readonly manifest: JsonObject;
  /** Duplicate fields of the request's body. */
  readonly problems?: readonly string[] | undefined;
  readonly options: WriteOptions;
  /** Whose the fields are, where they are not simply of who creates. */
  readonly managedFields?: ((object: JsonObject) => readonly JsonObject[]) | undefined;
}

/** The real server finds this out late, and answers 500 without a reason. */
const VERSION_GIVEN = 'resourceVersion should not be set on objects to be created';

/** @throws {StatusError} when the object may not come to be */
export function create(cluster: Cluster, request: CreateRequest): Written {
  const { resource, namespace, manifest, problems = [], options, managedFields } = request;
  const given = objectAt(manifest, 'metadata');
  const place = placeOf(resource, namespace, given);
  if (place !== undefined) assertNamespace(cluster, resource, { namespace: place, name: textAt(given, 'name') ?? '' });
  const { status: _status, ...content } = manifest;
  const validation = { mode: options.fieldValidation, problems, isPatch: false };
  const shaped = shape(resource.hasStatus ? content : manifest, resource, validation);
  const object = initialise(shaped.object, {
    resource,
    namespace: place,
    manager: options.manager,
    managedFields,
  });
  assertValid({ object, warnings: shaped.warnings, server: cluster.server }, resource);
  const access = readAccess(cluster);
  const warned = admit(cluster, access, { operation: 'CREATE', resource, object, dryRun: options.dryRun });
  const { name } = object.metadata;
  if (given['resourceVersion']) throw new StatusError({ code: 500, reason: '', message: VERSION_GIVEN });
  const present = cluster.storage.get(storageKeyOf(resource), object.metadata);
  if (present) {
    const deleted = present.metadata.deletionTimestamp !== undefined;
    throw alreadyExists(resource, { name, deleted, retryAfterSeconds: given['name'] ? undefined : 1 });
  }
  const stored = options.dryRun ? object : cluster.storage.put(storageKeyOf(resource), object);
  return { object: stored, warnings: [...shaped.warnings, ...warned] };
}

function placeOf(resource: ServedResource, namespace: string | undefined, given: JsonObject): string | undefined {
  if (!resource.namespaced) return undefined;
  const own = textAt(given, 'namespace');
  if (namespace === undefined) throw badRequest('an empty namespace may not be set during creation');
  if (own !== undefined && own !== '' && own !== namespace)
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  return namespace;
}

interface Placed {
  readonly namespace: string;
  readonly name: string;
}

function assertNamespace(cluster: Cluster, resource: ServedResource, { namespace, name }: Placed): void {
  const namespaces = { group: '', plural: 'namespaces', kind: 'Namespace' };
  const found = cluster.storage.get(storageKeyOf(namespaces), { name: namespace });
  if (!found) throw notFound(namespaces, namespace);
  if (found.metadata.deletionTimestamp === undefined) return;
  const message = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const cause = {
    reason: 'NamespaceTerminating',
    message: `namespace ${namespace} is being terminated`,
    field: 'metadata.namespace',
  };
  throw forbidden(resource, { name, message, causes: [cause] });
}

interface Origin {
  readonly resource: ServedResource;
  readonly namespace: string | undefined;
  readonly manager: string;
  readonly managedFields: CreateRequest['managedFields'];
}

/** The object as a client's create makes it: what only the server may say is the server's. */
function initialise(shaped: JsonObject, { resource, namespace, manager, managedFields }: Origin): ApiObject {
  const given = objectAt(shaped, 'metadata');
  const { deletionTimestamp: _ignored, deletionGracePeriodSeconds: _unused, selfLink: _link, ...meta } = given;
  const metadata = compactMeta({
    ...meta,
    name: nameOf(given),
    namespace,
    uid: randomUUID(),
    resourceVersion: '',
    generation: resource.hasGeneration ? 1 : undefined,
    creationTimestamp: timestamp(),
    managedFields: managedFields?.(shaped) ?? managedFieldsOf(shaped, { manager, apiVersion: apiVersionOf(resource) }),
  });
  return { ...shaped, apiVersion: resource.storageApiVersion, kind: resource.kind, metadata };
}

const SUFFIX_ALPHABET = 'bcdfghjklmnpqrstvwxz2456789';
const PREFIX_LENGTH = 58;

/** The name asked for, or one made from generateName; empty if neither was given. */
export function nameOf(given: JsonObject): string {
  const name = textAt(given, 'name');
  const prefix = textAt(given, 'generateName');
  if (name || !prefix) return name ?? '';
  const suffix = Array.from({ length: 5 }, () => SUFFIX_ALPHABET[randomInt(SUFFIX_ALPHABET.length)]);
  return `${prefix.slice(0, PREFIX_LENGTH)}${suffix.join('')}`;
}
