import { isMap, isScalar, isSeq, type Node, parseDocument } from 'yaml';
import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import { malformedMetadata } from './api-object.ts';
import { invalidValue } from './causes.ts';
import { isJsonObject, type JsonObject, objectAt, stringAt } from './json.ts';
import { decodeProtobuf } from './protobuf.ts';
import type { IncomingRequest } from './request.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequestError, invalidError, unsupportedMediaTypeError } from './status.ts';

const OBJECT_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** Returns the media type of the body without its parameters. */
export function mediaTypeOf({ headers }: IncomingRequest): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
}

/** @throws {ApiStatusError} 400 for malformed content, 415 if it is not JSON, YAML or a known protobuf message */
export function decodeRequestBody(request: IncomingRequest): DecodedBody {
  const text = request.body.toString();
  switch (mediaTypeOf(request)) {
    case '':
    case 'application/json':
      return parseWith(decodeJson, text);
    case 'application/yaml':
      return parseWith(decodeYaml, text);
    case 'application/vnd.kubernetes.protobuf':
      return { value: decodeProtobuf(request.body), problems: [] };
    default:
      throw unsupportedMediaTypeError(OBJECT_TYPES);
  }
}

/** @throws {ApiStatusError} 400 with the given message, or else with that of the parser */
export function parseWith<T>(read: (text: string) => T, text: string, problem?: string): T {
  try {
    return read(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw badRequestError(problem ?? `couldn't get version/kind; json parse error: ${reason}`);
  }
}

/**
 * Returns the decoded body as an object of the resource in the URL. Objects of built-in kinds may omit kind and
 * apiVersion.
 * @throws {ApiStatusError} 400 or 422 if it is an object of another resource
 */
export function decodeRequestObject(value: unknown, resource: ServedResource): JsonObject {
  if (!isJsonObject(value))
    throw badRequestError(
      `the object provided is unrecognized (must be of type ${resource.kind}): couldn't get version/kind`,
    );
  const expected = apiVersionOf(resource);
  const implied = resource.custom ? undefined : { kind: resource.kind, apiVersion: expected };
  const kind = stringAt(value, 'kind') || implied?.kind;
  const apiVersion = stringAt(value, 'apiVersion') || (implied?.apiVersion ?? '');
  if (kind === undefined)
    throw badRequestError(
      `the object provided is unrecognized (must be of type ${resource.kind}): ` +
        `Object 'Kind' is missing in '${JSON.stringify(value)}' (${summaryOf(value)})`,
    );
  if (apiVersion !== expected)
    throw badRequestError(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  if (kind !== resource.kind) throw wrongKind(value, kind, resource);
  const metadata = value['metadata'] ?? {};
  const malformed = isJsonObject(metadata) ? malformedMetadata(metadata) : ['metadata'];
  if (malformed.length === 0) return { ...value, apiVersion, kind, metadata };
  throw badRequestError(
    `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: json: cannot unmarshal into Go struct field ObjectMeta.metadata.${malformed.join(', ')}`,
  );
}

const SUMMARY_LENGTH = 30;

function summaryOf(value: JsonObject): string {
  const text = JSON.stringify(value);
  return text.length > SUMMARY_LENGTH ? `${text.slice(0, SUMMARY_LENGTH)} ...` : text;
}

function wrongKind(value: JsonObject, kind: string, { custom, group, version, kind: expected }: ServedResource) {
  if (!custom) return badRequestError(`${kind} in version "${version}" cannot be handled as a ${expected}`);
  const cause = invalidValue('kind', kind, `must be ${expected}`);
  return invalidError({ group, kind, name: stringAt(objectAt(value, 'metadata'), 'name') ?? '' }, [cause]);
}

/** Decoded body, and the errors of a strict decoder except unknown fields. */
export interface DecodedBody {
  readonly value: unknown;
  readonly problems: readonly string[];
}

/** @throws {SyntaxError} if the text is no JSON */
export function decodeJson(text: string): DecodedBody {
  const value: unknown = JSON.parse(text);
  return { value, problems: duplicatePaths(text, value).map((path) => `duplicate field ${JSON.stringify(path)}`) };
}

/** @throws {Error} if the text is no YAML */
export function decodeYaml(text: string): DecodedBody {
  const document = parseDocument(text);
  const problems = document.errors.map((error) => {
    if (error.code !== 'DUPLICATE_KEY') throw error;
    const key = /^["']?([^"':\s]*)/u.exec(text.slice(error.pos[0]))?.[1] ?? '';
    return `line ${error.linePos?.[0].line ?? 0}: key ${JSON.stringify(key)} already set in map`;
  });
  return { value: document.toJS(), problems };
}

const KNOWN_OPERATION_FIELDS: ReadonlySet<string> = new Set(['op', 'path', 'from', 'value']);

/** Decodes a JSON Patch. @throws {SyntaxError} if the text is no JSON */
export function decodeJsonPatch(text: string): DecodedBody {
  const value: unknown = JSON.parse(text);
  const unknown = (Array.isArray(value) ? value : []).flatMap((operation, index) =>
    isJsonObject(operation)
      ? Object.keys(operation)
          .filter((field) => !KNOWN_OPERATION_FIELDS.has(field))
          .map((field) => `json patch unknown field ${JSON.stringify(`[${index}].${field}`)}`)
      : [],
  );
  const duplicate = duplicatePaths(text, value).map((path) => `json patch duplicate field ${JSON.stringify(path)}`);
  return { value, problems: [...duplicate, ...unknown] };
}

/** Returns the paths of duplicate fields. Parses the text again only if there are any. */
function duplicatePaths(text: string, value: unknown): readonly string[] {
  const keysInText = text.match(/"(?:[^"\\]|\\.)*"(?=\s*:)/gu)?.length ?? 0;
  if (keysInText === countKeys(value)) return [];
  const paths: string[] = [];
  collectDuplicates(parseDocument(text, { uniqueKeys: false }).contents, '', paths);
  return paths;
}

function countKeys(value: unknown): number {
  if (Array.isArray(value)) return value.reduce<number>((total, item) => total + countKeys(item), 0);
  if (!isJsonObject(value)) return 0;
  return Object.values(value).reduce<number>((total, member) => total + 1 + countKeys(member), 0);
}

function collectDuplicates(node: Node | null, path: string, paths: string[]): void {
  if (isSeq<Node>(node)) {
    for (const [index, item] of node.items.entries()) collectDuplicates(item, `${path}[${index}]`, paths);
    return;
  }
  if (!isMap<Node, Node | null>(node)) return;
  const seen = new Set<string>();
  for (const { key, value } of node.items) {
    const field = String(isScalar(key) ? key.value : key);
    const place = path === '' ? field : `${path}.${field}`;
    if (seen.has(field)) paths.push(place);
    seen.add(field);
    collectDuplicates(value, place, paths);
  }
}
