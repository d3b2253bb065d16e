import { hash } from 'node:crypto';
import { quoted } from '../kubernetes/excerpt.ts';
import type { KubernetesObject, ObjectName } from '../kubernetes/object.ts';
import { isRedacted } from '../auth/redaction.ts';
import { assertSegments } from '../kubernetes/path.ts';
import { apiVersionOf, type Resource } from '../kubernetes/resource.ts';
import type { ViewerClient } from '../viewer-client/viewer-client.ts';
import { builder, type TypeRef } from './builder.ts';
import { failure } from './errors.ts';
import { ObjectMetaType } from './object-meta.ts';
import { assertTextLength } from './text-limits.ts';

/** Redaction for kinds, which must not import `auth`. */
export { isRedacted, redacted, unredacted } from '../auth/redaction.ts';

interface NodeType {
  readonly typeName: string;
  readonly namespaced: boolean;
  readonly isCached: boolean;
  readonly get: (client: ViewerClient, at: ObjectName) => Promise<KubernetesObject | undefined>;
}

const nodeTypes = new Map<string, NodeType>();

/**
 * Returns the type reference of a kind and registers the kind for `node(id)`. `implement` adds the fields of the type.
 * @param views further resources that objects of the type are read from
 */
export function kubernetesType<T extends KubernetesObject>(
  typeName: string,
  resource: Resource<T>,
  ...views: readonly Resource<T>[]
) {
  nodeTypes.set(typeKeyOf({ apiVersion: apiVersionOf(resource), kind: resource.kind }), {
    typeName,
    namespaced: resource.namespaced,
    isCached: resource.cache.watched !== 'never',
    get: async (client, at) => {
      for (const each of [resource, ...views]) {
        const found = await client.reader.get(each, at);
        if (found) return found;
      }
      return undefined;
    },
  });
  return builder.objectRef<T>(typeName);
}

/** Returns whether objects of a GraphQL type are held in the cluster cache, so that an object has one identity while it is unchanged. */
export function isCachedType(typeName: string): boolean {
  return nodeTypes.values().some((type) => type.typeName === typeName && type.isCached);
}

function typeKeyOf({ apiVersion, kind }: Pick<KubernetesObject, 'apiVersion' | 'kind'>): string {
  return `${apiVersion}/${kind}`;
}

function typeNameOf(object: KubernetesObject): string {
  const type = nodeTypes.get(typeKeyOf(object));
  if (!type)
    throw new TypeError(`No GraphQL type is registered for ${typeKeyOf(object)}; register it with kubernetesType.`);
  return type.typeName;
}

const ID_FORM = /^(?<typeName>[A-Za-z]+):(?<key>[^:]+):(?<uidDigest>[^:]+)$/u;

/** Bounded by the objects themselves: an entry is dropped with its object. */
const knownIds = new WeakMap<KubernetesObject, string>();

/**
 * Returns the global ID: type, namespace, name and a digest of the UID. The ID of a deleted object thus does not match one
 * that is created again with its name, and viewers who may not read the UID get the same ID as those who may: a UID has 122
 * random bits, so it cannot be found from the digest.
 */
function globalIdOf(object: KubernetesObject): string {
  let id = knownIds.get(object);
  if (id === undefined) {
    const { namespace, name, uid } = object.metadata;
    const uidDigest = hash('sha256', uid, 'base64url').slice(0, UID_DIGEST_LENGTH);
    const text = `${typeNameOf(object)}:${namespace ? `${namespace}/` : ''}${name}:${uidDigest}`;
    id = Buffer.from(text).toString('base64url');
    knownIds.set(object, id);
  }
  return id;
}

/** 96 bits distinguish the successive objects of one name. */
const UID_DIGEST_LENGTH = 16;

/** Names have at most 253 characters, and base64 a third more. */
const MAX_ID_LENGTH = 2_048;

/** @param field path of the argument with the ID, for the causes of an error: an ID is client input and may be forged */
async function findNode(client: ViewerClient, id: string, field: string): Promise<KubernetesObject | null> {
  assertTextLength('an ID', id, MAX_ID_LENGTH);
  const { typeName, key = '' } = ID_FORM.exec(Buffer.from(id, 'base64url').toString())?.groups ?? {};
  const type = [...nodeTypes.values()].find((candidate) => candidate.typeName === typeName);
  if (!type || (type.namespaced && !key.includes('/')))
    throw failure('BAD_REQUEST', `Expected the value of an "id" field, got ${quoted(id)}.`);
  const [namespace, name] = type.namespaced ? splitAtSlash(key) : [undefined, key];
  for (const segment of [namespace, name]) assertSegments({ [field]: segment });
  const found = await type.get(client, { namespace, name });
  return found && globalIdOf(found) === id ? found : null;
}

/** Malformed IDs of a list that have an error each. */
const MAX_MALFORMED_IDS = 100;

/** @throws {GraphQLError} BAD_REQUEST if more than {@link MAX_MALFORMED_IDS} are malformed */
function assertIds(ids: readonly string[]): void {
  const malformed = ids.filter((id) => !ID_FORM.test(Buffer.from(id, 'base64url').toString()));
  if (malformed.length <= MAX_MALFORMED_IDS) return;
  const found = `got ${malformed.length} other texts, such as ${quoted(malformed[0] ?? '')}`;
  throw failure('BAD_REQUEST', `Expected values of "id" fields, ${found}.`);
}

/** Cost of finding an object. Many IDs take one review each, or one error. */
const LOOKUP_COST = 10;

/**
 * Finds objects in turns of the viewer. Returns one promise per ID, so that an invalid ID fails its own item only.
 * @throws {GraphQLError} BAD_REQUEST beyond MAX_PAGE, or as {@link assertIds}
 * @throws {StatusError} 400 BadRequest if the operation exceeds the limit of its cost
 */
async function findNodes(client: ViewerClient, ids: readonly string[]): Promise<Promise<KubernetesObject | null>[]> {
  const found: Promise<KubernetesObject | null>[] = [];
  client.cost.add(atMost(client.maxPage, ids).length * LOOKUP_COST);
  assertIds(ids);
  for (const [index, id] of ids.entries()) {
    if (client.cost.needsPause) await client.cost.pause();
    const node = findNode(client, id, `ids[${index}]`);
    node.catch(() => undefined); // the operation may end before it is awaited: an unhandled rejection would end the process
    found.push(node);
  }
  return inTurns(client, found);
}

/** Returns promises that settle in order, and in turns of the viewer: graphql-js completes an object as soon as its promise does. */
function inTurns<T>({ cost }: ViewerClient, values: readonly Promise<T>[]): Promise<T>[] {
  let turn: Promise<void> = Promise.resolve();
  return values.map((value) => {
    turn = turn.then(() => cost.pause());
    const paced = turn.then(() => value);
    paced.catch(() => undefined); // as above
    return paced;
  });
}

function atMost(max: number, ids: readonly string[]): readonly string[] {
  if (ids.length <= max) return ids;
  throw failure('BAD_REQUEST', `Expected at most ${max} IDs (MAX_PAGE), got ${ids.length}.`, {
    limit: { name: 'MAX_PAGE', max, actual: ids.length },
  });
}

function splitAtSlash(key: string): readonly [namespace: string, name: string] {
  const slash = key.indexOf('/');
  return [key.slice(0, slash), key.slice(slash + 1)];
}

const ID_DESCRIPTION =
  'Global ID for `node(id)` and for client caches. Opaque. The same for every viewer and every path to the object. An object that is re-created with the same name has another ID.';

const METADATA_DESCRIPTION = 'Standard Kubernetes metadata.';
const MANIFEST_DESCRIPTION =
  'The object as the API server returns it, without `managedFields` and the last-applied-configuration annotation.';

export const NodeInterface = builder.interfaceRef<KubernetesObject>('Node').implement({
  description: 'An object with a global ID.',
  resolveType: typeNameOf,
  fields: (t) => ({
    id: t.id({ description: ID_DESCRIPTION, resolve: globalIdOf }),
  }),
});

export const KubernetesObjectInterface = builder.interfaceRef<KubernetesObject>('KubernetesObject').implement({
  description: 'An object stored in Kubernetes.',
  resolveType: typeNameOf,
  fields: (t) => ({
    id: t.id({
      description: ID_DESCRIPTION,
      resolve: globalIdOf,
    }),
    name: t.string({ description: 'Name in Kubernetes.', resolve: ({ metadata }) => metadata.name }),
    metadata: t.field({
      type: ObjectMetaType,
      nullable: true,
      description: `${METADATA_DESCRIPTION} Null for viewers who may not get the object.`,
      resolve: (object) => (isRedacted(object) ? null : object.metadata),
    }),
    manifest: t.field({
      type: 'JSON',
      nullable: true,
      description: `${MANIFEST_DESCRIPTION} Null for viewers who may not get the object.`,
      resolve: (object) => (isRedacted(object) ? null : object),
    }),
  }),
});

interface ManifestField<T extends KubernetesObject> {
  /** Default: the object is complete. */
  readonly description?: string;
  /** Default: the object. */
  readonly resolve?: (object: T) => unknown;
}

/** Manifest of a kind of which the cache holds a part of each object. */
export const PARTIAL_MANIFEST = {
  description: 'Cached part of the object: its metadata, and the fields that this type reads.',
} as const;

/** Adds the fields of {@link KubernetesObjectInterface} to a kind without a redacted form: they are never null. */
export function addObjectFields<T extends KubernetesObject>(
  type: TypeRef<T>,
  { description = MANIFEST_DESCRIPTION, resolve = (object) => object }: ManifestField<T> = {},
): void {
  addMetadata(type);
  builder.objectField(type, 'manifest', (t) => t.field({ type: 'JSON', description, resolve }));
}

/** Adds the metadata to a kind without a redacted form. */
export function addMetadata<T extends KubernetesObject>(type: TypeRef<T>): void {
  builder.objectField(type, 'metadata', (t) =>
    t.field({ type: ObjectMetaType, description: METADATA_DESCRIPTION, resolve: ({ metadata }) => metadata }),
  );
}

builder.queryFields((t) => ({
  node: t.field({
    type: NodeInterface,
    nullable: true,
    description:
      'The object with this ID. Null if it no longer exists, or if your permissions have changed since the ID was returned. BAD_REQUEST if the ID is malformed.',
    args: { id: t.arg.id({ required: true, description: 'Value of an `id` field.' }) },
    resolve: (_, { id }, { client }) => findNode(client, id, 'id'),
  }),
  nodes: t.field({
    type: [NodeInterface],
    nullable: { list: false, items: true },
    description:
      'The objects with these IDs, in the same order, each as `node` returns it. BAD_REQUEST beyond MAX_PAGE IDs, or if more than 100 are malformed.',
    args: { ids: t.arg.idList({ required: true, description: 'Values of `id` fields.' }) },
    resolve: (_, { ids }, { client }) => findNodes(client, ids),
  }),
}));
