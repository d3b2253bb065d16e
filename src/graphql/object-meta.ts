import { createHash } from 'node:crypto';
import type { KubernetesObject, ObjectMeta, OwnerReference } from '../kubernetes/object.ts';
import { builder } from './builder.ts';

/** One entry of a map. */
export interface KeyValue {
  readonly key: string;
  readonly value: string;
}

/** A map as the list that GraphQL can show, in the order of its keys. */
export function entriesOf(
  map: Readonly<Record<string, string>> | null | undefined,
  keys?: readonly string[] | null,
): KeyValue[] {
  const entries = Object.entries(map ?? {}).map(([key, value]) => ({ key, value }));
  return entries.filter(({ key }) => !keys || keys.includes(key)).sort((a, b) => (a.key < b.key ? -1 : 1));
}

/** Changes with the object's spec, and only then: status and metadata do not count. */
export function revisionOf({ metadata: { uid, name, generation = 0 } }: KubernetesObject): string {
  return createHash('sha256').update(`${uid}:${name}:${generation}`).digest('hex');
}

export const KeyValueType = builder.objectRef<KeyValue>('KeyValue').implement({
  description: 'One entry of a map, such as a label.',
  fields: (t) => ({
    key: t.exposeString('key', { description: 'The key, unique in its map.' }),
    value: t.exposeString('value', { description: 'The value, possibly empty.' }),
  }),
});

const OwnerReferenceType = builder.objectRef<OwnerReference>('OwnerReference').implement({
  description: 'Another object that this one belongs to: it is deleted together with its last owner.',
  fields: (t) => ({
    apiVersion: t.exposeString('apiVersion', {
      description: 'API group and version of the owner, e.g. `kubeflow.org/v1beta1`.',
    }),
    kind: t.exposeString('kind', { description: 'Kind of the owner.' }),
    name: t.exposeString('name', { description: 'Name of the owner, in the same namespace or cluster-wide.' }),
    uid: t.exposeID('uid', { description: 'Uid of the owner.' }),
    controller: t.boolean({
      description: 'Whether this owner manages the object. At most one does.',
      resolve: ({ controller }) => controller === true,
    }),
    blockOwnerDeletion: t.boolean({
      description: 'Whether the owner, when it is deleted in the foreground, waits until this object is gone.',
      resolve: ({ blockOwnerDeletion }) => blockOwnerDeletion === true,
    }),
  }),
});

const keysArg = builder.args((t) => ({
  keys: t.stringList({ description: 'Only these keys. Null: all.' }),
}));

export const ObjectMetaType = builder.objectRef<ObjectMeta>('ObjectMeta').implement({
  description: 'What Kubernetes keeps of every object.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Unique in its kind and namespace, at one time.' }),
    generateName: t.string({
      nullable: true,
      description: 'What the cluster has begun the name with. Null for an object whose author has named it.',
      resolve: ({ generateName }) => generateName ?? null,
    }),
    namespace: t.string({
      nullable: true,
      description: 'Null for an object of the whole cluster.',
      resolve: ({ namespace }) => namespace ?? null,
    }),
    uid: t.exposeID('uid', {
      description: 'Unique over all objects and times: a re-created object has another one.',
    }),
    resourceVersion: t.exposeString('resourceVersion', {
      description: 'Changes with every change of the object. Opaque.',
    }),
    generation: t.int({
      nullable: true,
      description: 'Counts the changes of the spec. Null for kinds that do not count them.',
      resolve: ({ generation }) => generation ?? null,
    }),
  }),
});

builder.objectFields(ObjectMetaType, (t) => ({
  createdAt: t.field({
    type: 'DateTime',
    description: 'When the object was created.',
    resolve: ({ creationTimestamp }) => creationTimestamp,
  }),
  deletedAt: t.field({
    type: 'DateTime',
    nullable: true,
    description: 'When deletion was asked for; set while finalizers still keep the object. Null otherwise.',
    resolve: ({ deletionTimestamp }) => deletionTimestamp ?? null,
  }),
  deletionGracePeriodSeconds: t.int({
    nullable: true,
    description: 'How long it may take to end, once its deletion has been asked for. Null before.',
    resolve: ({ deletionGracePeriodSeconds }) => deletionGracePeriodSeconds ?? null,
  }),
}));

builder.objectFields(ObjectMetaType, (t) => ({
  labels: t.field({
    type: [KeyValueType],
    description: 'Labels, ordered by key.',
    args: keysArg,
    resolve: ({ labels }, args) => entriesOf(labels, args.keys),
  }),
  annotations: t.field({
    type: [KeyValueType],
    description: 'Annotations, ordered by key, without kubectl’s last-applied-configuration.',
    args: keysArg,
    resolve: ({ annotations }, args) => entriesOf(annotations, args.keys),
  }),
  finalizers: t.stringList({
    description: 'Who still has to agree before the object can go.',
    resolve: ({ finalizers }) => [...(finalizers ?? [])],
  }),
  ownerReferences: t.field({
    type: [OwnerReferenceType],
    description: 'The objects that this one belongs to.',
    resolve: ({ ownerReferences }) => [...(ownerReferences ?? [])],
  }),
}));
