import { decodeObject, mediaTypeOf, parseWith, readBody } from './request-body.ts';
import type { Cluster } from './cluster.ts';
import { apply } from './server-side-apply.ts';
import { create, type Written } from './create.ts';
import { deletionStatus, readDeleteOptions, remove } from './delete.ts';
import { decodeYaml } from './strict-decoding.ts';
import { isJsonObject, objectAt, textAt, type JsonObject } from './json.ts';
import { readListOptions } from './request-options.ts';
import { list } from './list.ts';
import { APPLY, patched } from './patch.ts';
import { existing } from './read-handlers.ts';
import { answerObject, type Answer } from './response.ts';
import { presentList, presentObject, readRepresentation } from './negotiation.ts';
import type { IncomingRequest } from './request.ts';
import { readSelection } from './selection-predicate.ts';
import { storageKeyOf, type ServedResource } from './served-resource.ts';
import { assertDeclared } from './strategy.ts';
import { badRequest, conflict } from './status.ts';
import { update } from './update.ts';
import { assertPatchOptions, readWriteOptions, type WriteOptions } from './write-options.ts';

export function answerCreate(cluster: Cluster, resource: ServedResource, request: IncomingRequest): Answer {
  const options = readWriteOptions(request.query, request.userAgent, 'CreateOptions');
  const { value, problems } = readBody(request);
  const manifest = decodeObject(value, resource);
  const written = create(cluster, { resource, namespace: request.namespace, manifest, problems, options });
  return answerWritten({ ...written, code: 201 }, resource, request);
}

export function answerUpdate(cluster: Cluster, resource: ServedResource, request: IncomingRequest): Answer {
  const options = readWriteOptions(request.query, request.userAgent, 'UpdateOptions');
  const { value, problems } = readBody(request);
  const next = decodeObject(value, resource);
  const name = textAt(objectAt(next, 'metadata'), 'name') ?? '';
  if (name !== request.name)
    throw badRequest(`the name of the object (${name}) does not match the name on the URL (${request.name ?? ''})`);
  const current = existing(cluster, resource, request);
  const { subresource } = request;
  const written = update(cluster, { resource, subresource, current, next, problems, options, method: 'PUT' });
  return answerWritten({ ...written, code: 200 }, resource, request);
}

export function answerPatch(cluster: Cluster, resource: ServedResource, request: IncomingRequest): Answer {
  const options = readWriteOptions(request.query, request.userAgent, 'PatchOptions');
  const isApply = mediaTypeOf(request) === APPLY;
  assertPatchOptions(request.query, isApply);
  if (isApply) return answerApply(cluster, resource, { ...request, options });
  const current = existing(cluster, resource, request);
  const shown = { ...current, apiVersion: apiVersionShown(resource) };
  const patch = { text: request.body.toString(), mediaType: mediaTypeOf(request) };
  const { value, problems } = patched(shown, patch, resource);
  const next = decodeObject(value, resource);
  const { subresource } = request;
  const written = update(cluster, { resource, subresource, current, next, problems, options, method: 'PATCH' });
  return answerWritten({ ...written, code: 200 }, resource, request);
}

function answerApply(
  cluster: Cluster,
  resource: ServedResource,
  request: IncomingRequest & { readonly options: WriteOptions },
): Answer {
  const { namespace, name, subresource, options, query } = request;
  const found = cluster.storage.get(storageKeyOf(resource), { namespace, name: name ?? '' });
  const current = subresource ? existing(cluster, resource, request) : found;
  const { value, problems } = parseWith(decodeYaml, request.body.toString());
  const body = decodeObject(value, resource);
  assertDeclared(body, resource);
  const { manager } = options;
  const applied = apply({ resource, current, body, manager, force: query.get('force') === 'true' });
  const { next, managedFields } = applied;
  if (!current) {
    assertNoUid(resource, body);
    const created = create(cluster, { resource, namespace, manifest: next, problems, options, managedFields });
    return answerWritten({ ...created, code: 201 }, resource, request);
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
  return answerWritten({ ...written, code: 200 }, resource, request);
}

/** Who names a uid means an object that is there. */
function assertNoUid(resource: ServedResource, body: JsonObject): void {
  const { name, uid } = objectAt(body, 'metadata');
  if (typeof uid !== 'string' || typeof name !== 'string') return;
  const message = `uid mismatch: the provided object specified uid ${uid}, and no existing object was found`;
  throw conflict(resource, { name, message });
}

/** An apply insists on a version only where it names one. */
function versionIn(body: JsonObject): unknown {
  return objectAt(body, 'metadata')['resourceVersion'];
}

export function answerDelete(cluster: Cluster, resource: ServedResource, request: IncomingRequest): Answer {
  const options = readDeleteOptions(request.query, optionalBody(request));
  const object = existing(cluster, resource, request);
  const { object: outcome, pending, warnings } = remove(cluster, { resource, object, options });
  const told = pending || (resource.kind === 'Namespace' && !resource.custom);
  if (!told) return answerObject(200, deletionStatus(outcome, resource), { warnings });
  const representation = readRepresentation(request.headers.accept, request.query);
  return answerObject(200, presentObject(outcome, resource, representation), { ...representation, warnings });
}

/** Deletes what is selected and answers with it. */
export function answerDeleteCollection(cluster: Cluster, resource: ServedResource, request: IncomingRequest): Answer {
  const options = readDeleteOptions(request.query, optionalBody(request));
  const representation = readRepresentation(request.headers.accept, request.query);
  const selects = readSelection(resource, request);
  const listOptions = readListOptions(request.query, cluster.behaviour.streamingLists);
  const storageKey = storageKeyOf(resource);
  const page = list(cluster.storage, { storageKey, selects, selective: true, options: listOptions });
  const outcomes = page.objects.flatMap(({ metadata }) => {
    // One deletion may take others along.
    const object = cluster.storage.get(storageKey, metadata);
    return object ? [remove(cluster, { resource, object, options })] : [];
  });
  const objects = outcomes.map(({ object }) => object);
  const warnings = outcomes.flatMap((outcome) => outcome.warnings);
  const metadata = { ...page.metadata, resourceVersion: String(cluster.storage.version) };
  return answerObject(200, presentList({ objects, metadata }, resource, representation), {
    ...representation,
    warnings,
  });
}

function apiVersionShown({ group, version }: ServedResource): string {
  return group ? `${group}/${version}` : version;
}

interface WrittenAnswer extends Written {
  readonly code: number;
}

function answerWritten(written: WrittenAnswer, resource: ServedResource, request: IncomingRequest): Answer {
  const representation = readRepresentation(request.headers.accept, request.query);
  const { code, object, warnings } = written;
  return answerObject(code, presentObject(object, resource, representation), { ...representation, warnings });
}

function optionalBody(request: IncomingRequest): unknown {
  if (request.body.length === 0) return undefined;
  const { value } = readBody(request);
  if (isJsonObject(value)) return value;
  throw badRequest('the object provided is unrecognized (must be of type DeleteOptions)');
}
