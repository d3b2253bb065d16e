import { StatusError } from '../status.ts';
import type { AccessRequest } from './access-attributes.ts';
import type { User } from './user.ts';

/** 403, in the words of the real server; `reason` is what the authorizer has to say, if anything. */
export function accessDenied(user: User, access: AccessRequest, reason: string): StatusError {
  const told = reason === '' ? wording(user, access) : `${wording(user, access)}: ${reason}`;
  const { group, resource, name } = access.type === 'path' ? NOTHING : access;
  const qualified = group === '' ? resource : `${resource}.${group}`;
  const named = name === '' ? qualified : `${qualified} "${name}"`;
  return new StatusError({
    code: 403,
    reason: 'Forbidden',
    message: `${named === '' ? '' : `${named} is `}forbidden: ${told}`,
    details: { name, group, kind: resource },
  });
}

const NOTHING = { group: '', resource: '', name: '' };
const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;' };

function wording(user: User, access: AccessRequest): string {
  const text = `User ${JSON.stringify(user.name)} cannot ${access.verb} ${objectOf(access)}`;
  return text.replaceAll(/[&<>]/gu, (character) => ENTITIES[character] ?? character);
}

function objectOf(access: AccessRequest): string {
  if (access.type === 'path') return `path ${JSON.stringify(access.path)}`;
  const { group, namespace, subresource } = access;
  const resource = subresource === '' ? access.resource : `${access.resource}/${subresource}`;
  const scope = namespace === '' ? 'at the cluster scope' : `in the namespace ${JSON.stringify(namespace)}`;
  return `resource ${JSON.stringify(resource)} in API group ${JSON.stringify(group)} ${scope}`;
}
