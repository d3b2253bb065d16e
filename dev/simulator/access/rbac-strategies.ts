import { isEqualJson, isJsonObject, listAt, objectAt, textAt, textsAt, type JsonObject } from '../json.ts';
import { invalidValue } from '../schema-validation.ts';
import type { ServerVersion } from '../server-version.ts';
import type { Cause } from '../status.ts';
import { RBAC_GROUP } from './rbac-objects.ts';

/** A role without rules says so. */
export function completeRole(role: JsonObject): JsonObject {
  return { ...role, rules: role['rules'] ?? null };
}

/** Users, groups and roles are in the group of RBAC unless told. */
export function completeBinding(binding: JsonObject): JsonObject {
  const subjects = listAt(binding, 'subjects').filter(isJsonObject).map(completeSubject);
  const roleRef = { ...objectAt(binding, 'roleRef'), apiGroup: textAt(binding['roleRef'], 'apiGroup') || RBAC_GROUP };
  return { ...binding, ...(subjects.length > 0 && { subjects }), roleRef };
}

function completeSubject(subject: JsonObject): JsonObject {
  const isAccount = subject['kind'] === 'ServiceAccount';
  return isAccount || subject['apiGroup'] ? subject : { ...subject, apiGroup: RBAC_GROUP };
}

export function checkRole(role: JsonObject): readonly Cause[] {
  return listAt(role, 'rules').flatMap((rule, index) => checkRule(rule, `rules[${index}]`, true));
}

export function checkClusterRole(role: JsonObject): readonly Cause[] {
  const causes = listAt(role, 'rules').flatMap((rule, index) => checkRule(rule, `rules[${index}]`, false));
  const { aggregationRule } = role;
  if (!isJsonObject(aggregationRule) || listAt(aggregationRule, 'clusterRoleSelectors').length > 0) return causes;
  const rule = 'at least one clusterRoleSelector required if aggregationRule is non-nil';
  return [...causes, required('aggregationRule.clusterRoleSelectors', rule)];
}

function checkRule(rule: unknown, field: string, namespaced: boolean): readonly Cause[] {
  const [verbs, groups, resources] = ['verbs', 'apiGroups', 'resources'].map((member) => textsAt(rule, member).length);
  const causes = verbs === 0 ? [required(`${field}.verbs`, 'verbs must contain at least one value')] : [];
  const urls = textsAt(rule, 'nonResourceURLs');
  if (urls.length > 0) return [...causes, ...checkUrls(rule, { field, urls, namespaced })];
  if (groups === 0) causes.push(required(`${field}.apiGroups`, 'resource rules must supply at least one api group'));
  if (resources === 0) causes.push(required(`${field}.resources`, 'resource rules must supply at least one resource'));
  return causes;
}

interface Urls {
  readonly field: string;
  readonly urls: readonly string[];
  readonly namespaced: boolean;
}

function checkUrls(rule: unknown, { field, urls, namespaced }: Urls): readonly Cause[] {
  const mixed = ['apiGroups', 'resources', 'resourceNames'].some((member) => textsAt(rule, member).length > 0);
  const wrong = (message: string) => invalidValue(`${field}.nonResourceURLs`, urls, message);
  return [
    ...(namespaced ? [wrong('namespaced rules cannot apply to non-resource URLs')] : []),
    ...(mixed ? [wrong('rules cannot apply to both regular resources and non-resource URLs')] : []),
  ];
}

export function checkRoleBinding(
  binding: JsonObject,
  old: JsonObject | undefined,
  server: ServerVersion,
): readonly Cause[] {
  return [...checkRoleChange(binding, old, server), ...checkBinding(binding, ['Role', 'ClusterRole'])];
}

export function checkClusterRoleBinding(
  binding: JsonObject,
  old: JsonObject | undefined,
  server: ServerVersion,
): readonly Cause[] {
  return [...checkRoleChange(binding, old, server), ...checkBinding(binding, ['ClusterRole'])];
}

function checkRoleChange(
  binding: JsonObject,
  old: JsonObject | undefined,
  { declarativeValidation }: ServerVersion,
): readonly Cause[] {
  const roleRef = objectAt(binding, 'roleRef');
  if (!old || isEqualJson(old['roleRef'], roleRef)) return [];
  const [APIGroup, Kind, Name] = ['apiGroup', 'kind', 'name'].map((member) => textAt(roleRef, member) ?? '');
  const rule = declarativeValidation ? 'field is immutable' : 'cannot change roleRef';
  return [invalidValue('roleRef', { APIGroup, Kind, Name }, rule)];
}

function checkBinding(binding: JsonObject, roles: readonly string[]): readonly Cause[] {
  const roleRef = objectAt(binding, 'roleRef');
  const [apiGroup, kind, name] = ['apiGroup', 'kind', 'name'].map((member) => textAt(roleRef, member) ?? '');
  const causes: Cause[] = [];
  if (apiGroup !== RBAC_GROUP) causes.push(unsupported('roleRef.apiGroup', apiGroup, [RBAC_GROUP]));
  if (!roles.includes(kind ?? '')) causes.push(unsupported('roleRef.kind', kind, roles));
  if (!name) causes.push(required('roleRef.name'));
  const clusterWide = !roles.includes('Role');
  const subjects = listAt(binding, 'subjects');
  return [...causes, ...subjects.flatMap((subject, index) => checkSubject(subject, `subjects[${index}]`, clusterWide))];
}

function checkSubject(subject: unknown, field: string, clusterWide: boolean): readonly Cause[] {
  const [kind = '', name, namespace, apiGroup = ''] = ['kind', 'name', 'namespace', 'apiGroup'].map(
    (member) => textAt(subject, member) ?? '',
  );
  const unnamed = name === '' ? [required(`${field}.name`)] : [];
  switch (kind) {
    case 'ServiceAccount': {
      const foreign = apiGroup === '' ? [] : [unsupported(`${field}.apiGroup`, apiGroup, [''])];
      const nowhere = clusterWide && namespace === '' ? [required(`${field}.namespace`)] : [];
      return [...unnamed, ...foreign, ...nowhere];
    }
    case 'User':
    case 'Group':
      return [
        ...unnamed,
        ...(apiGroup === RBAC_GROUP ? [] : [unsupported(`${field}.apiGroup`, apiGroup, [RBAC_GROUP])]),
      ];
    default:
      return [...unnamed, unsupported(`${field}.kind`, kind, ['ServiceAccount', 'User', 'Group'])];
  }
}

function required(field: string, rule?: string): Cause {
  return { reason: 'FieldValueRequired', field, message: rule ? `Required value: ${rule}` : 'Required value' };
}

function unsupported(field: string, found = '', supported: readonly string[]): Cause {
  const listed = supported.map((value) => JSON.stringify(value)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(found)}: supported values: ${listed}`;
  return { reason: 'FieldValueNotSupported', field, message };
}
