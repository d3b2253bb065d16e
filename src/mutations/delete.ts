import { builder } from '../graphql/builder.ts';
import type { KubernetesObject, NamespacedName, ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { isForbidden, isNotFound } from '../kubernetes/status-error.ts';
import type { ViewerClient } from '../viewer-client/viewer-client.ts';
import { withInputPaths } from './field-errors.ts';
import { deleteOptionsOf } from './inputs.ts';
import { resultOf, type PayloadOptions } from './payload.ts';
import { assertCanUpdate } from './permission-labels.ts';

export type DeletePayload = Deleted<KubernetesObject | undefined>;

/** Defines the payload of a mutation that deletes one object: the object, `deletionPending` and warnings. */
export function deletePayload<P extends DeletePayload = DeletePayload>(
  name: string,
  { field, type, description = resultOf(name) }: PayloadOptions,
) {
  const payload = builder.objectRef<P>(name);
  payload.implement({
    description,
    fields: (t) => ({
      [field]: t.field({
        type,
        nullable: true,
        description:
          'The object as the API server returned it, or else as it was before the deletion. Null if you may not get it.',
        resolve: ({ object }) => object ?? null,
      }),
      deletionPending: t.boolean({
        description: 'True if the object still exists because of its finalizers. False if it is deleted.',
        resolve: ({ deletionPending }) => deletionPending,
      }),
      warnings: t.stringList({
        description: 'Warnings of the API server, and about objects that depend on the deleted one.',
        resolve: ({ warnings }) => [...warnings],
      }),
    }),
  });
  return payload;
}

type DeleteInput = Parameters<typeof deleteOptionsOf>[0];

interface Deletion<T extends KubernetesObject, B extends T | undefined> {
  readonly resource: Resource<T>;
  readonly at: ObjectName;
  /** The object before it is deleted; undefined if the viewer need not be able to read it. */
  readonly before: B;
}

interface Deleted<T> {
  /** The object as the API server returned it, or else as it was before. */
  readonly object: T;
  /** Whether finalizers keep the object; in a dry run, whether they would. */
  readonly deletionPending: boolean;
  readonly warnings: readonly string[];
}

/**
 * Deletes an object.
 * @throws {StatusError} the error of the API server, with input paths
 */
export async function deleteObject<T extends KubernetesObject, B extends T | undefined>(
  client: ViewerClient,
  { resource, at, before }: Deletion<T, B>,
  input: DeleteInput,
): Promise<Deleted<T | B>> {
  const { object, warnings } = await withInputPaths({}, client.writer.delete(resource, at, deleteOptionsOf(input)));
  // Not every API server returns the object of a dry run.
  const isKept = input.dryRun && (before?.metadata.finalizers ?? []).length > 0;
  return { object: object ?? before, deletionPending: object !== undefined || isKept, warnings };
}

/**
 * Deletes an object, which the viewer need not be able to read: the payload then has none.
 * @throws {StatusError} the error of the API server, with input paths
 */
export async function deleteReadable<T extends KubernetesObject>(
  client: ViewerClient,
  resource: Resource<T>,
  input: DeleteInput & ObjectName,
): Promise<DeletePayload> {
  const at = { namespace: input.namespace, name: input.name };
  await client.assertCan('delete', resource, at);
  const before = await readable(client, resource, at);
  const deleted = await deleteObject(client, { resource, at, before }, input);
  return before ? deleted : { ...deleted, object: undefined };
}

/** Returns the object if the viewer may get it and it exists, whether it is in the cache already or not. */
async function readable<T extends KubernetesObject>(
  client: ViewerClient,
  resource: Resource<T>,
  at: ObjectName,
): Promise<T | undefined> {
  try {
    return (await client.reader.get(resource, at)) ?? (await client.reader.getUncached(resource, at));
  } catch (error) {
    if (isForbidden(error) || isNotFound(error)) return undefined;
    throw error;
  }
}

/**
 * Deletes an object that has the label `can-update`. The deletion has the uid of that object as its precondition.
 * @throws {GraphQLError} FORBIDDEN if the object does not have the label
 */
export async function deleteUpdatable<T extends KubernetesObject>(
  client: ViewerClient,
  resource: Resource<T>,
  input: DeleteInput & NamespacedName,
): Promise<DeletePayload> {
  const at = { namespace: input.namespace, name: input.name };
  await client.assertCan('delete', resource, at);
  const before = await client.reader.getUncached(resource, at);
  assertCanUpdate(before);
  return deleteObject(client, { resource, at, before }, { ...input, uid: input.uid ?? before.metadata.uid });
}
