import { isJsonObject, type JsonObject } from './json.ts';

/** The lists of built-in types that are merged by key instead of replaced; finalizers are merged as a set. */
const LIST_KEYS: Readonly<Record<string, string>> = {
  containers: 'name',
  initContainers: 'name',
  volumes: 'name',
  env: 'name',
  imagePullSecrets: 'name',
  secrets: 'name',
  volumeMounts: 'mountPath',
  ownerReferences: 'uid',
  conditions: 'type',
};

/** A strategic merge patch as far as the well-known lists go, with `$patch: delete`, `$patch: replace` and `$deleteFromPrimitiveList`. */
export function strategicMerge(target: unknown, patch: JsonObject): JsonObject {
  if (patch['$patch'] === 'replace') return withoutDirectives(patch);
  const merged: Record<string, unknown> = isJsonObject(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    const primitive = /^\$deleteFromPrimitiveList\/(.+)$/u.exec(field)?.[1];
    if (primitive !== undefined)
      merged[primitive] = listOf(merged[primitive]).filter((item) => !listOf(value).includes(item));
    else if (field.startsWith('$')) continue;
    else if (value === null) delete merged[field];
    else if (Array.isArray(value)) merged[field] = mergeList(field, listOf(merged[field]), value);
    else if (isJsonObject(value)) mergeMember(merged, field, value);
    else merged[field] = value;
  }
  return merged;
}

function mergeMember(merged: Record<string, unknown>, field: string, patch: JsonObject): void {
  if (patch['$patch'] === 'delete') delete merged[field];
  else merged[field] = strategicMerge(merged[field], patch);
}

function mergeList(field: string, current: readonly unknown[], patch: readonly unknown[]): readonly unknown[] {
  if (field === 'finalizers') return [...new Set([...current, ...patch])];
  const key = LIST_KEYS[field];
  if (key === undefined) return patch;
  const directives = patch.filter(isJsonObject);
  const replaces = directives.some((item) => item['$patch'] === 'replace' && item[key] === undefined);
  let merged = replaces ? [] : [...current];
  for (const item of directives) {
    if (item[key] === undefined) continue;
    const index = merged.findIndex((existing) => isJsonObject(existing) && existing[key] === item[key]);
    if (item['$patch'] === 'delete') merged = merged.filter((_, position) => position !== index);
    else if (index === -1) merged.push(withoutDirectives(item));
    else merged[index] = strategicMerge(merged[index], item);
  }
  return merged;
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([field]) => !field.startsWith('$')));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
