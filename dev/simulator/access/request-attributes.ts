import type { IncomingRequest } from '../request.ts';
import type { RequestAttributes } from './policy-rules.ts';
import { ApiStatusError } from '../status.ts';
import type { User } from './user.ts';
import { pathSegmentProblems } from '../metadata-validation.ts';

/** What a request is about. Whether it exists is not asked. */
export function requestAttributesOf(request: IncomingRequest): RequestAttributes {
  const { resource, group, method, path, subresource = '' } = request;
  if (resource === '') return { type: 'path', verb: method.toLowerCase(), path };
  const namespace = namespaceOf(request);
  return { type: 'resource', verb: verbOf(request), group, resource, subresource, namespace, name: nameOf(request) };
}

/** A single namespace counts as being inside itself, so a RoleBinding there can grant it. */
function namespaceOf({ resource, namespace, name = '' }: IncomingRequest): string {
  return namespace ?? (resource === 'namespaces' ? name : '');
}

/** Methods that Kubernetes does not know have no verb. */
function verbOf({ verb, method, name }: IncomingRequest): string {
  if (verb !== 'other') return verb;
  if (method !== 'HEAD') return '';
  return name === undefined ? 'list' : 'get';
}

/** Who lists or watches only what has a certain name asks for that name. */
function nameOf({ verb, name, query }: IncomingRequest): string {
  if (name !== undefined) return name;
  if (verb !== 'list' && verb !== 'watch') return '';
  const fields = (query.get('fieldSelector') ?? '').split(',').map((field) => field.trim());
  const [named] = fields.flatMap((field) => /^metadata\.name==?(.*)$/u.exec(field)?.[1] ?? []);
  return named !== undefined && pathSegmentProblems(named).length === 0 ? named : '';
}

/** 403, in the words of the real server; `reason` is what the authorizer has to say, if anything. */
export function forbiddenRequestError(user: User, access: RequestAttributes, reason: string): ApiStatusError {
  const told = reason === '' ? wording(user, access) : `${wording(user, access)}: ${reason}`;
  const { group, resource, name } = access.type === 'path' ? NOTHING : access;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  const named = name === '' ? qualified : `${qualified} "${name}"`;
  return new ApiStatusError({
    code: 403,
    reason: 'Forbidden',
    message: `${named === '' ? '' : `${named} is `}forbidden: ${told}`,
    details: { name, group, kind: resource },
  });
}

const NOTHING = { group: '', resource: '', name: '' };
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function wording(user: User, access: RequestAttributes): string {
  const text = `User ${JSON.stringify(user.name)} cannot ${access.verb} ${objectOf(access)}`;
  return text.replaceAll(/[&<>]/gu, (character) => ENTITIES[character] ?? character);
}

function objectOf(access: RequestAttributes): string {
  if (access.type === 'path') return `path ${JSON.stringify(access.path)}`;
  const { group, namespace, subresource } = access;
  const resource = subresource === '' ? access.resource : `${access.resource}/${subresource}`;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  return `resource ${JSON.stringify(resource)} in API group ${JSON.stringify(group)} ${scope}`;
}
