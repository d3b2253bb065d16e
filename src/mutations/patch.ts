import { anyObject } from '../kubernetes/decoder.ts';
import { quotedValue } from '../kubernetes/excerpt.ts';
import type { ObjectMeta, ObjectName } from '../kubernetes/object.ts';
import { apiVersionOf, type ResourceName } from '../kubernetes/resource.ts';
import type { Patch } from '../kubernetes/verbs.ts';
import { builder, type InputFields } from '../graphql/builder.ts';
import { failure } from '../graphql/errors.ts';
import { assertTextLength } from '../graphql/text-limits.ts';
import type { InputPaths } from './field-errors.ts';
import { writeFields } from './inputs.ts';
import { asObject, objectIn, objectOf, sendableOf, type Pauses } from './manifest.ts';

const PatchTypeEnum = builder.enumType('PatchType', {
  description: 'Type of a patch.',
  values: {
    JSON: { description: 'JSON Patch (RFC 6902): a list of operations, applied all or none.' },
    MERGE: { description: 'JSON Merge Patch (RFC 7396): given values replace stored ones, null removes them.' },
    STRATEGIC: {
      description:
        'Strategic merge patch: lists are merged by their keys. Supported only by resources built into Kubernetes; UNSUPPORTED_MEDIA_TYPE for others.',
    },
    APPLY: {
      description:
        'Server-side apply: the patch has all fields that `fieldManager` manages. CONFLICT, with managers and fields as causes, if other managers own the fields, unless `force` is true.',
    },
  } as const,
});

/** Input fields of every patch of one object. */
export function patchFields(t: InputFields) {
  return {
    type: t.field({ type: PatchTypeEnum, required: true, description: 'Type of the patch.' }),
    patch: t.field({
      type: 'JSON',
      required: true,
      description:
        'The patch: a list of operations for JSON, an object for the other types. Objects may also be given as a YAML string.',
    }),
    resourceVersion: t.string({
      description: 'Precondition: resourceVersion of the object. CONFLICT if it has changed since.',
    }),
    force: t.boolean({
      required: true,
      defaultValue: false,
      description: 'Whether to take over fields from other managers. Only for APPLY.',
    }),
    ...writeFields(t),
  };
}

interface PatchInput {
  readonly type: Patch['type'];
  readonly patch?: unknown;
  readonly resourceVersion?: string | null | undefined;
  /** A long patch is parsed in several turns. */
  readonly pauses: Pauses;
}

/**
 * Returns the patch to send, including the precondition on its version.
 * @throws {GraphQLError} BAD_REQUEST if the patch does not have the form of its type
 */
export async function patchOf(
  { type, patch, resourceVersion, pauses }: PatchInput,
  resource: ResourceName,
  at: ObjectName,
): Promise<Patch> {
  switch (type) {
    case 'JSON':
      return { type, body: [...guardOf(resourceVersion), ...(await operationsOf(patch, pauses))] };
    case 'MERGE':
    case 'STRATEGIC':
      return {
        type,
        body: withMetadata(await objectOf(patch, 'input.patch', pauses), resourceVersion ? { resourceVersion } : {}),
      };
    case 'APPLY': {
      const head = { apiVersion: apiVersionOf(resource), kind: resource.kind };
      const { namespace, name } = at;
      const metadata = { name, ...(namespace && { namespace }), ...(resourceVersion && { resourceVersion }) };
      return { type, body: { ...head, ...withMetadata(await objectOf(patch, 'input.patch', pauses), metadata) } };
    }
    default:
      throw new TypeError(`Unknown type of patch ${JSON.stringify(type satisfies never)}`);
  }
}

/** Paths of the fields of the object in `input.patch`. None for a JSON Patch, which is a list of operations. */
export function patchPathsOf({ type }: Patch): InputPaths {
  return type === 'JSON' ? {} : { '': 'input.patch' };
}

/** Returns the operations of a JSON Patch. */
export function operationsIn({ body }: Patch): readonly Operation[] {
  return Array.isArray(body) ? body : [];
}

/** Version of a stored object. */
export type StoredVersion = Pick<ObjectMeta, 'uid' | 'resourceVersion'>;

/**
 * Returns the patch with the precondition that this version is stored. It replaces a precondition of the patch itself.
 */
export function patchOfVersion({ type, body }: Patch, { uid, resourceVersion }: StoredVersion): Patch {
  switch (type) {
    case 'JSON': // The last operation takes effect.
      return {
        type,
        body: [
          ...operationsIn({ type, body }),
          { op: 'add', path: '/metadata/resourceVersion', value: resourceVersion },
        ],
      };
    case 'MERGE':
    case 'STRATEGIC':
      return { type, body: withMetadata(asObject(body, 'input.patch'), { resourceVersion }) };
    case 'APPLY': // Without the uid, an APPLY would create the object again if it has been deleted.
      return { type, body: withMetadata(asObject(body, 'input.patch'), { uid, resourceVersion }) };
    default:
      throw new TypeError(`Unknown type of patch ${JSON.stringify(type satisfies never)}`);
  }
}

export interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: unknown;
  readonly value?: unknown;
}

/** Returns an operation that sets the version. The API server responds with Conflict if another version is stored. */
function guardOf(resourceVersion: string | null | undefined): Operation[] {
  return resourceVersion ? [{ op: 'replace', path: '/metadata/resourceVersion', value: resourceVersion }] : [];
}

/** The keys of labels and annotations have at most 317 characters. */
const MAX_POINTER_LENGTH = 4_096;
/** Depth of a manifest. */
const MAX_POINTER_DEPTH = 100;

async function operationsOf(patch: unknown, pauses: Pauses): Promise<readonly Operation[]> {
  if (Array.isArray(patch)) await sendableOf(patch, 'input.patch', pauses);
  if (Array.isArray(patch) && patch.every(isOperation)) {
    for (const [index, { path, from }] of patch.entries())
      for (const pointer of [path, from]) assertPointer(`input.patch[${index}]`, pointer);
    return patch;
  }
  const expected = 'a list of operations such as { op: "replace", path: "/spec/paused", value: true }';
  throw failure('BAD_REQUEST', `Expected input.patch to be ${expected}, got ${quotedValue(patch)}.`);
}

function assertPointer(operation: string, pointer: unknown): void {
  if (typeof pointer !== 'string') return;
  assertTextLength(`JSON pointers in ${operation}`, pointer, MAX_POINTER_LENGTH);
  const depth = pointer.split('/').length - 1;
  if (depth > MAX_POINTER_DEPTH)
    throw failure(
      'BAD_REQUEST',
      `Expected JSON pointers in ${operation} of at most ${MAX_POINTER_DEPTH} levels, got ${depth}.`,
    );
}

function isOperation(value: unknown): value is Operation {
  return anyObject.is(value) && typeof value['op'] === 'string' && typeof value['path'] === 'string';
}

function withMetadata(body: Readonly<Record<string, unknown>>, metadata: object): Readonly<Record<string, unknown>> {
  if (Object.keys(metadata).length === 0) return body;
  return { ...body, metadata: { ...objectIn(body, 'metadata', 'input.patch'), ...metadata } };
}
