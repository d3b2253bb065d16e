import { accessDenied } from './access/access-denied.ts';
import { accessRequestOf } from './access/request-attributes.ts';
import { authenticate } from './access/authentication.ts';
import {
  impersonate,
  impersonationIn,
  userMissing,
  userMissingLegacy,
  type Impersonation,
} from './access/impersonation.ts';
import type { User } from './access/user.ts';
import type { Cluster } from './cluster.ts';
import { answerLog } from './logs/log-handler.ts';
import { answerMeta } from './meta.ts';
import { answerGet, answerList, answerWatch } from './read-handlers.ts';
import { answerText, type Reply } from './response.ts';
import { pathSegmentProblems } from './path-segment.ts';
import type { IncomingRequest } from './request.ts';
import { answerReview } from './access/review-handler.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequest, methodNotAllowed, notFound, resourceNotFound, StatusError, verbNotSupported } from './status.ts';
import { answerCreate, answerDelete, answerDeleteCollection, answerPatch, answerUpdate } from './write-handlers.ts';

const NOT_FOUND = '404 page not found\n';

/**
 * Answers a request, all of it in one turn.
 * @throws {StatusError} for everything that the server refuses
 */
export function route(cluster: Cluster, request: IncomingRequest): Reply {
  const sender = authenticate(cluster.tokens, request);
  const asked = impersonationIn(request);
  if (asked?.user === '') return answerUserMissing(cluster, asked, request.url);
  const user = asked ? impersonate(asked, { ...cluster, sender, access: accessRequestOf(request) }) : sender;
  authorize(cluster, request, user);
  if (isAway(cluster, request)) return answerText(503, 'service unavailable\n');
  if (request.resource === '') return answerMeta(cluster, request);
  return answerReview(cluster, request, user) ?? answerResource(cluster, request);
}

function answerUserMissing({ server }: Cluster, asked: Impersonation, url: string): Reply {
  if (server.constrainedImpersonation) throw badRequest(userMissing(asked));
  return answerText(500, userMissingLegacy(asked, url));
}

/** Asked before anything else, so that who may not do something does not learn whether it could be done. */
function authorize({ authorizer }: Cluster, request: IncomingRequest, user: User): void {
  const access = accessRequestOf(request);
  const { allowed, reason } = authorizer.authorize(user, access);
  if (!allowed) throw accessDenied(user, access, reason);
}

/** What is behind this server, and does not answer, is refused without a Status. */
function isAway({ behaviour }: Cluster, { path }: IncomingRequest): boolean {
  const [, group] = /^\/apis\/([^/]+)\/./u.exec(path) ?? [];
  return group !== undefined && behaviour.unavailableGroups.has(group);
}

function answerResource(cluster: Cluster, request: IncomingRequest): Reply {
  const apiVersion = request.group ? `${request.group}/${request.version}` : request.version;
  const resource = cluster.catalog.byPlural(apiVersion, request.resource);
  if (!resource) return unknownResource(cluster, request);
  if (isBeyondNamespaces(resource, request)) {
    if (!resource.custom) throw methodNotAllowed();
    return answerText(404, NOT_FOUND);
  }
  if (resource.namespaced && request.namespace === '') return answerWithoutNamespace(cluster, resource, request);
  assertServed(resource, request);
  assertNames(cluster, resource, request);
  return dispatch(cluster, resource, request);
}

/** An empty namespace is none: a list is then about all of them, anything else is refused. */
function answerWithoutNamespace(cluster: Cluster, resource: ServedResource, request: IncomingRequest): Reply {
  if (request.verb === 'list' || request.verb === 'watch')
    return dispatch(cluster, resource, { ...request, namespace: undefined });
  if (resource.custom) return answerText(404, NOT_FOUND);
  throw badRequest('Namespace parameter required.');
}

/** The storage of the real server makes keys of them, and only of what can be a segment of a path. */
function assertNames({ server }: Cluster, resource: ServedResource, { verb, namespace, name }: IncomingRequest): void {
  if (namespace !== undefined && verb === 'create') {
    const problems = pathSegmentProblems(namespace);
    if (problems.length > 0)
      throw internalError(`invalid resource name ${JSON.stringify(namespace)}: [${problems.join(', ')}]`);
  }
  if (name !== undefined && verb !== 'create') {
    const problems = pathSegmentProblems(name);
    if (problems.length > 0) throw badRequest(`Name parameter invalid: ${JSON.stringify(name)}: ${problems.join(';')}`);
  }
  if (server.listsInvalidNamespaces && name === undefined) return;
  if (namespace === '.' || namespace === '..') throw invalidKey(resource, namespace, name);
}

function invalidKey(
  { custom, group, plural }: ServedResource,
  namespace: string,
  name: string | undefined,
): StatusError {
  const key = [...(custom ? [group] : []), plural, namespace, ...(name === undefined ? [] : [name])].join('/');
  return new StatusError({ code: 500, reason: '', message: `invalid key: "/${key}"` });
}

function internalError(message: string): StatusError {
  const details = { causes: [{ reason: '', message }] };
  return new StatusError({
    code: 500,
    reason: 'InternalError',
    message: `Internal error occurred: ${message}`,
    details,
  });
}

/** Writes to namespaced objects name their namespace; only reads may be about all of them. */
function isBeyondNamespaces(resource: ServedResource, { verb, namespace }: IncomingRequest): boolean {
  return resource.namespaced && namespace === undefined && (verb === 'create' || verb === 'deletecollection');
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
  if (subresource === 'log' && resource.hasLog) {
    if (verb !== 'get') throw methodNotAllowed();
  } else if (subresource !== undefined) {
    if (subresource !== 'status' || !resource.hasStatus)
      throw resource.custom ? notFound(resource, name ?? '') : resourceNotFound();
    if (name === undefined && !resource.custom) throw resourceNotFound();
    if (verb !== 'get' && verb !== 'update' && verb !== 'patch' && verb !== 'other' && resource.custom)
      throw verbNotSupported(resource, verb);
    if (verb !== 'get' && verb !== 'update' && verb !== 'patch') throw methodNotAllowed();
  }
  if (verb === 'watch' && !resource.verbs.includes(verb)) throw verbNotSupported(resource, verb);
  if (verb !== 'other' && !resource.verbs.includes(verb)) throw methodNotAllowed();
  if (!resource.namespaced && namespace !== undefined) throw resourceNotFound();
  const whole = verb === 'list' || verb === 'watch' || verb === 'create' || verb === 'deletecollection';
  if (resource.namespaced && namespace === undefined && !whole && name !== undefined) throw resourceNotFound();
}

function dispatch(cluster: Cluster, resource: ServedResource, request: IncomingRequest): Reply {
  switch (request.verb) {
    case 'get':
      if (request.subresource === 'log') return answerLog(cluster, resource, request);
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
