import { apiVersionOf } from '../../src/kubernetes/resource.ts';
import { malformedMetadata } from './api-object.ts';
import { decodeJson, decodeYaml, type Decoded } from './strict-decoding.ts';
import { isJsonObject, objectAt, textAt, type JsonObject } from './json.ts';
import { decodeProtobuf } from './protobuf.ts';
import type { IncomingRequest } from './request.ts';
import type { ServedResource } from './served-resource.ts';
import { badRequest, invalid, unsupportedMediaType } from './status.ts';
import { invalidValue } from './schema-validation.ts';

const OBJECT_TYPES = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf'];

/** The media type of the body, without its parameters. */
export function mediaTypeOf({ headers }: IncomingRequest): string {
  return (headers['content-type'] ?? '').split(';')[0]?.trim() ?? '';
}

/** @throws {StatusError} 400 for what is no JSON, 415 for what is neither JSON, YAML nor a protobuf that we know */
export function readBody(request: IncomingRequest): Decoded {
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
      throw unsupportedMediaType(OBJECT_TYPES);
  }
}

/** @throws {StatusError} 400 with the given message, or with what the parser says */
export function parseWith<T>(read: (text: string) => T, text: string, problem?: string): T {
  try {
    return read(text);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw badRequest(problem ?? `couldn't get version/kind; json parse error: ${reason}`);
  }
}

/**
 * A decoded body as an object of the resource that the URL names. Objects of built-in kinds need not repeat their kind.
 * @throws {StatusError} 400 or 422 when it is something else
 */
export function decodeObject(value: unknown, resource: ServedResource): JsonObject {
  if (!isJsonObject(value))
    throw badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind}): couldn't get version/kind`,
    );
  const expected = apiVersionOf(resource);
  const implied = resource.custom ? undefined : { kind: resource.kind, apiVersion: expected };
  const kind = textAt(value, 'kind') || implied?.kind;
  const apiVersion = textAt(value, 'apiVersion') || (implied?.apiVersion ?? '');
  if (kind === undefined)
    throw badRequest(
      `the object provided is unrecognized (must be of type ${resource.kind}): ` +
        `Object 'Kind' is missing in '${JSON.stringify(value)}' (${summaryOf(value)})`,
    );
  if (apiVersion !== expected)
    throw badRequest(
      `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
    );
  if (kind !== resource.kind) throw wrongKind(value, kind, resource);
  const metadata = value['metadata'] ?? {};
  const malformed = isJsonObject(metadata) ? malformedMetadata(metadata) : ['metadata'];
  if (malformed.length === 0) return { ...value, apiVersion, kind, metadata };
  throw badRequest(
    `${resource.kind} in version "${resource.version}" cannot be handled as a ${resource.kind}: json: cannot unmarshal into Go struct field ObjectMeta.metadata.${malformed.join(', ')}`,
  );
}

const SUMMARY_LENGTH = 30;

function summaryOf(value: JsonObject): string {
  const text = JSON.stringify(value);
  return text.length > SUMMARY_LENGTH ? `${text.slice(0, SUMMARY_LENGTH)} ...` : text;
}

function wrongKind(value: JsonObject, kind: string, { custom, group, version, kind: expected }: ServedResource) {
  if (!custom) return badRequest(`${kind} in version "${version}" cannot be handled as a ${expected}`);
  const cause = invalidValue('kind', kind, `must be ${expected}`);
  return invalid({ group, kind, name: textAt(objectAt(value, 'metadata'), 'name') ?? '' }, [cause]);
}
