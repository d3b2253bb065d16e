import { forbiddenRequestError, requestAttributesOf } from './access/request-attributes.ts';
import { authenticate } from './access/authentication.ts';
import {
  impersonate,
  type Impersonation,
  impersonationIn,
  userMissing,
  userMissingLegacy,
} from './access/impersonation.ts';
import type { User } from './access/user.ts';
import type { SimulatedCluster } from './cluster.ts';
import { handleLog } from './logs/log-handler.ts';
import { handleGet, handleList, handleWatch } from './read-handlers.ts';
import { textResponse, type SimulatedResponse } from './response.ts';
import type { IncomingRequest } from './request.ts';
import { handleReview } from './access/review-handler.ts';
import type { ServedResource } from './served-resource.ts';
import {
  badRequestError,
  methodNotAllowedError,
  notFoundError,
  resourceNotFoundError,
  ApiStatusError,
  verbNotSupportedError,
} from './status.ts';
import { handleCreate, handleDelete, handleDeleteCollection, handlePatch, handleUpdate } from './write-handlers.ts';
import { pathSegmentProblems } from './metadata-validation.ts';
import { handleNonResourcePath } from './discovery.ts';

const NOT_FOUND = '404 page not found\n';

/**
 * Authenticates, authorizes and handles a request in one turn.
 * @throws {ApiStatusError} if the request is refused
 */
export function route(cluster: SimulatedCluster, request: IncomingRequest): SimulatedResponse {
  const sender = authenticate(cluster.tokens, request);
  const asked = impersonationIn(request);
  if (asked?.user === '') return handleMissingUser(cluster, asked, request.url);
  const user = asked ? impersonate(asked, { ...cluster, sender, access: requestAttributesOf(request) }) : sender;
  authorize(cluster, request, user);
  if (isUnavailable(cluster, request)) return textResponse(503, 'service unavailable\n');
  if (request.resource === '') return handleNonResourcePath(cluster, request);
  return handleReview(cluster, request, user) ?? handleResource(cluster, request);
}

function handleMissingUser({ server }: SimulatedCluster, asked: Impersonation, url: string): SimulatedResponse {
  if (server.constrainedImpersonation) throw badRequestError(userMissing(asked));
  return textResponse(500, userMissingLegacy(asked, url));
}

/** Runs before all other checks, so that a denial does not reveal whether the resource exists. */
function authorize({ authorizer }: SimulatedCluster, request: IncomingRequest, user: User): void {
  const access = requestAttributesOf(request);
  const { allowed, reason } = authorizer.authorize(user, access);
  if (!allowed) throw forbiddenRequestError(user, access, reason);
}

/** Whether the request is for a group whose aggregated server is unavailable. */
function isUnavailable({ behaviour }: SimulatedCluster, { path }: IncomingRequest): boolean {
  const [, group] = /^\/apis\/([^/]+)\/./u.exec(path) ?? [];
  return group !== undefined && behaviour.unavailableGroups.has(group);
}

function handleResource(cluster: SimulatedCluster, request: IncomingRequest): SimulatedResponse {
  const apiVersion = request.group ? `${request.group}/${request.version}` : request.version;
  const resource = cluster.registry.byPlural(apiVersion, request.resource);
  if (!resource) return unknownResource(cluster, request);
  if (isBeyondNamespaces(resource, request)) {
    if (!resource.custom) throw methodNotAllowedError();
    return textResponse(404, NOT_FOUND);
  }
  if (resource.namespaced && request.namespace === '') return handleEmptyNamespace(cluster, resource, request);
  assertServed(resource, request);
  assertNames(cluster, resource, request);
  return dispatch(cluster, resource, request);
}

/** Lists all namespaces if the namespace in the URL is empty; refuses other verbs. */
function handleEmptyNamespace(
  cluster: SimulatedCluster,
  resource: ServedResource,
  request: IncomingRequest,
): SimulatedResponse {
  if (request.verb === 'list' || request.verb === 'watch')
    return dispatch(cluster, resource, { ...request, namespace: undefined });
  if (resource.custom) return textResponse(404, NOT_FOUND);
  throw badRequestError('Namespace parameter required.');
}

/** kube-apiserver builds storage keys of name and namespace, so both have to be valid path segments. */
function assertNames(
  { server }: SimulatedCluster,
  resource: ServedResource,
  { verb, namespace, name }: IncomingRequest,
): void {
  if (namespace !== undefined && verb === 'create') {
    const problems = pathSegmentProblems(namespace);
    if (problems.length > 0)
      throw internalError(`invalid resource name ${JSON.stringify(namespace)}: [${problems.join(', ')}]`);
  }
  if (name !== undefined && verb !== 'create') {
    const problems = pathSegmentProblems(name);
    if (problems.length > 0)
      throw badRequestError(`Name parameter invalid: ${JSON.stringify(name)}: ${problems.join(';')}`);
  }
  if (server.listsInvalidNamespaces && name === undefined) return;
  if (namespace === '.' || namespace === '..') throw invalidKey(resource, namespace, name);
}

function invalidKey(
  { custom, group, plural }: ServedResource,
  namespace: string,
  name: string | undefined,
): ApiStatusError {
  const key = [...(custom ? [group] : []), plural, namespace, ...(name === undefined ? [] : [name])].join('/');
  return new ApiStatusError({ code: 500, reason: '', message: `invalid key: "/${key}"` });
}

function internalError(message: string): ApiStatusError {
  const details = { causes: [{ reason: '', message }] };
  return new ApiStatusError({
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: ${message}`,
    details,
  });
}

/** Whether a create or deletecollection of a namespaced resource has no namespace. */
function isBeyondNamespaces(resource: ServedResource, { verb, namespace }: IncomingRequest): boolean {
  return resource.namespaced && namespace === undefined && (verb === 'create' || verb === 'deletecollection');
}

/** Returns a Status for built-in groups and plain text for others, like kube-apiserver. */
function unknownResource({ registry }: SimulatedCluster, { group, version }: IncomingRequest): SimulatedResponse {
  const builtin = registry
    .all()
    .some((resource) => !resource.custom && resource.group === group && resource.version === version);
  if (builtin || group === '') throw resourceNotFoundError();
  return textResponse(404, NOT_FOUND);
}

function assertServed(resource: ServedResource, { subresource, verb, namespace, name }: IncomingRequest): void {
  if (subresource === 'log' && resource.hasLog) {
    if (verb !== 'get') throw methodNotAllowedError();
  } else if (subresource !== undefined) {
    if (subresource !== 'status' || !resource.hasStatus)
      throw resource.custom ? notFoundError(resource, name ?? '') : resourceNotFoundError();
    if (name === undefined && !resource.custom) throw resourceNotFoundError();
    if (verb !== 'get' && verb !== 'update' && verb !== 'patch' && verb !== 'other' && resource.custom)
      throw verbNotSupportedError(resource, verb);
    if (verb !== 'get' && verb !== 'update' && verb !== 'patch') throw methodNotAllowedError();
  }
  if (verb === 'watch' && !resource.verbs.includes(verb)) throw verbNotSupportedError(resource, verb);
  if (verb !== 'other' && !resource.verbs.includes(verb)) throw methodNotAllowedError();
  if (!resource.namespaced && namespace !== undefined) throw resourceNotFoundError();
  const whole = verb === 'list' || verb === 'watch' || verb === 'create' || verb === 'deletecollection';
  if (resource.namespaced && namespace === undefined && !whole && name !== undefined) throw resourceNotFoundError();
}

function dispatch(cluster: SimulatedCluster, resource: ServedResource, request: IncomingRequest): SimulatedResponse {
  switch (request.verb) {
    case 'get':
      if (request.subresource === 'log') return handleLog(cluster, resource, request);
      return handleGet(cluster, resource, request);
    case 'list':
      return handleList(cluster, resource, request);
    case 'watch':
      return handleWatch(cluster, resource, request);
    case 'create':
      if (request.name !== undefined) throw methodNotAllowedError();
      return handleCreate(cluster, resource, request);
    case 'update':
      if (request.name === undefined) throw nameMissing(resource);
      return handleUpdate(cluster, resource, request);
    case 'patch':
      if (request.name === undefined) throw nameMissing(resource);
      return handlePatch(cluster, resource, request);
    case 'delete':
      return handleDelete(cluster, resource, request);
    case 'deletecollection':
      return handleDeleteCollection(cluster, resource, request);
    case 'other':
      throw methodNotAllowedError();
    default:
      throw new TypeError(`Unknown verb ${JSON.stringify(request.verb satisfies never)}`);
  }
}

function nameMissing({ custom }: ServedResource) {
  return custom ? badRequestError('name must be provided') : methodNotAllowedError();
}
