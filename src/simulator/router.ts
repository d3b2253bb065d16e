import type { Cluster } from './cluster.ts';
import { answerMeta } from './meta.ts';
import { answerGet, answerList, answerWatch } from './read.ts';
import { answerText, type Reply } from './reply.ts';
import type { IncomingRequest } from './request.ts';
import { answerReview } from './reviews.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequest, methodNotAllowed, notFound, resourceNotFound, unauthorized } from './status.ts';
import { answerCreate, answerDelete, answerDeleteCollection, answerPatch, answerUpdate } from './write.ts';

const NOT_FOUND = '404 page not found\n';
const OPEN_PATHS = /^\/(?:healthz|livez|readyz|version)(?:\/|$)/u;

/**
 * Answers a request, all of it in one turn.
 * @throws {StatusError} for everything that the server refuses
 */
export function route(cluster: Cluster, request: IncomingRequest): Reply {
  authenticate(cluster, request);
  if (request.resource === '') return answerMeta(cluster, request);
  const review = answerReview(cluster, request);
  if (review) return review;
  const apiVersion = request.group ? `${request.group}/${request.version}` : request.version;
  const resource = cluster.catalog.byPlural(apiVersion, request.resource);
  if (!resource) return unknownResource(cluster, request);
  if (isBeyondNamespaces(resource, request)) {
    if (!resource.custom) throw methodNotAllowed();
    return answerText(404, NOT_FOUND);
  }
  assertServed(resource, request);
  return dispatch(cluster, resource, request);
}

/** Writes to namespaced objects name their namespace; only reads may be about all of them. */
function isBeyondNamespaces(resource: ServedResource, { verb, namespace }: IncomingRequest): boolean {
  return resource.namespaced && namespace === undefined && (verb === 'create' || verb === 'deletecollection');
}

/** The bearer of the current token may do everything: an authorizer would be asked right after this. */
function authenticate({ behaviour }: Cluster, { headers, path }: IncomingRequest): void {
  const presented = headers.authorization;
  const anonymous = presented === undefined && OPEN_PATHS.test(path);
  if (!anonymous && presented !== `Bearer ${behaviour.token}`) throw unauthorized();
}

/** Groups of custom resources are not known at all; in built-in ones the real server says a little more. */
function unknownResource({ catalog }: Cluster, { group, version }: IncomingRequest): Reply {
  const builtin = catalog
    .all()
    .some((resource) => !resource.custom && resource.group === group && resource.version === version);
  if (builtin || group === '') throw resourceNotFound();
  return answerText(404, NOT_FOUND);
}

function assertServed(resource: ServedResource, { subresource, verb, namespace, name }: IncomingRequest): void {
  if (subresource !== undefined) {
    if (subresource !== 'status' || !resource.hasStatus)
      throw resource.custom ? notFound(resource, name ?? '') : resourceNotFound();
    if (verb !== 'get' && verb !== 'update' && verb !== 'patch') throw methodNotAllowed();
  }
  if (!resource.namespaced && namespace !== undefined) throw resourceNotFound();
  const whole = verb === 'list' || verb === 'watch' || verb === 'create' || verb === 'deletecollection';
  if (resource.namespaced && namespace === undefined && !whole && name !== undefined) throw resourceNotFound();
}

function dispatch(cluster: Cluster, resource: ServedResource, request: IncomingRequest): Reply {
  switch (request.verb) {
    case 'get':
      return answerGet(cluster, resource, request);
    case 'list':
      return answerList(cluster, resource, request);
    case 'watch':
      return answerWatch(cluster, resource, request);
    case 'create':
      if (request.name !== undefined) throw methodNotAllowed();
      return answerCreate(cluster, resource, request);
    case 'update':
      if (request.name === undefined) throw nameMissing(resource);
      return answerUpdate(cluster, resource, request);
    case 'patch':
      if (request.name === undefined) throw nameMissing(resource);
      return answerPatch(cluster, resource, request);
    case 'delete':
      return answerDelete(cluster, resource, request);
    case 'deletecollection':
      return answerDeleteCollection(cluster, resource, request);
    case 'other':
      throw methodNotAllowed();
    default:
      throw new TypeError(`Unknown verb ${JSON.stringify(request.verb satisfies never)}`);
  }
}

function nameMissing({ custom }: ServedResource) {
  return custom ? badRequest('name must be provided') : methodNotAllowed();
}
