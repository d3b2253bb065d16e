import { failure } from '../graphql/errors.ts';
import { revisionOf } from '../graphql/object-meta.ts';
import { anyObject } from '../kubernetes/decoder.ts';
import { keyOf, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { WriteOptions, WriteResult } from '../kubernetes/verbs.ts';
import type { ViewerClient } from '../viewer-client/viewer-client.ts';
import { retryOnConflict } from './retry.ts';

interface GuardedMerge<T extends KubernetesObject> {
  readonly resource: Resource<T>;
  readonly at: ObjectName;
  /** Annotations to set with the change. */
  readonly annotations: Readonly<Record<string, string>>;
  /** Returns the merge patch for the stored object. Called again if the object has changed. May throw. */
  readonly changeOf: (object: T) => Promise<Readonly<Record<string, unknown>>>;
}

interface Options extends Omit<WriteOptions, 'signal'> {
  /** Expected revision of the spec. */
  readonly revision: string;
}

/**
 * Changes an object by a merge patch with a precondition on the version that was read. If only metadata or status have
 * changed since, the change is repeated with the new version. Requires `update`.
 * @throws {GraphQLError} CONFLICT if the spec does not have the expected revision
 * @throws {StatusError} another error of the API server
 */
export async function guardedMerge<T extends KubernetesObject>(
  client: ViewerClient,
  { resource, at, annotations, changeOf }: GuardedMerge<T>,
  { revision, ...options }: Options,
): Promise<WriteResult<T>> {
  await client.assertCan('update', resource, at);
  const cached = await client.reader.get(resource, at);
  return retryOnConflict({
    prepare: async (failed) => {
      const isCurrent = !failed && cached && revisionOf(cached) === revision;
      const object = isCurrent ? cached : await client.reader.getUncached(resource, at);
      assertRevision(object, revision);
      return atVersion(await changeOf(object), object, annotations);
    },
    write: (body) => client.writer.patch(resource, at, { type: 'MERGE', body }, { ...options, verb: 'update' }),
  });
}

function assertRevision({ kind, metadata, ...rest }: KubernetesObject, revision: string): void {
  const present = revisionOf({ kind, metadata, ...rest });
  if (present === revision) return;
  throw failure(
    'CONFLICT',
    `${kind} ${keyOf(metadata)} has changed: expected revision ${revision}, got ${present}. Read it again.`,
    { kind, ...(metadata.namespace && { namespace: metadata.namespace }), name: metadata.name },
  );
}

/** Adds the precondition on the version, and the annotations. */
function atVersion(
  change: Readonly<Record<string, unknown>>,
  { metadata: { resourceVersion } }: KubernetesObject,
  added: Readonly<Record<string, string>>,
): object {
  const metadata = anyObject.is(change['metadata']) ? change['metadata'] : {};
  const annotations = anyObject.is(metadata['annotations']) ? metadata['annotations'] : {};
  return { ...change, metadata: { ...metadata, resourceVersion, annotations: { ...annotations, ...added } } };
}

/** Applies a JSON Merge Patch (RFC 7396) to an object. Undefined members are ignored, since JSON does not have them. */
export function mergedBy<T extends object>(patch: Readonly<Record<string, unknown>>, target: T): T {
  const merged: Record<string, unknown> = Object.fromEntries(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else if (value !== undefined) merged[name] = anyObject.is(value) ? mergedBy(value, objectAt(merged, name)) : value;
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the API server does not check the type either
  return merged as T;
}

function objectAt(parent: Readonly<Record<string, unknown>>, name: string): object {
  const member = parent[name];
  return anyObject.is(member) ? member : {};
}
