import { RBAC_GROUP } from './access/rbac-objects.ts';
import {
  checkClusterRole,
  checkClusterRoleBinding,
  checkRole,
  checkRoleBinding,
  completeBinding,
  completeRole,
} from './access/rbac-shape.ts';
import { CUSTOM_RESOURCE_DEFINITION } from './custom-resource.ts';
import { BUILTIN_COLUMNS } from './builtin-columns.ts';
import { objectAt, textAt, type JsonObject } from './json.ts';
import type { ServedResource } from './served-resource.ts';

interface BuiltinOptions {
  /** By default the kind in lower case with an s. */
  readonly plural?: string;
  readonly namespaced?: boolean;
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
  readonly hasGeneration?: boolean;
  readonly hasStatus?: boolean;
  readonly hasLog?: boolean;
  readonly selectable?: Readonly<Record<string, (object: JsonObject) => string>>;
  readonly complete?: (object: JsonObject) => JsonObject;
  readonly check?: ServedResource['check'];
}

const ALL = ['all'];
const RBAC = `${RBAC_GROUP}/v1`;

/** What is served without any CustomResourceDefinition. */
export const BUILTIN_RESOURCES: readonly ServedResource[] = [
  builtin('v1', 'Namespace', {
    namespaced: false,
    shortNames: ['ns'],
    hasStatus: true,
    selectable: { 'status.phase': textIn('status', 'phase') },
    complete: phase('Active'),
  }),
  builtin('v1', 'Event', { shortNames: ['ev'], selectable: eventFields() }),
  builtin('v1', 'Pod', {
    shortNames: ['po'],
    categories: ALL,
    hasStatus: true,
    hasLog: true,
    selectable: { 'status.phase': textIn('status', 'phase'), 'spec.nodeName': textIn('spec', 'nodeName') },
    complete: phase('Pending'),
  }),
  builtin('v1', 'PersistentVolumeClaim', { shortNames: ['pvc'], hasStatus: true, complete: phase('Pending') }),
  builtin('v1', 'Secret', { selectable: { type: (object) => textAt(object, 'type') ?? '' }, complete: completeSecret }),
  builtin('v1', 'ConfigMap', { shortNames: ['cm'] }),
  builtin('v1', 'Service', { shortNames: ['svc'], categories: ALL, hasStatus: true }),
  builtin('v1', 'ServiceAccount', { shortNames: ['sa'] }),
  builtin('apps/v1', 'StatefulSet', { shortNames: ['sts'], categories: ALL, hasStatus: true, hasGeneration: true }),
  builtin('storage.k8s.io/v1', 'StorageClass', { namespaced: false, shortNames: ['sc'], plural: 'storageclasses' }),
  builtin(RBAC, 'Role', { complete: completeRole, check: checkRole }),
  builtin(RBAC, 'RoleBinding', { complete: completeBinding, check: checkRoleBinding }),
  builtin(RBAC, 'ClusterRole', { namespaced: false, complete: completeRole, check: checkClusterRole }),
  builtin(RBAC, 'ClusterRoleBinding', { namespaced: false, complete: completeBinding, check: checkClusterRoleBinding }),
  CUSTOM_RESOURCE_DEFINITION,
];

function builtin(apiVersion: string, kind: string, options: BuiltinOptions): ServedResource {
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
    custom: false,
    hasStatus: options.hasStatus ?? false,
    hasLog: options.hasLog,
    hasGeneration: options.hasGeneration ?? false,
    storageApiVersion: apiVersion,
    columns: BUILTIN_COLUMNS[kind] ?? [],
    selectableFields: options.selectable ?? {},
    complete: options.complete,
    check: options.check,
  };
}

function phase(initial: string): (object: JsonObject) => JsonObject {
  return (object) => {
    const status = objectAt(object, 'status');
    return status['phase'] === undefined ? { ...object, status: { phase: initial, ...status } } : object;
  };
}

/** `stringData` is a way to write `data`, and never read back. */
function completeSecret(object: JsonObject): JsonObject {
  const { stringData, ...kept } = object;
  const encoded = Object.entries(objectAt({ stringData }, 'stringData')).map(([key, value]) => [
    key,
    Buffer.from(String(value)).toString('base64'),
  ]);
  const type = kept['type'] ?? 'Opaque';
  if (encoded.length === 0) return { ...kept, type };
  return { ...kept, type, data: { ...objectAt(kept, 'data'), ...Object.fromEntries(encoded) } };
}

function textIn(parent: string, field: string): (object: JsonObject) => string {
  return (object) => textAt(object[parent], field) ?? '';
}

function eventFields(): Readonly<Record<string, (object: JsonObject) => string>> {
  const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
  return {
    ...Object.fromEntries(involved.map((field) => [`involvedObject.${field}`, textIn('involvedObject', field)])),
    reason: (object) => textAt(object, 'reason') ?? '',
    reportingComponent: (object) => textAt(object, 'reportingComponent') ?? '',
    source: textIn('source', 'component'),
    type: (object) => textAt(object, 'type') ?? '',
  };
}
