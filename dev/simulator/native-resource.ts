import { age, BUILTIN_COLUMNS } from './printer-columns.ts';
import type { JsonObject } from './json.ts';
import { VERBS, type ServedResource, type Verb } from './served-resource.ts';

export interface NativeResourceOptions {
  /** By default the kind in lower case with an s. */
  readonly plural?: string;
  /** By default it is. */
  readonly namespaced?: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** By default all. */
  readonly verbs?: readonly Verb[];
  readonly hasGeneration?: boolean;
  readonly hasStatus?: boolean;
  readonly hasLog?: boolean;
  readonly isComputed?: boolean;
  readonly selectable?: Readonly<Record<string, (object: JsonObject) => string>>;
  readonly complete?: (object: JsonObject) => JsonObject;
  readonly check?: ServedResource['check'];
}

/** A resource that a server knows by itself, as opposed to one that a CustomResourceDefinition defines. */
export function nativeResource(apiVersion: string, kind: string, options: NativeResourceOptions = {}): ServedResource {
  const [group = '', version = ''] = apiVersion.includes('/') ? apiVersion.split('/') : ['', apiVersion];
  const singular = kind.toLowerCase();
  return {
    group,
    version,
    kind,
    singular,
    plural: options.plural ?? `${singular}s`,
    listKind: `${kind}List`,
    namespaced: options.namespaced ?? true,
    shortNames: options.shortNames ?? [],
    categories: options.categories ?? [],
    verbs: options.verbs ?? VERBS,
    custom: false,
    hasStatus: options.hasStatus ?? false,
    hasLog: options.hasLog,
    isComputed: options.isComputed,
    hasGeneration: options.hasGeneration ?? false,
    storageApiVersion: apiVersion,
    columns: BUILTIN_COLUMNS[kind] ?? [age()],
    selectableFields: options.selectable ?? {},
    complete: options.complete,
    check: options.check,
  };
}
