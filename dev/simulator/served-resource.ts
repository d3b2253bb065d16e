import type { ResourceName } from '../../src/kubernetes/resource.ts';
import type { Cause } from './status.ts';
import type { ServerVersion } from './server-version.ts';
import type { StructuralSchema } from './schema.ts';
import type { JsonObject } from './json.ts';

export type Verb = 'create' | 'delete' | 'deletecollection' | 'get' | 'list' | 'patch' | 'update' | 'watch';

/** Printer column, as in the Table that `kubectl get` prints. */
export interface Column {
  readonly name: string;
  readonly type: 'string' | 'integer' | 'number' | 'boolean' | 'date';
  readonly format?: string | undefined;
  readonly description?: string | undefined;
  /** 0 is always shown, greater values only with `-o wide`. */
  readonly priority: number;
  readonly cell: (object: JsonObject) => unknown;
}

/** One version of a resource with its names, schema, columns and strategy. */
export interface ServedResource extends ResourceName {
  readonly kind: string;
  readonly listKind: string;
  readonly singular: string;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  /** Custom resources require resourceVersion in updates and refuse strategic merge patches; built-in ones do not. */
  readonly custom: boolean;
  readonly hasStatus: boolean;
  /** Whether the resource has the subresource `log`. */
  readonly hasLog?: boolean | undefined;
  readonly hasGeneration: boolean;
  /** Whether objects are computed on request: they have no uid, and neither they nor lists have a resourceVersion. */
  readonly isComputed?: boolean | undefined;
  /** apiVersion of the stored objects. */
  readonly storageApiVersion: string;
  readonly schema?: StructuralSchema | undefined;
  /** The schema as the definition of a custom resource has it, for `kubectl explain`. */
  readonly openApiSchema?: JsonObject | undefined;
  readonly columns: readonly Column[];
  /** Selectable field → its value in an object, beyond metadata.name and metadata.namespace. */
  readonly selectableFields: Readonly<Record<string, (object: JsonObject) => string>>;
  /** Sets the defaults of a built-in type on every write. */
  readonly prepare?: ((object: JsonObject) => JsonObject) | undefined;
  /** Validates a built-in type beyond its metadata; `old` is the object before an update. */
  readonly validate?:
    | ((object: JsonObject, old: JsonObject | undefined, server: ServerVersion) => readonly Cause[])
    | undefined;
}

/** Returns the key under which the objects of all versions of a resource are stored. */
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
