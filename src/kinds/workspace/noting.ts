import type { Context } from '../../graphql/context.ts';
import { objectOf, type Manifest } from '../../mutations/manifest.ts';
import type { Operation } from '../../mutations/patch.ts';
import type { KubernetesObject, ObjectName } from '../../kubernetes/object.ts';
import type { Resource } from '../../kubernetes/resource.ts';
import { isInvalid, StatusError } from '../../kubernetes/status-error.ts';
import type { Patch, WriteOptions, Written } from '../../kubernetes/verbs.ts';
import { auditAnnotations } from './audit.ts';

type Notes = Readonly<Record<string, string>>;

/** Who changes something, and when, as annotations. */
export function updateNotes({ viewer }: Pick<Context, 'viewer'>): Notes {
  return { [auditAnnotations.updatedBy]: viewer.name, [auditAnnotations.updatedAt]: new Date().toISOString() };
}

/** Who creates something. When is in its metadata. */
export function creationNotes({ viewer }: Pick<Context, 'viewer'>): Notes {
  return { [auditAnnotations.createdBy]: viewer.name, [auditAnnotations.updatedBy]: viewer.name };
}

/** The manifest with these notes, whatever it says itself; of a note without a value, nothing is left. */
export function noted(manifest: Manifest, notes: Readonly<Record<string, string | undefined>>): Manifest {
  const annotations = objectOf(manifest.metadata['annotations'] ?? {}, 'input.manifest.metadata.annotations');
  const kept = Object.entries({ ...annotations, ...notes }).filter(([, value]) => value !== undefined);
  return { ...manifest, metadata: { ...manifest.metadata, annotations: Object.fromEntries(kept) } };
}

/** The operations that add notes to an object that has annotations already, or has none. */
export function noteOperations(notes: Notes, has: 'annotations' | 'none'): Operation[] {
  if (has === 'none') {
    // The whole map is set, so nobody may have put one there meanwhile; what is not there is null to a test.
    return [
      { op: 'test', path: '/metadata/annotations', value: null },
      { op: 'add', path: '/metadata/annotations', value: notes },
    ];
  }
  return Object.entries(notes).map(([key, value]) => ({
    op: 'add',
    path: `/metadata/annotations/${key.replaceAll('/', '~1')}`,
    value,
  }));
}

type Options = Omit<WriteOptions, 'signal'>;

/** Patches an object, and notes who did: in the same write, or, as an APPLY must not own the notes, in one after it. */
export async function patchNoting<T extends KubernetesObject>(
  context: Context,
  { resource, at, patch }: { readonly resource: Resource<T>; readonly at: ObjectName; readonly patch: Patch },
  options: Options,
): Promise<Written<T>> {
  const { client } = context;
  const notes = updateNotes(context);
  switch (patch.type) {
    case 'JSON':
      return patchJson(context, { resource, at, operations: operationsIn(patch) }, options);
    case 'MERGE':
    case 'STRATEGIC':
      return client.writer.patch(resource, at, { type: patch.type, body: withNotes(patch.body, notes) }, options);
    case 'APPLY': {
      const written = await client.writer.patch(resource, at, patch, options);
      if (options.dryRun) return written;
      const body = { metadata: { uid: written.object.metadata.uid, annotations: notes } };
      const after = await client.writer.patch(resource, at, { type: 'MERGE', body }, {});
      return { object: after.object, warnings: written.warnings };
    }
    default:
      throw new TypeError(`Unknown type of patch ${JSON.stringify(patch.type satisfies never)}`);
  }
}

function operationsIn({ body }: Patch): readonly Operation[] {
  return Array.isArray(body) ? body : [];
}

function withNotes(body: unknown, notes: Notes): object {
  const patch = objectOf(body, 'input.patch');
  const metadata = objectOf(patch['metadata'] ?? {}, 'input.patch.metadata');
  if (metadata['annotations'] === null) return patch; // all of them are to go
  const annotations = objectOf(metadata['annotations'] ?? {}, 'input.patch.metadata.annotations');
  return { ...patch, metadata: { ...metadata, annotations: { ...annotations, ...notes } } };
}

interface JsonPatching<T extends KubernetesObject> {
  readonly resource: Resource<T>;
  readonly at: ObjectName;
  readonly operations: readonly Operation[];
}

/** How the notes are added depends on what the object has by then, and the copy may be behind. */
async function patchJson<T extends KubernetesObject>(
  context: Context,
  { resource, at, operations }: JsonPatching<T>,
  options: Options,
): Promise<Written<T>> {
  const { client } = context;
  const notes = updateNotes(context);
  const send = (object: T | undefined) =>
    client.writer.patch(
      resource,
      at,
      { type: 'JSON', body: [...operations, ...noteOperations(notes, annotationsAfter(operations, object))] },
      options,
    );
  const known = await client.reader.get(resource, at);
  try {
    return await send(known);
  } catch (error) {
    const isUnexplained = isInvalid(error) && error instanceof StatusError && !error.details.causes?.length;
    if (!isUnexplained) throw error;
    const fresh = await client.reader.getUncached(resource, at);
    if (annotationsAfter(operations, fresh) === annotationsAfter(operations, known)) throw error;
    return send(fresh);
  }
}

/** Whether the object has annotations once these operations are done. */
function annotationsAfter(
  operations: readonly Operation[],
  object: KubernetesObject | undefined,
): 'annotations' | 'none' {
  const own = operations.findLast(({ op, path }) => path === '/metadata/annotations' && op !== 'test');
  const has = own ? own.op !== 'remove' : object?.metadata.annotations !== undefined;
  return has ? 'annotations' : 'none';
}

interface Replacing<T extends KubernetesObject> {
  readonly resource: Resource<T>;
  readonly at: ObjectName;
  readonly manifest: Manifest;
}

/** Replaces an object, and notes who did; who created it stays as it was noted. */
export async function replaceNoting<T extends KubernetesObject>(
  context: Context,
  { resource, at, manifest }: Replacing<T>,
  options: Options,
): Promise<Written<T>> {
  const { client } = context;
  await client.assertCan('update', resource, at);
  const before = await client.reader.get(resource, at);
  const createdBy = before?.metadata.annotations?.[auditAnnotations.createdBy];
  const notes = { ...updateNotes(context), ...(before && { [auditAnnotations.createdBy]: createdBy }) };
  return client.writer.replace(resource, at, noted(manifest, notes), options);
}
