import type { ObjectName } from '../kubernetes/object.ts';
import { anyObject } from '../kubernetes/decoder.ts';
import { quotedValue } from '../kubernetes/excerpt.ts';
import { assertSegments } from '../kubernetes/path.ts';
import { apiVersionOf, type ResourceName } from '../kubernetes/resource.ts';
import { StatusError } from '../kubernetes/status-error.ts';
import { failure } from '../graphql/errors.ts';
import { assertSendable, boundedYaml, YamlLimitError, type Slices } from './bounded-yaml.ts';
import { invalidValue } from './field-errors.ts';

/** Manifest of a client. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** Turns of the event loop of the viewer who sends a manifest: the cost of the operation. */
export interface Pauses {
  /** Whether {@link pause} would wait. */
  readonly needsPause: boolean;
  /** Resolves when the work may continue. */
  pause(): Promise<void> | undefined;
}

/** Object that a manifest has to describe. Without a name, the manifest may have any. */
type Subject = Partial<ObjectName>;

/**
 * Parses a manifest, which is an object or YAML text, and sets apiVersion, kind, namespace and name if they are absent.
 * @param pauses a long manifest is parsed in several turns
 * @throws {GraphQLError} BAD_REQUEST if it is not a manifest, or describes another object
 * @throws {StatusError} 422 Invalid if its name or namespace cannot be in a request path
 */
export async function manifestOf(
  { value, pauses }: { readonly value: unknown; readonly pauses: Pauses },
  resource: ResourceName,
  { namespace, name }: Subject,
): Promise<Manifest> {
  const given = await objectOf(value, 'input.manifest', pauses);
  const metadata = objectIn(given, 'metadata', 'input.manifest');
  assertNames(metadata);
  const apiVersion = apiVersionOf(resource);
  const { kind } = resource;
  assertSame('input.manifest.apiVersion', given['apiVersion'], apiVersion);
  assertSame('input.manifest.kind', given['kind'], kind);
  assertSame('input.manifest.metadata.namespace', metadata['namespace'], namespace);
  assertSame('input.manifest.metadata.name', metadata['name'], name);
  return {
    ...given,
    apiVersion,
    kind,
    metadata: { ...metadata, ...(namespace !== undefined && { namespace }), ...(name !== undefined && { name }) },
  };
}

/** Kubernetes treats an empty name or namespace as absent. */
function assertNames({ namespace, name }: Readonly<Record<string, unknown>>): void {
  assertSegments({
    'input.manifest.metadata.namespace': textOf(namespace),
    'input.manifest.metadata.name': textOf(name),
  });
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * Parses an object, which may be YAML text.
 * @throws {GraphQLError} BAD_REQUEST if it is not an object or exceeds a limit
 * @throws {StatusError} 413 RequestEntityTooLarge, or 422 Invalid if a string of it is ill-formed
 */
export async function objectOf(
  value: unknown,
  path: string,
  pauses: Pauses,
): Promise<Readonly<Record<string, unknown>>> {
  const meant = await sendableOf(value, path, pauses);
  if (anyObject.is(meant)) return meant;
  throw failure('BAD_REQUEST', `Expected ${path} to be an object or its YAML, got ${quotedValue(meant)}.`);
}

/**
 * Returns the object in a field of a parsed object; an empty one if the field is absent.
 * @param path path of the parsed object, for the error
 * @throws {GraphQLError} BAD_REQUEST if the value is not an object
 */
export function objectIn(
  parsed: Readonly<Record<string, unknown>>,
  field: string,
  path: string,
): Readonly<Record<string, unknown>> {
  return asObject(parsed[field] ?? {}, `${path}.${field}`);
}

/** @throws {GraphQLError} BAD_REQUEST if a parsed value is not an object */
export function asObject(value: unknown, path: string): Readonly<Record<string, unknown>> {
  if (anyObject.is(value)) return value;
  throw failure('BAD_REQUEST', `Expected ${path} to be an object, got ${quotedValue(value)}.`);
}

/**
 * Returns a value that can be sent as JSON. A string is parsed as YAML.
 * @throws {GraphQLError} BAD_REQUEST if it is not valid YAML or exceeds a limit
 * @throws {StatusError} 413 RequestEntityTooLarge, or 422 Invalid if a string of it is ill-formed
 */
export async function sendableOf(value: unknown, path: string, pauses: Pauses): Promise<unknown> {
  try {
    const meant = typeof value === 'string' ? await inTurns(boundedYaml(value), pauses) : value;
    await inTurns(assertSendable(meant, path), pauses);
    return meant;
  } catch (error) {
    if (!(error instanceof YamlLimitError)) throw error;
    const message = `Cannot read ${path}: ${error.message}.`;
    if (error.code === 'INVALID') throw invalidField(error);
    if (error.code === 'TOO_LARGE') throw new StatusError({ code: 413, reason: 'RequestEntityTooLarge', message });
    throw failure(error.code, message);
  }
}

async function inTurns<Result>(slices: Slices<Result>, pauses: Pauses): Promise<Result> {
  for (;;) {
    if (pauses.needsPause) await pauses.pause();
    const slice = slices.next();
    if (slice.done) return slice.value;
  }
}

function invalidField({ field, message }: YamlLimitError): StatusError {
  const causes = [invalidValue(field, message)];
  return new StatusError({ code: 422, reason: 'Invalid', message: `Cannot read ${field}: ${message}.`, causes });
}

function assertSame(path: string, given: unknown, expected: string | undefined): void {
  if (expected === undefined || given === undefined || given === null || given === '' || given === expected) return;
  throw failure('BAD_REQUEST', `Expected ${path} to be ${JSON.stringify(expected)}, got ${quotedValue(given)}.`);
}
