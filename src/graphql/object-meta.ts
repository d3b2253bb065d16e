import { hash } from 'node:crypto';
import type { KubernetesObject, ObjectMeta, OwnerReference } from '../kubernetes/object.ts';
import { builder } from './builder.ts';

/** Entry of a map. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** Converts a map to a list sorted by key, optionally of some keys only. GraphQL has no map type. */
export function entriesOf(
  map: Readonly<Record<string, string>> | null | undefined,
  keys?: readonly string[] | null,
): KeyValue[] {
  const wanted = keys && setOf(keys);
  const entries = Object.entries(map ?? {}).map(([key, value]) => ({ key, value }));
  return entries.filter(({ key }) => !wanted || wanted.has(key)).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** By the argument of an operation: a variable may have thousands of keys, and is read for each object of a list. */
const keySets = new WeakMap<readonly string[], ReadonlySet<string>>();

function setOf(keys: readonly string[]): ReadonlySet<string> {
  let found = keySets.get(keys);
  if (!found) {
    found = new Set(keys);
    keySets.set(keys, found);
  }
  return found;
}

/** Returns the revision of an object's spec. It changes with the spec, but not with status or metadata. */
export function revisionOf({ metadata }: KubernetesObject): string {
  let revision = knownRevisions.get(metadata);
  if (revision === undefined) {
    const { uid, name, generation = 0 } = metadata;
    revision = hash('sha256', `${uid}:${name}:${generation}`);
    knownRevisions.set(metadata, revision);
  }
  return revision;
}

/** Bounded by the objects themselves: an entry is dropped with its object. */
const knownRevisions = new WeakMap<ObjectMeta, string>();

export const KeyValueType = builder.objectRef<KeyValue>('KeyValue').implement({
  description: 'Entry of a map, e.g. a label.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'Key. Unique in its map.' }),
    value: t.exposeString('value', { description: 'Value. May be empty.' }),
  }),
});

const OwnerReferenceType = builder.objectRef<OwnerReference>('OwnerReference').implement({
  description: 'Reference to an owner. The garbage collector deletes an object after its last owner.',
  fields: (t) => ({
    apiVersion: t.exposeString('apiVersion', {
      description: 'API group and version of the owner, e.g. `kubeflow.org/v1beta1`.',
    }),
    kind: t.exposeString('kind', { description: 'Kind of the owner.' }),
    name: t.exposeString('name', {
      description: 'Name of the owner, which is in the same namespace or cluster-scoped.',
    }),
    uid: t.exposeID('uid', { description: 'UID of the owner.' }),
    controller: t.boolean({
      description: 'True if this owner is the managing controller. An object has at most one.',
      resolve: ({ controller }) => controller === true,
    }),
    blockOwnerDeletion: t.boolean({
      description: 'True if foreground deletion of the owner waits for the deletion of this object.',
      resolve: ({ blockOwnerDeletion }) => blockOwnerDeletion === true,
    }),
  }),
});

/** The largest Int of GraphQL. Kubernetes has integers of 64 bits. */
const MAX_INT = 2 ** 31 - 1;

const keysArg = builder.args((t) => ({
  keys: t.stringList({ description: 'Keys to return. Null for all.' }),
}));

export const ObjectMetaType = builder.objectRef<ObjectMeta>('ObjectMeta').implement({
  description: 'Standard Kubernetes metadata of an object.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name. Unique for its kind and namespace.' }),
    generateName: t.string({
      nullable: true,
      description: 'Prefix from which the API server generated the name. Null if the name was specified.',
      resolve: ({ generateName }) => generateName ?? null,
    }),
    namespace: t.string({
      nullable: true,
      description: 'Namespace. Null for cluster-scoped objects.',
      resolve: ({ namespace }) => namespace ?? null,
    }),
    uid: t.exposeID('uid', {
      description: 'UID. Unique in time and space: a re-created object has another UID.',
    }),
    resourceVersion: t.exposeString('resourceVersion', {
      description: 'Version of the object, which changes with every write. Opaque.',
    }),
    generation: t.int({
      nullable: true,
      description:
        'Generation of the spec, which increases with each change of it. Null if the kind has no generation.',
      resolve: ({ generation }) => generation ?? null,
    }),
  }),
});

builder.objectFields(ObjectMetaType, (t) => ({
  createdAt: t.field({
    type: 'DateTime',
    description: 'Time of creation.',
    resolve: ({ creationTimestamp }) => creationTimestamp,
  }),
  deletedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description:
      'Time at which deletion was requested. The object remains until its finalizers are removed. Null if deletion was not requested.',
    resolve: ({ deletionTimestamp }) => deletionTimestamp ?? null,
  }),
  deletionGracePeriodSeconds: t.int({
    nullable: true,
    description:
      'Grace period of a requested deletion, in seconds, at most 2147483647. Null if deletion was not requested.',
    resolve: ({ deletionGracePeriodSeconds: seconds }) => (seconds === undefined ? null : Math.min(seconds, MAX_INT)),
  }),
}));

builder.objectFields(ObjectMetaType, (t) => ({
  labels: t.field({
    type: [KeyValueType],
    description: 'Labels, sorted by key.',
    args: keysArg,
    resolve: ({ labels }, args) => entriesOf(labels, args.keys),
  }),
  annotations: t.field({
    type: [KeyValueType],
    description: 'Annotations, sorted by key, without the last-applied-configuration annotation of kubectl.',
    args: keysArg,
    resolve: ({ annotations }, args) => entriesOf(annotations, args.keys),
  }),
  finalizers: t.stringList({
    description: 'Finalizers: identifiers that must be removed before the API server deletes the object.',
    resolve: ({ finalizers }) => [...(finalizers ?? [])],
  }),
  ownerReferences: t.field({
    type: [OwnerReferenceType],
    description: 'Owners of the object.',
    resolve: ({ ownerReferences }) => [...(ownerReferences ?? [])],
  }),
}));
