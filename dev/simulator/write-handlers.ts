import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import { decodeRequestObject, decodeYaml, mediaTypeOf, parseWith, decodeRequestBody } from './request-body.ts';
import type { SimulatedCluster } from './cluster.ts';
import { serverSideApply } from './server-side-apply.ts';
import { create, type StoredWrite } from './create.ts';
import { deletionStatus, parseDeleteOptions, deleteStoredObject } from './delete.ts';
import { isJsonObject, type JsonObject, objectAt, stringAt } from './json.ts';
import { assertPatchOptions, parseListOptions, parseWriteOptions, type ParsedWriteOptions } from './request-options.ts';
import { listPage } from './list.ts';
import { APPLY, applyPatch } from './patch.ts';
import { getExisting } from './read-handlers.ts';
import { type BodyResponse, objectResponse } from './response.ts';
import { transformList, transformObject, negotiateOutput } from './negotiation.ts';
import type { IncomingRequest } from './request.ts';
import { parseSelectionPredicate } from './selection-predicate.ts';
import { type ServedResource, storageKeyOf } from './served-resource.ts';
import { assertDeclaredInSchema } from './strategy.ts';
import { badRequestError, conflictError } from './status.ts';
import { update } from './update.ts';

/** Handles create. */
export function handleCreate(
  cluster: SimulatedCluster,
  resource: ServedResource,
  request: IncomingRequest,
): BodyResponse {
  const options = parseWriteOptions(request.query, request.userAgent, 'CreateOptions');
  const { value, problems } = decodeRequestBody(request);
  const manifest = decodeRequestObject(value, resource);
  const written = create(cluster, { resource, namespace: request.namespace, manifest, problems, options });
  return writeResponse({ ...written, code: 201 }, resource, request);
}

/** Handles update (PUT). */
export function handleUpdate(
  cluster: SimulatedCluster,
  resource: ServedResource,
  request: IncomingRequest,
): BodyResponse {
  const options = parseWriteOptions(request.query, request.userAgent, 'UpdateOptions');
  const { value, problems } = decodeRequestBody(request);
  const next = decodeRequestObject(value, resource);
  const name = stringAt(objectAt(next, 'metadata'), 'name') ?? '';
  if (name !== request.name)
    throw badRequestError(
      `the name of the object (${name}) does not match the name on the URL (${request.name ?? ''})`,
    );
  const current = getExisting(cluster, resource, request);
  const { subresource } = request;
  const written = update(cluster, { resource, subresource, current, next, problems, options, method: 'PUT' });
  return writeResponse({ ...written, code: 200 }, resource, request);
}

/** Handles patch of every type, server-side apply included. */
export function handlePatch(
  cluster: SimulatedCluster,
  resource: ServedResource,
  request: IncomingRequest,
): BodyResponse {
  const options = parseWriteOptions(request.query, request.userAgent, 'PatchOptions');
  const isApply = mediaTypeOf(request) === APPLY;
  assertPatchOptions(request.query, isApply);
  if (isApply) return handleApply(cluster, resource, { ...request, options });
  const current = getExisting(cluster, resource, request);
  const shown = { ...current, apiVersion: apiVersionOf(resource) };
  const patch = { text: request.body.toString(), mediaType: mediaTypeOf(request) };
  const { value, problems } = applyPatch(shown, patch, resource);
  const next = decodeRequestObject(value, resource);
  const { subresource } = request;
  const written = update(cluster, { resource, subresource, current, next, problems, options, method: 'PATCH' });
  return writeResponse({ ...written, code: 200 }, resource, request);
}

function handleApply(
  cluster: SimulatedCluster,
  resource: ServedResource,
  request: IncomingRequest & { readonly options: ParsedWriteOptions },
): BodyResponse {
  const { namespace, name, subresource, options, query } = request;
  const found = cluster.storage.get(storageKeyOf(resource), { namespace, name: name ?? '' });
  const current = subresource ? getExisting(cluster, resource, request) : found;
  const { value, problems } = parseWith(decodeYaml, request.body.toString());
  const body = decodeRequestObject(value, resource);
  assertDeclaredInSchema(body, resource);
  const { manager } = options;
  const applied = serverSideApply({ resource, current, body, manager, force: query.get('force') === 'true' });
  const { next, managedFields } = applied;
  if (!current) {
    assertNoUid(resource, body);
    const created = create(cluster, { resource, namespace, manifest: next, problems, options, managedFields });
    return writeResponse({ ...created, code: 201 }, resource, request);
  }
  const asked = { ...next, metadata: { ...objectAt(next, 'metadata'), resourceVersion: versionIn(body) } };
  const written = update(cluster, {
    resource,
    subresource,
    current,
    next: asked,
    problems,
    options,
    managedFields,
    method: 'PATCH',
  });
  return writeResponse({ ...written, code: 200 }, resource, request);
}

/** Refuses a create by apply with a uid: the uid belongs to an object that does not exist. */
function assertNoUid(resource: ServedResource, body: JsonObject): void {
  const { name, uid } = objectAt(body, 'metadata');
  if (typeof uid !== 'string' || typeof name !== 'string') return;
  const message = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  throw conflictError(resource, { name, message });
}

/** Returns the resourceVersion of the applied object, the only one that an apply checks. */
function versionIn(body: JsonObject): unknown {
  return objectAt(body, 'metadata')['resourceVersion'];
}

/** Handles delete. Returns the object while it waits for finalizers, else a Status. */
export function handleDelete(
  cluster: SimulatedCluster,
  resource: ServedResource,
  request: IncomingRequest,
): BodyResponse {
  const options = parseDeleteOptions(request.query, optionalBody(request));
  const object = getExisting(cluster, resource, request);
  const { object: outcome, pending, warnings } = deleteStoredObject(cluster, { resource, object, options });
  const returnsObject = pending || (resource.kind === 'Namespace' && !resource.custom);
  if (!returnsObject) return objectResponse(200, deletionStatus(outcome, resource), { warnings });
  const representation = negotiateOutput(request.headers.accept, request.query);
  return objectResponse(200, transformObject(outcome, resource, representation), { ...representation, warnings });
}

/** Deletes the selected objects and returns them as a list. */
export function handleDeleteCollection(
  cluster: SimulatedCluster,
  resource: ServedResource,
  request: IncomingRequest,
): BodyResponse {
  const options = parseDeleteOptions(request.query, optionalBody(request));
  const representation = negotiateOutput(request.headers.accept, request.query);
  const matches = parseSelectionPredicate(resource, request);
  const listOptions = parseListOptions(request.query, cluster.behaviour.streamingLists);
  const storageKey = storageKeyOf(resource);
  const page = listPage(cluster.storage, { storageKey, matches, hasSelector: true, options: listOptions });
  const outcomes = page.objects.flatMap(({ metadata }) => {
    // Deleting an object may have deleted its dependents, too.
    const object = cluster.storage.get(storageKey, metadata);
    return object ? [deleteStoredObject(cluster, { resource, object, options })] : [];
  });
  const objects = outcomes.map(({ object }) => object);
  const warnings = outcomes.flatMap((outcome) => outcome.warnings);
  const metadata = { ...page.metadata, resourceVersion: String(cluster.storage.version) };
  return objectResponse(200, transformList({ objects, metadata }, resource, representation), {
    ...representation,
    warnings,
  });
}

interface WrittenAnswer extends StoredWrite {
  readonly code: number;
}

function writeResponse(written: WrittenAnswer, resource: ServedResource, request: IncomingRequest): BodyResponse {
  const representation = negotiateOutput(request.headers.accept, request.query);
  const { code, object, warnings } = written;
  return objectResponse(code, transformObject(object, resource, representation), { ...representation, warnings });
}

function optionalBody(request: IncomingRequest): unknown {
  if (request.body.length === 0) return undefined;
  const { value } = decodeRequestBody(request);
  if (isJsonObject(value)) return value;
  throw badRequestError('the object provided is unrecognized (must be of type DeleteOptions)');
}
