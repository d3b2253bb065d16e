import { invalidValue, requiredValue, unsupportedValue } from '../causes.ts';
import { isEqualJson, isJsonObject, listAt, objectAt, stringAt, stringsAt, type JsonObject } from '../json.ts';
import type { ServerVersion } from '../server-version.ts';
import type { Cause } from '../status.ts';
import { RBAC_GROUP } from './rbac-objects.ts';

/** A role without rules has `rules: null`. */
export function prepareRole(role: JsonObject): JsonObject {
  return { ...role, rules: role['rules'] ?? null };
}

/** Sets the default apiGroup of users, groups and roles. */
export function prepareBinding(binding: JsonObject): JsonObject {
  const subjects = listAt(binding, 'subjects').filter(isJsonObject).map(prepareSubject);
  const roleRef = { ...objectAt(binding, 'roleRef'), apiGroup: stringAt(binding['roleRef'], 'apiGroup') || RBAC_GROUP };
  return { ...binding, ...(subjects.length > 0 && { subjects }), roleRef };
}

function prepareSubject(subject: JsonObject): JsonObject {
  const isAccount = subject['kind'] === 'ServiceAccount';
  return isAccount || subject['apiGroup'] ? subject : { ...subject, apiGroup: RBAC_GROUP };
}

/** Validates the rules of a Role. */
export function validateRole(role: JsonObject): readonly Cause[] {
  return listAt(role, 'rules').flatMap((rule, index) => validateRule(rule, `rules[${index}]`, true));
}

/** Validates the rules and the aggregationRule of a ClusterRole. */
export function validateClusterRole(role: JsonObject): readonly Cause[] {
  const causes = listAt(role, 'rules').flatMap((rule, index) => validateRule(rule, `rules[${index}]`, false));
  const { aggregationRule } = role;
  if (!isJsonObject(aggregationRule) || listAt(aggregationRule, 'clusterRoleSelectors').length > 0) return causes;
  const rule = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
  return [...causes, requiredValue('aggregationRule.clusterRoleSelectors', rule)];
}

function validateRule(rule: unknown, field: string, namespaced: boolean): readonly Cause[] {
  const [verbs, groups, resources] = ['verbs', 'apiGroups', 'resources'].map(
    (member) => stringsAt(rule, member).length,
  );
  const causes = verbs === 0 ? [requiredValue(`${field}.verbs`, 'verbs must contain at least one value')] : [];
  const urls = stringsAt(rule, 'nonResourceURLs');
  if (urls.length > 0) return [...causes, ...validateUrls(rule, { field, urls, namespaced })];
  if (groups === 0)
    causes.push(requiredValue(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  if (resources === 0)
    causes.push(requiredValue(`${field}.resources`, 'resource rules must supply at least one resource'));
  return causes;
}

interface Urls {
  readonly field: string;
  readonly urls: readonly string[];
  readonly namespaced: boolean;
}

function validateUrls(rule: unknown, { field, urls, namespaced }: Urls): readonly Cause[] {
  const mixed = ['apiGroups', 'resources', 'resourceNames'].some((member) => stringsAt(rule, member).length > 0);
  const wrong = (message: string) => invalidValue(`${field}.nonResourceURLs`, urls, message);
  return [
    ...(namespaced ? [wrong('namespaced rules cannot apply to non-resource URLs')] : []),
    ...(mixed ? [wrong('rules cannot apply to both regular resources and non-resource URLs')] : []),
  ];
}

/** Validates a RoleBinding; `old` is the object before an update, whose roleRef is immutable. */
export function validateRoleBinding(
  binding: JsonObject,
  old: JsonObject | undefined,
  server: ServerVersion,
): readonly Cause[] {
  return [...validateRoleRefUpdate(binding, old, server), ...validateBinding(binding, ['Role', 'ClusterRole'])];
}

/** Validates a ClusterRoleBinding; `old` is the object before an update, whose roleRef is immutable. */
export function validateClusterRoleBinding(
  binding: JsonObject,
  old: JsonObject | undefined,
  server: ServerVersion,
): readonly Cause[] {
  return [...validateRoleRefUpdate(binding, old, server), ...validateBinding(binding, ['ClusterRole'])];
}

function validateRoleRefUpdate(
  binding: JsonObject,
  old: JsonObject | undefined,
  { declarativeValidation }: ServerVersion,
): readonly Cause[] {
  const roleRef = objectAt(binding, 'roleRef');
  if (!old || isEqualJson(old['roleRef'], roleRef)) return [];
  const [APIGroup, Kind, Name] = ['apiGroup', 'kind', 'name'].map((member) => stringAt(roleRef, member) ?? '');
  const rule = declarativeValidation ? 'field is immutable' : 'cannot change roleRef';
  return [invalidValue('roleRef', { APIGroup, Kind, Name }, rule)];
}

function validateBinding(binding: JsonObject, roles: readonly string[]): readonly Cause[] {
  const roleRef = objectAt(binding, 'roleRef');
  const [apiGroup, kind = '', name] = ['apiGroup', 'kind', 'name'].map((member) => stringAt(roleRef, member) ?? '');
  const causes: Cause[] = [];
  if (apiGroup !== RBAC_GROUP) causes.push(unsupportedValue('roleRef.apiGroup', apiGroup, [RBAC_GROUP]));
  if (!roles.includes(kind)) causes.push(unsupportedValue('roleRef.kind', kind, roles));
  if (!name) causes.push(requiredValue('roleRef.name'));
  const clusterWide = !roles.includes('Role');
  const subjects = listAt(binding, 'subjects');
  return [
    ...causes,
    ...subjects.flatMap((subject, index) => validateSubject(subject, `subjects[${index}]`, clusterWide)),
  ];
}

function validateSubject(subject: unknown, field: string, clusterWide: boolean): readonly Cause[] {
  const [kind = '', name, namespace, apiGroup = ''] = ['kind', 'name', 'namespace', 'apiGroup'].map(
    (member) => stringAt(subject, member) ?? '',
  );
  const unnamed = name === '' ? [requiredValue(`${field}.name`)] : [];
  switch (kind) {
    case 'ServiceAccount': {
      const foreign = apiGroup === '' ? [] : [unsupportedValue(`${field}.apiGroup`, apiGroup, [''])];
      const nowhere = clusterWide && namespace === '' ? [requiredValue(`${field}.namespace`)] : [];
      return [...unnamed, ...foreign, ...nowhere];
    }
    case 'User':
    case 'Group':
      return [
        ...unnamed,
        ...(apiGroup === RBAC_GROUP ? [] : [unsupportedValue(`${field}.apiGroup`, apiGroup, [RBAC_GROUP])]),
      ];
    default:
      return [...unnamed, unsupportedValue(`${field}.kind`, kind, ['ServiceAccount', 'User', 'Group'])];
  }
}
