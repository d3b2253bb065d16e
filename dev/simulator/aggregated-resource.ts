import { type ServedResource, type Verb, VERBS } from './served-resource.ts';
import { age, PRINTER_COLUMNS } from './printer-columns.ts';
import type { JsonObject } from './json.ts';

/** A resource that another API server serves behind this one: it may lack verbs, and may come and go. */
export interface AggregatedResource extends Pick<
  NativeResourceOptions,
  'plural' | 'namespaced' | 'shortNames' | 'verbs' | 'hasGeneration' | 'hasStatus' | 'isComputed'
> {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What the metrics server serves: how much the containers of a pod use. It cannot be watched, nor written by clients. */
export const POD_METRICS: AggregatedResource = {
  apiVersion: 'metrics.k8s.io/v1beta1',
  kind: 'PodMetrics',
  plural: 'pods',
  verbs: ['get', 'list'],
  isComputed: true,
};

export function aggregatedResource({ apiVersion, kind, ...options }: AggregatedResource): ServedResource {
  return nativeResource(apiVersion, kind, options);
}

interface NativeResourceOptions {
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
  readonly selectableFields?: Readonly<Record<string, (object: JsonObject) => string>>;
  readonly prepare?: (object: JsonObject) => JsonObject;
  readonly validate?: ServedResource['validate'];
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
    columns: PRINTER_COLUMNS[kind] ?? [age()],
    selectableFields: options.selectableFields ?? {},
    prepare: options.prepare,
    validate: options.validate,
  };
}
