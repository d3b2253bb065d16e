import { builder } from '../graphql/builder.ts';
import type { Context } from '../graphql/context.ts';
import { timestamp } from '../kubernetes/decoder.ts';
import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import type { Patch, WriteOptions, WriteResult } from '../kubernetes/verbs.ts';
import { asObject, objectIn, type Manifest } from './manifest.ts';
import { operationsIn, type Operation } from './patch.ts';
import { isFailedTest, retryOnConflict } from './retry.ts';

/** Keys of the audit annotations. */
const auditKeys = {
  createdBy: 'notebooks.kubeflow.org/created-by',
  updatedBy: 'notebooks.kubeflow.org/updated-by',
  updatedAt: 'notebooks.kubeflow.org/updated-at',
} as const;

export const Audit = builder.objectRef<KubernetesObject>('Audit').implement({
  description:
    'Authors and times of changes through this gateway or the REST backend. Changes by controllers and kubectl are not recorded, nor are the pauses and starts of the REST backend.',
  fields: (t) => ({
    createdAt: t.field({
      type: 'DateTime',
      description: 'Creation time.',
      resolve: ({ metadata }) => metadata.creationTimestamp,
    }),
    createdBy: t.string({
      nullable: true,
      description: 'Name of the user who created the object. Null if not recorded.',
      resolve: createdByOf,
    }),
    updatedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last change by a user. Null if not recorded.',
      resolve: (object) => {
        const at = auditValue(object, 'updatedAt');
        return timestamp.is(at) ? new Date(at).toISOString() : null;
      },
    }),
    updatedBy: t.string({
      nullable: true,
      description: 'Name of the user who last changed the object. Null if not recorded.',
      resolve: (object) => auditValue(object, 'updatedBy'),
    }),
    deletedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time when the deletion was requested. Null if it has not been requested.',
      resolve: ({ metadata }) => metadata.deletionTimestamp ?? null,
    }),
  }),
});

/** Returns the name of the user who created an object. Null if it is not recorded. */
export function createdByOf(object: KubernetesObject): string | null {
  return auditValue(object, 'createdBy');
}

function auditValue({ metadata }: KubernetesObject, what: keyof typeof auditKeys): string | null {
  return metadata.annotations?.[auditKeys[what]] || null;
}

/** Author and time of the last change by a user, which may be the creation. The name is null if it is not recorded. */
export function authorOf(object: KubernetesObject): { readonly name: string | null; readonly at: string } {
  const updatedAt = auditValue(object, 'updatedAt');
  if (updatedAt !== null) return { name: auditValue(object, 'updatedBy'), at: updatedAt };
  return { name: auditValue(object, 'createdBy'), at: object.metadata.creationTimestamp };
}

type Annotations = Readonly<Record<string, string>>;

/** Returns the audit annotations of an update: user and time. */
export function updateAnnotations({ viewer }: Pick<Context, 'viewer'>): Annotations {
  return { [auditKeys.updatedBy]: viewer.name, [auditKeys.updatedAt]: new Date().toISOString() };
}

/** Returns the audit annotations of a creation. The time is in the metadata; undefined removes that of a copied object. */
export function creationAnnotations({ viewer }: Pick<Context, 'viewer'>): Readonly<Record<string, string | undefined>> {
  return {
    [auditKeys.createdBy]: viewer.name,
    [auditKeys.updatedBy]: viewer.name,
    [auditKeys.updatedAt]: undefined,
  };
}

/** Returns the manifest with these annotations, which take precedence over its own; undefined removes an annotation. */
export function withAnnotations(manifest: Manifest, added: Readonly<Record<string, string | undefined>>): Manifest {
  const annotations = objectIn(manifest.metadata, 'annotations', 'input.manifest.metadata');
  const kept = Object.entries({ ...annotations, ...added }).filter(([, value]) => value !== undefined);
  return { ...manifest, metadata: { ...manifest.metadata, annotations: Object.fromEntries(kept) } };
}

/** Returns operations that add annotations to an object with or without existing annotations. */
export function annotationOperations(annotations: Annotations, has: 'annotations' | 'none'): Operation[] {
  if (has === 'none') {
    // The map is set as a whole, so the test fails if it exists by now. A missing value is null in a test.
    return [
      { op: 'test', path: '/metadata/annotations', value: null },
      { op: 'add', path: '/metadata/annotations', value: annotations },
    ];
  }
  return Object.entries(annotations).map(([key, value]) => ({
    op: 'add',
    path: `/metadata/annotations/${key.replaceAll('/', '~1')}`,
    value,
  }));
}

type Options = Omit<WriteOptions, 'signal'>;

/**
 * Patches an object and sets its audit annotations: in the same write, or after an APPLY in a second one, since the field
 * manager of the APPLY must not own them.
 */
export async function patchWithAudit<T extends KubernetesObject>(
  context: Context,
  { resource, at, patch }: { readonly resource: Resource<T>; readonly at: ObjectName; readonly patch: Patch },
  options: Options,
): Promise<WriteResult<T>> {
  const { client } = context;
  const annotations = updateAnnotations(context);
  switch (patch.type) {
    case 'JSON':
      return patchJson(context, { resource, at, operations: operationsIn(patch) }, options);
    case 'MERGE':
    case 'STRATEGIC':
      return client.writer.patch(
        resource,
        at,
        { type: patch.type, body: withAnnotationsInPatch(patch.body, annotations) },
        options,
      );
    case 'APPLY': {
      const written = await client.writer.patch(resource, at, patch, options);
      if (options.dryRun) return written;
      const body = { metadata: { uid: written.object.metadata.uid, annotations } };
      const after = await client.writer.patch(resource, at, { type: 'MERGE', body }, {});
      return { object: after.object, warnings: written.warnings };
    }
    default:
      throw new TypeError(`Unknown type of patch ${JSON.stringify(patch.type satisfies never)}`);
  }
}

function withAnnotationsInPatch(body: unknown, added: Annotations): object {
  const patch = asObject(body, 'input.patch');
  const metadata = objectIn(patch, 'metadata', 'input.patch');
  if (metadata['annotations'] === null) return patch; // the patch removes all annotations
  const annotations = objectIn(metadata, 'annotations', 'input.patch.metadata');
  return { ...patch, metadata: { ...metadata, annotations: { ...annotations, ...added } } };
}

interface JsonPatching<T extends KubernetesObject> {
  readonly resource: Resource<T>;
  readonly at: ObjectName;
  readonly operations: readonly Operation[];
}

/**
 * The operations depend on whether the object has annotations. The cached object may be outdated, so a failed patch is tried once more with
 * the other operations. The viewer need not have the permission to read the object.
 */
async function patchJson<T extends KubernetesObject>(
  context: Context,
  { resource, at, operations }: JsonPatching<T>,
  options: Options,
): Promise<WriteResult<T>> {
  const { client } = context;
  const annotations = updateAnnotations(context);
  let first: { readonly error: unknown } | undefined;
  return retryOnConflict<'annotations' | 'none', WriteResult<T>>({
    prepare: async (failed) => {
      if (!failed) return annotationsAfter(operations, client.reader.unrestricted.get(resource, at));
      if (first) throw first.error; // it has another reason than the annotations
      first = failed;
      return failed.prepared === 'none' ? 'annotations' : 'none';
    },
    write: (has) => {
      const body = [...operations, ...annotationOperations(annotations, has)];
      return client.writer.patch(resource, at, { type: 'JSON', body }, options);
    },
    isRetryable: isFailedTest,
  });
}

/** Whether the object has annotations after these operations. */
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

/** Replaces an object and sets its audit annotations; `created-by` keeps its stored value. */
export async function replaceWithAudit<T extends KubernetesObject>(
  context: Context,
  { resource, at, manifest }: Replacing<T>,
  options: Options,
): Promise<WriteResult<T>> {
  const { client } = context;
  await client.assertCan('update', resource, at);
  const before = client.reader.unrestricted.get(resource, at); // the viewer need not be able to read it
  const createdBy = before?.metadata.annotations?.[auditKeys.createdBy];
  const annotations = { ...updateAnnotations(context), ...(before && { [auditKeys.createdBy]: createdBy }) };
  return client.writer.replace(resource, at, withAnnotations(manifest, annotations), options);
}
