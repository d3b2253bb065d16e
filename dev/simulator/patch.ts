import jsonPatch, { type Operation } from 'fast-json-patch';
import type { ApiObject } from './api-object.ts';
import { parseWith } from './request-body.ts';
import { decodeJson, decodeJsonPatch, decodeYaml, type Decoded } from './strict-decoding.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequest, StatusError, unapplicablePatch, unsupportedMediaType } from './status.ts';
import { strategicMerge } from './strategic-merge.ts';

const JSON_PATCH = 'application/json-patch+json';
const MERGE_PATCH = 'application/merge-patch+json';
const STRATEGIC = 'application/strategic-merge-patch+json';
export const APPLY = 'application/apply-patch+yaml';

/** A patch as it was sent. */
export interface Patch {
  readonly text: string;
  readonly mediaType: string;
}

/**
 * The object as a patch of the given media type makes it, not yet checked.
 * @throws {StatusError} 400 for a patch that cannot be read, 415 for a type that is not taken, 422 for one that fails
 */
export function patched(current: ApiObject, { text, mediaType }: Patch, resource: ServedResource): Decoded {
  switch (mediaType) {
    case JSON_PATCH: {
      const { value, problems } = parseWith(decodeJsonPatch, text, 'invalid JSON patch');
      return { value: jsonPatched(current, value), problems };
    }
    case MERGE_PATCH: {
      const { value, problems } = parseWith(decodeMergePatch, text, 'invalid JSON patch');
      return { value: asObject(mergePatched(current, asObject(value))), problems };
    }
    case STRATEGIC:
      if (resource.custom) break;
      return {
        value: strategicMerge(current, asObject(parseWith(decodeMergePatch, text, 'invalid JSON patch').value)),
        problems: [],
      };
    default:
  }
  if (resource.custom) throw unsupportedMediaType([JSON_PATCH, MERGE_PATCH, APPLY]);
  throw new StatusError({
    code: 415,
    reason: 'UnsupportedMediaType',
    message: '415: Unsupported Media Type',
    details: {},
  });
}

/** Merge patches are JSON or YAML. */
function decodeMergePatch(text: string): Decoded {
  return text.trimStart().startsWith('{') ? decodeJson(text) : decodeYaml(text);
}

/** RFC 7396. */
export function mergePatched(target: unknown, patch: unknown): unknown {
  if (!isJsonObject(patch)) return patch;
  const merged: Record<string, unknown> = isJsonObject(target) ? { ...target } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete merged[field];
    else merged[field] = mergePatched(merged[field], value);
  }
  return merged;
}

function jsonPatched(current: ApiObject, operations: unknown): JsonObject {
  if (!Array.isArray(operations))
    throw badRequest('json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  if (!operations.every(isOperation))
    throw badRequest('json: cannot unmarshal into Go value of type jsonpatch.Operation');
  try {
    return asObject(operations.reduce(applied, structuredClone(current)));
  } catch (error) {
    // A JsonPatchError is all the library throws; the real server tells the client nothing of it either.
    // oxlint-disable-next-line import/no-named-as-default-member -- the library is CommonJS: Node sees its default only
    throw error instanceof jsonPatch.JsonPatchError ? unapplicablePatch() : error;
  }
}

/** As the server's library has it: a member that is not there is null to a test, and may be replaced. */
function applied(document: unknown, operation: Operation): unknown {
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
  throw badRequest(
    `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type map[string]interface {}`,
  );
}
