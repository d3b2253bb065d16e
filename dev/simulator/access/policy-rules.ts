import { listAt, textsAt, type JsonObject } from '../json.ts';
import type { AccessRequest, PathAccess, ResourceAccess } from './access-attributes.ts';

/** One rule of a Role or ClusterRole. */
export interface Rule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Empty for any name. */
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

export function rulesOf(role: JsonObject): readonly Rule[] {
  return listAt(role, 'rules').map((rule) => ({
    verbs: textsAt(rule, 'verbs'),
    apiGroups: textsAt(rule, 'apiGroups'),
    resources: textsAt(rule, 'resources'),
    resourceNames: textsAt(rule, 'resourceNames'),
    nonResourceURLs: textsAt(rule, 'nonResourceURLs'),
  }));
}

export function allows(rule: Rule, access: AccessRequest): boolean {
  if (!has(rule.verbs, access.verb)) return false;
  return access.type === 'path' ? coversPath(rule, access) : coversResource(rule, access);
}

function coversResource({ apiGroups, resources, resourceNames }: Rule, access: ResourceAccess): boolean {
  if (!has(apiGroups, access.group)) return false;
  if (!resources.some((pattern) => matchesResource(pattern, access))) return false;
  return resourceNames.length === 0 || resourceNames.includes(access.name);
}

/** A resource alone says nothing about its subresources. */
function matchesResource(pattern: string, { resource, subresource }: ResourceAccess): boolean {
  if (pattern === '*') return true;
  if (subresource === '') return pattern === resource;
  return pattern === `${resource}/${subresource}` || pattern === `*/${subresource}`;
}

function coversPath({ nonResourceURLs }: Rule, { path }: PathAccess): boolean {
  return nonResourceURLs.some((pattern) => {
    if (pattern === '*' || pattern === path) return true;
    return pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/u, ''));
  });
}

function has(allowed: readonly string[], asked: string): boolean {
  return allowed.includes('*') || allowed.includes(asked);
}
