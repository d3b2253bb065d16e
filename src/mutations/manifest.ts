import { parse } from 'yaml';
import type { ObjectName } from '../kubernetes/object.ts';
import { anyObject } from '../kubernetes/decoder.ts';
import { assertSegments } from '../kubernetes/path.ts';
import { apiVersionOf, type ResourceName } from '../kubernetes/resource.ts';
import { failure } from '../graphql/errors.ts';

/** A manifest as a client has written it. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** What a manifest has to be about; without a name it says its own. */
type Subject = Partial<ObjectName>;

/**
 * The manifest that a client has given, as JSON or as YAML text. What goes without saying is filled in: apiVersion, kind,
 * namespace and name.
 * @throws {GraphQLError} BAD_REQUEST where it is none, or is about something else
 * @throws {StatusError} 422 Invalid if its name or namespace cannot be in a request path
 */
export function manifestOf(value: unknown, resource: ResourceName, { namespace, name }: Subject): Manifest {
  const given = objectOf(value, 'input.manifest');
  const metadata = objectOf(given['metadata'] ?? {}, 'input.manifest.metadata');
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

/** Kubernetes takes an empty name or namespace for none. */
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
 * An object that a client has given, as JSON or as YAML text.
 * @throws {GraphQLError} BAD_REQUEST where it is none
 */
export function objectOf(value: unknown, path: string): Readonly<Record<string, unknown>> {
  const meant = typeof value === 'string' ? parsed(value, path) : value;
  if (anyObject.is(meant)) return meant;
  throw failure('BAD_REQUEST', `${path} must be an object, or its YAML as text, got ${excerptOf(meant)}.`);
}

function parsed(text: string, path: string): unknown {
  try {
    return parse(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw failure('BAD_REQUEST', `${path} is text, but not YAML: ${error.message}`);
  }
}

function assertSame(path: string, given: unknown, expected: string | undefined): void {
  if (expected === undefined || given === undefined || given === null || given === '' || given === expected) return;
  throw failure('BAD_REQUEST', `${path} must be ${JSON.stringify(expected)}, got ${excerptOf(given)}.`);
}

function excerptOf(value: unknown): string {
  return (JSON.stringify(value) ?? 'nothing').slice(0, 100);
}
