import type { ResourceName } from '../../src/kubernetes/resource.ts';
import type { Cause } from './status.ts';
import type { ServerVersion } from './server-version.ts';
import type { StructuralSchema } from './schema.ts';
import type { JsonObject } from './json.ts';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** A column of the Table that `kubectl get` prints. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string | undefined;
  readonly description?: string | undefined;
  /** 0 is always shown, more only with `-o wide`. */
  readonly priority: number;
  readonly cell: (object: JsonObject) => unknown;
}

/** A resource in one of its versions, with all that is needed to serve it. */
export interface ServedResource extends ResourceName {
  readonly kind: string;
  readonly listKind: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  /** A custom resource is strict where built-in ones are lenient: resourceVersion on update, no strategic merge. */
  readonly custom: boolean;
  readonly hasStatus: boolean;
  /** Whether its objects print something that can be read. */
  readonly hasLog?: boolean | undefined;
  readonly hasGeneration: boolean;
  /** Whether its objects are worked out when they are asked for: they have no uid, and neither they nor lists a version. */
  readonly isComputed?: boolean | undefined;
  /** The apiVersion in which objects are kept. */
  readonly storageApiVersion: string;
  readonly schema?: StructuralSchema | undefined;
  readonly columns: readonly Column[];
  /** Selectable field → its value in an object, beyond metadata.name and metadata.namespace. */
  readonly selectableFields: Readonly<Record<string, (object: JsonObject) => string>>;
  /** Fills in what a built-in type sets by itself when it is written. */
  readonly prepare?: ((object: JsonObject) => JsonObject) | undefined;
  /** What a built-in type demands beyond its metadata, also of a change to what it was. */
  readonly validate?:
    | ((object: JsonObject, old: JsonObject | undefined, server: ServerVersion) => readonly Cause[])
    | undefined;
}

/** The same for all versions of a resource: objects are kept and watched under it. */
export function storageKeyOf({ group, plural }: Pick<ResourceName, 'group' | 'plural'>): string {
  return `${plural}.${group}`;
}

export const VERBS: readonly Verb[] = [
  'create',
  'delete',
  'deletecollection',
  'get',
  'list',
  'patch',
  'update',
  'watch',
];
