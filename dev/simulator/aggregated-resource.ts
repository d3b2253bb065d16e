import { type ServedResource, type Verb, VERBS } from './served-resource.ts';
import { age, PRINTER_COLUMNS } from './printer-columns.ts';
import type { JsonObject } from './json.ts';

/** Resource of an aggregated API server. It may lack verbs, and can be registered and removed at run time. */
export interface AggregatedResource extends Pick<
  NativeResourceOptions,
  'plural' | 'namespaced' | 'shortNames' | 'verbs' | 'hasGeneration' | 'hasStatus' | 'isComputed'
> {
  readonly apiVersion: string;
  readonly kind: string;
}

/** Resource of metrics-server: usage of the containers of a pod. It can be neither watched nor written. */
export const POD_METRICS: AggregatedResource = {
  apiVersion: 'metrics.k8s.io/v1beta1',
  kind: 'PodMetrics',
  plural: 'pods',
  verbs: ['get', 'list'],
  isComputed: true,
};

/** Returns the served resource for a description of an aggregated one. */
export function aggregatedResource({ apiVersion, kind, ...options }: AggregatedResource): ServedResource {
  return nativeResource(apiVersion, kind, options);
}

interface NativeResourceOptions {
  /** By default the kind in lower case plus `s`. */
  readonly plural?: string;
  /** By default true. */
  readonly namespaced?: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  /** By default all verbs. */
  readonly verbs?: readonly Verb[];
  readonly hasGeneration?: boolean;
  readonly hasStatus?: boolean;
  readonly hasLog?: boolean;
  readonly isComputed?: boolean;
  readonly selectableFields?: Readonly<Record<string, (object: JsonObject) => string>>;
  readonly prepare?: (object: JsonObject) => JsonObject;
  readonly validate?: ServedResource['validate'];
}

/** Returns a resource that is served without a CustomResourceDefinition. */
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
    columns: PRINTER_COLUMNS[kind] ?? [age()],
    selectableFields: options.selectableFields ?? {},
    prepare: options.prepare,
    validate: options.validate,
  };
}
