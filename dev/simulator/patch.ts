import jsonPatch, { type Operation } from 'fast-json-patch';
import type { ApiObject } from './api-object.ts';
import { type DecodedBody, decodeJson, decodeJsonPatch, decodeYaml, parseWith } from './request-body.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequestError, ApiStatusError, unapplicablePatchError, unsupportedMediaTypeError } from './status.ts';

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
export const APPLY = 'application/apply-patch+yaml';

/** Body of a patch request. */
interface PatchBody {
  readonly text: string;
  readonly mediaType: string;
}

/**
 * Returns the patched object, before validation.
 * @throws {ApiStatusError} 400 for a malformed patch, 415 for an unsupported type, 422 if it cannot be applied
 */
export function applyPatch(current: ApiObject, { text, mediaType }: PatchBody, resource: ServedResource): DecodedBody {
  switch (mediaType) {
    case JSON_PATCH: {
      const { value, problems } = parseWith(decodeJsonPatch, text, 'invalid JSON patch');
      return { value: applyJsonPatch(current, value), problems };
    }
    case MERGE_PATCH: {
      const { value, problems } = parseWith(decodeMergePatch, text, 'invalid JSON patch');
      return { value: asObject(applyMergePatch(current, asObject(value))), problems };
    }
    case STRATEGIC:
      if (resource.custom) break;
      return {
        value: applyStrategicMergePatch(
          current,
          asObject(parseWith(decodeMergePatch, text, 'invalid JSON patch').value),
        ),
        problems: [],
      };
    default:
  }
  if (resource.custom) throw unsupportedMediaTypeError([JSON_PATCH, MERGE_PATCH, APPLY]);
  throw new ApiStatusError({
    code: 415,
    reason: 'UnsupportedMediaType',
    message: '415: Unsupported Media Type',
    details: {},
  });
}

/** A merge patch is JSON or YAML. */
function decodeMergePatch(text: string): DecodedBody {
  return text.trimStart().startsWith('{') ? decodeJson(text) : decodeYaml(text);
}

/** RFC 7396. */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const merged: Record<string, unknown> = isJsonObject(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete merged[field];
    else merged[field] = applyMergePatch(merged[field], value);
  }
  return merged;
}

function applyJsonPatch(current: ApiObject, operations: unknown): JsonObject {
  if (!Array.isArray(operations))
    throw badRequestError('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  if (!operations.every(isOperation))
    throw badRequestError('json: cannot unmarshal into Go value of type jsonpatch.Operation');
  try {
    return asObject(operations.reduce(applyOperation, structuredClone(current)));
  } catch (error) {
    // Every failed operation is a JsonPatchError. kube-apiserver does not include its message either.
    // oxlint-disable-next-line import/no-named-as-default-member -- the library is CommonJS: Node sees its default only
    throw error instanceof jsonPatch.JsonPatchError ? unapplicablePatchError() : error;
  }
}

/** Like the library of kube-apiserver: an absent member equals null in a test, and can be replaced. */
function applyOperation(document: unknown, operation: Operation): unknown {
  const { op, path } = operation;
  const keys = typeof path === 'string' ? path.split('/').slice(1).map(unescapeToken) : [];
  const key = keys.pop();
  const parent = keys.reduce<unknown>(memberOf, document);
  const missing = key !== undefined && isJsonObject(parent) && !Object.hasOwn(parent, key);
  if (missing && op === 'test' && operation.value === null) return document;
  const meant: Operation = missing && op === 'replace' ? { op: 'add', path, value: operation.value } : operation;
  return jsonPatch.applyOperation(document, meant, true).newDocument;
}

function unescapeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}

function memberOf(value: unknown, key: string): unknown {
  if (Array.isArray(value)) return value[Number(key)];
  return isJsonObject(value) ? value[key] : undefined;
}

function isOperation(value: unknown): value is Operation {
  return isJsonObject(value);
}

function asObject(value: unknown): JsonObject {
  if (isJsonObject(value)) return value;
  throw badRequestError(
    `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type map[string]interface {}`,
  );
}

/** Merge keys of the lists that are merged instead of replaced. Finalizers are merged as a set. */
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

/**
 * Applies a strategic merge patch to an object of a built-in type. Merges the lists in LIST_KEYS and supports
 * `$patch: delete`, `$patch: replace` and `$deleteFromPrimitiveList`; replaces all other lists.
 */
export function applyStrategicMergePatch(target: unknown, patch: JsonObject): JsonObject {
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
  else merged[field] = applyStrategicMergePatch(merged[field], patch);
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
    else merged[index] = applyStrategicMergePatch(merged[index], item);
  }
  return merged;
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(patch).filter(([field]) => !field.startsWith('$')));
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
