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
  /** Annotations that go with the change. */
  readonly annotations: Readonly<Record<string, string>>;
  /** The merge patch for the object as it is. May refuse; asked again when the object has moved. */
  readonly changeOf: (object: T) => Promise<Readonly<Record<string, unknown>>>;
}

interface Options extends Omit<WriteOptions, 'signal'> {
  /** Of the spec that the viewer knows. */
  readonly revision: string;
}

/**
 * Changes an object by a merge patch of the version that was looked at. What a controller reports meanwhile does not
 * count: the object is looked at anew. An outcome that is unknown stays unknown. Needs `update`.
 * @throws {GraphQLError} CONFLICT when the spec is not the one that the viewer knows
 * @throws {StatusError} whatever else the API server says
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
    `${kind} ${keyOf(metadata)} has changed since you looked at it: its revision is ${present}, not ${revision}.`,
    { kind, ...(metadata.namespace && { namespace: metadata.namespace }), name: metadata.name },
  );
}

/** To write a version is to insist on it. */
function atVersion(
  change: Readonly<Record<string, unknown>>,
  { metadata: { resourceVersion } }: KubernetesObject,
  added: Readonly<Record<string, string>>,
): object {
  const metadata = anyObject.is(change['metadata']) ? change['metadata'] : {};
  const annotations = anyObject.is(metadata['annotations']) ? metadata['annotations'] : {};
  return { ...change, metadata: { ...metadata, resourceVersion, annotations: { ...annotations, ...added } } };
}

/** Returns what a JSON Merge Patch (RFC 7396) makes of an object. Members that are undefined are not sent, so they change nothing. */
export function mergedBy<T extends object>(patch: Readonly<Record<string, unknown>>, target: T): T {
  const merged: Record<string, unknown> = Object.fromEntries(Object.entries(target));
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete merged[name];
    else if (value !== undefined) merged[name] = anyObject.is(value) ? mergedBy(value, objectAt(merged, name)) : value;
  }
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as much a T as what the API server makes of it
  return merged as T;
}

function objectAt(parent: Readonly<Record<string, unknown>>, name: string): object {
  const member = parent[name];
  return anyObject.is(member) ? member : {};
}
