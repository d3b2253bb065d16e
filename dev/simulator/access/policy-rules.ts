import { type JsonObject, listAt, stringsAt } from '../json.ts';

/** Rule of a Role or ClusterRole. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** If empty, the rule applies to every name. */
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** Returns the rules of a stored Role or ClusterRole. */
export function parseRules(role: JsonObject): readonly PolicyRule[] {
  return listAt(role, 'rules').map((rule) => ({
    verbs: stringsAt(rule, 'verbs'),
    apiGroups: stringsAt(rule, 'apiGroups'),
    resources: stringsAt(rule, 'resources'),
    resourceNames: stringsAt(rule, 'resourceNames'),
    nonResourceURLs: stringsAt(rule, 'nonResourceURLs'),
  }));
}

/** Returns whether the rule allows the action. */
export function allows(rule: PolicyRule, access: AuthorizationAttributes): boolean {
  if (!has(rule.verbs, access.verb)) return false;
  return access.type === 'path' ? coversPath(rule, access) : coversResource(rule, access);
}

function coversResource(
  { apiGroups, resources, resourceNames }: PolicyRule,
  access: ResourceRequestAttributes,
): boolean {
  if (!has(apiGroups, access.group)) return false;
  if (!resources.some((pattern) => matchesResource(pattern, access))) return false;
  return resourceNames.length === 0 || resourceNames.includes(access.name);
}

/** A rule for a resource does not cover its subresources. */
function matchesResource(pattern: string, { resource, subresource }: ResourceRequestAttributes): boolean {
  if (pattern === '*') return true;
  if (subresource === '') return pattern === resource;
  return pattern === `${resource}/${subresource}` || pattern === `*/${subresource}`;
}

function coversPath({ nonResourceURLs }: PolicyRule, { path }: NonResourceRequestAttributes): boolean {
  return nonResourceURLs.some((pattern) => {
    if (pattern === '*' || pattern === path) return true;
    return pattern.endsWith('*') && path.startsWith(pattern.replace(/\*+$/u, ''));
  });
}

function has(allowed: readonly string[], asked: string): boolean {
  return allowed.includes('*') || allowed.includes(asked);
}

/** Attributes of an action, on which RBAC rules and access reviews decide. */
export type AuthorizationAttributes = ResourceRequestAttributes | NonResourceRequestAttributes;

/** Absent parts are empty strings, as in a SubjectAccessReview. */
export interface ResourceRequestAttributes {
  readonly type: 'resource';
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  /** Empty for the whole cluster. */
  readonly namespace: string;
  readonly name: string;
}

interface NonResourceRequestAttributes {
  readonly type: 'path';
  readonly verb: string;
  readonly path: string;
}
