import type { KubernetesObject, ObjectMeta, OwnerReference } from '../../src/kubernetes/object.ts';
import { isJsonObject, objectAt, type JsonObject } from './json.ts';

/** Object as a client or a test sends it. The server sets the missing metadata. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ManifestMeta;
  readonly [field: string]: unknown;
}

interface ManifestMeta {
  readonly name?: string | undefined;
  readonly generateName?: string | undefined;
  readonly namespace?: string | undefined;
  readonly uid?: string | undefined;
  readonly resourceVersion?: string | undefined;
  readonly generation?: number | undefined;
  readonly creationTimestamp?: string | null | undefined;
  readonly deletionTimestamp?: string | null | undefined;
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
  readonly finalizers?: readonly string[] | undefined;
  readonly ownerReferences?: readonly OwnerReference[] | undefined;
  readonly [field: string]: unknown;
}

/** Stored object. Immutable: a change replaces the whole object. */
export interface ApiObject extends KubernetesObject {
  readonly metadata: ApiMeta;
  readonly [field: string]: unknown;
}

/** Metadata of a stored object. */
export interface ApiMeta extends ObjectMeta {
  readonly [field: string]: unknown;
}

/** Returns the names of metadata fields that have the wrong type. */
export function malformedMetadata(metadata: JsonObject): readonly string[] {
  const texts = ['name', 'generateName', 'namespace', 'uid', 'resourceVersion'];
  const maps = ['labels', 'annotations'];
  const lists = ['finalizers', 'ownerReferences'];
  return [
    ...texts.filter((field) => !isAbsent(metadata[field]) && typeof metadata[field] !== 'string'),
    ...maps.filter((field) => !isAbsent(metadata[field]) && !isTextMap(metadata[field])),
    ...lists.filter((field) => !isAbsent(metadata[field]) && !Array.isArray(metadata[field])),
  ];
}

/** Returns the fields of an object except apiVersion, kind, metadata and the named ones. */
export function fieldsBeyondMetadata(object: JsonObject, ...except: readonly string[]): JsonObject {
  const skipped = new Set(['metadata', 'apiVersion', 'kind', ...except]);
  return Object.fromEntries(Object.entries(object).filter(([field]) => !skipped.has(field)));
}

/** Metadata whose optional members may be null or undefined. */
type LooseMeta = { readonly [Field in keyof ObjectMeta]: ObjectMeta[Field] | null | undefined } & JsonObject;

/** Returns the metadata without null, undefined and empty members, which the server does not store. */
export function compactMeta(metadata: LooseMeta & Pick<ApiMeta, RequiredMeta>): ApiMeta {
  const { name, uid, resourceVersion, creationTimestamp } = metadata;
  const kept = Object.fromEntries(Object.entries(metadata).filter(([, value]) => !isEmpty(value)));
  return { ...kept, name, uid, resourceVersion, creationTimestamp };
}

type RequiredMeta = 'name' | 'uid' | 'resourceVersion' | 'creationTimestamp';

/** Returns the labels of an object; empty if there are none or they are malformed. */
export function objectLabels(object: JsonObject): Readonly<Record<string, string>> {
  const labels = objectAt(object['metadata'], 'labels');
  return isTextMap(labels) ? labels : {};
}

function isTextMap(value: unknown): value is Readonly<Record<string, string>> {
  return isJsonObject(value) && Object.values(value).every((member) => typeof member === 'string');
}

function isEmpty(value: unknown): boolean {
  return isAbsent(value) || (typeof value === 'object' && value !== null && Object.keys(value).length === 0);
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}

/** Returns the current time in whole seconds, in the format of `metav1.Time`. */
export function currentTimestamp(): string {
  return `${new Date().toISOString().slice(0, 19)}Z`;
}
