import type { IncomingRequest } from '../request.ts';
import type { AuthorizationAttributes } from './policy-rules.ts';
import { ApiStatusError } from '../status.ts';
import type { User } from './user.ts';
import { pathSegmentProblems } from '../metadata-validation.ts';

/** Returns the attributes to authorize for a request. Does not check whether the resource exists. */
export function requestAttributesOf(request: IncomingRequest): AuthorizationAttributes {
  const { resource, group, method, path, subresource = '' } = request;
  if (resource === '') return { type: 'path', verb: method.toLowerCase(), path };
  const namespace = namespaceOf(request);
  return { type: 'resource', verb: verbOf(request), group, resource, subresource, namespace, name: nameOf(request) };
}

/** A request for one Namespace object has that namespace, so a RoleBinding in it can grant access. */
function namespaceOf({ resource, namespace, name = '' }: IncomingRequest): string {
  return namespace ?? (resource === 'namespaces' ? name : '');
}

/** Returns an empty verb for methods that Kubernetes does not know. */
function verbOf({ verb, method, name }: IncomingRequest): string {
  if (verb !== 'other') return verb;
  if (method !== 'HEAD') return '';
  return name === undefined ? 'list' : 'get';
}

/** A list or watch whose field selector selects one metadata.name has that name. */
function nameOf({ verb, name, query }: IncomingRequest): string {
  if (name !== undefined) return name;
  if (verb !== 'list' && verb !== 'watch') return '';
  const fields = (query.get('fieldSelector') ?? '').split(',').map((field) => field.trim());
  const [named] = fields.flatMap((field) => /^metadata\.name==?(.*)$/u.exec(field)?.[1] ?? []);
  return named !== undefined && pathSegmentProblems(named).length === 0 ? named : '';
}

/** Returns the 403 for a denied request. `reason` is the reason of the authorizer; it may be empty. */
export function forbiddenRequestError(user: User, access: AuthorizationAttributes, reason: string): ApiStatusError {
  const detail = reason === '' ? describeDenial(user, access) : `${describeDenial(user, access)}: ${reason}`;
  const { group, resource, name } = access.type === 'path' ? NO_RESOURCE : access;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  const named = name === '' ? qualified : `${qualified} "${name}"`;
  return new ApiStatusError({
    code: 403,
    reason: 'Forbidden',
    message: `${named === '' ? '' : `${named} is `}forbidden: ${detail}`,
    details: { name, group, kind: resource },
  });
}

const NO_RESOURCE = { group: '', resource: '', name: '' };
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function describeDenial(user: User, access: AuthorizationAttributes): string {
  const text = `User ${JSON.stringify(user.name)} cannot ${access.verb} ${objectOf(access)}`;
  return text.replaceAll(/[&<>]/gu, (character) => ENTITIES[character] ?? character);
}

function objectOf(access: AuthorizationAttributes): string {
  if (access.type === 'path') return `path ${JSON.stringify(access.path)}`;
  const { group, namespace, subresource } = access;
  const resource = subresource === '' ? access.resource : `${access.resource}/${subresource}`;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  return `resource ${JSON.stringify(resource)} in API group ${JSON.stringify(group)} ${scope}`;
}
