import type { AccessRequest } from './access-attributes.ts';
import { pathSegmentProblems } from '../path-segment.ts';
import type { IncomingRequest } from '../request.ts';

/** What a request is about. Whether it exists is not asked. */
export function accessRequestOf(request: IncomingRequest): AccessRequest {
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
