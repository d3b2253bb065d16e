import { RBAC_GROUP } from './access/rbac-objects.ts';
import {
  validateClusterRole,
  validateClusterRoleBinding,
  validateRole,
  validateRoleBinding,
  prepareBinding,
  prepareRole,
} from './access/rbac-strategies.ts';
import { CUSTOM_RESOURCE_DEFINITION } from './custom-resource-definition.ts';
import {
  validateClaim,
  validateConfigMap,
  validateEvent,
  validateSecret,
  validateService,
  validateStorageClass,
  prepareClaim,
  prepareLimitRange,
  preparePod,
  prepareSecret,
  prepareStatefulSet,
  prepareStorageClass,
  prepareVolume,
} from './builtin-strategies.ts';
import { type JsonObject, objectAt, stringAt } from './json.ts';
import type { ServedResource } from './served-resource.ts';
import { nativeResource } from './aggregated-resource.ts';

const ALL = ['all'];
const RBAC = `${RBAC_GROUP}/v1`;

/** Resources that are served without a CustomResourceDefinition. */
export const BUILTIN_RESOURCES: readonly ServedResource[] = [
  nativeResource('v1', 'Namespace', {
    namespaced: false,
    shortNames: ['ns'],
    hasStatus: true,
    selectableFields: { 'status.phase': textIn('status', 'phase') },
    prepare: phase('Active'),
  }),
  nativeResource('v1', 'Node', { namespaced: false, shortNames: ['no'], hasStatus: true }),
  nativeResource('v1', 'ResourceQuota', { shortNames: ['quota'], hasStatus: true }),
  nativeResource('v1', 'LimitRange', { shortNames: ['limits'], prepare: prepareLimitRange }),
  nativeResource('v1', 'Event', { shortNames: ['ev'], selectableFields: eventFields(), validate: validateEvent }),
  nativeResource('v1', 'Pod', {
    shortNames: ['po'],
    categories: ALL,
    hasStatus: true,
    hasLog: true,
    selectableFields: podFields(),
    prepare: preparePod,
  }),
  nativeResource('v1', 'PersistentVolumeClaim', {
    shortNames: ['pvc'],
    hasStatus: true,
    prepare: prepareClaim,
    validate: validateClaim,
  }),
  nativeResource('v1', 'PersistentVolume', {
    namespaced: false,
    shortNames: ['pv'],
    hasStatus: true,
    prepare: prepareVolume,
  }),
  nativeResource('v1', 'Secret', {
    selectableFields: { type: (object) => stringAt(object, 'type') ?? '' },
    prepare: prepareSecret,
    validate: validateSecret,
  }),
  nativeResource('v1', 'ConfigMap', { shortNames: ['cm'], validate: validateConfigMap }),
  nativeResource('v1', 'Service', {
    shortNames: ['svc'],
    categories: ALL,
    hasStatus: true,
    validate: validateService,
  }),
  nativeResource('v1', 'ServiceAccount', { shortNames: ['sa'] }),
  nativeResource('apps/v1', 'StatefulSet', {
    shortNames: ['sts'],
    categories: ALL,
    hasStatus: true,
    hasGeneration: true,
    prepare: prepareStatefulSet,
  }),
  nativeResource('storage.k8s.io/v1', 'StorageClass', {
    namespaced: false,
    shortNames: ['sc'],
    plural: 'storageclasses',
    prepare: prepareStorageClass,
    validate: validateStorageClass,
  }),
  nativeResource(RBAC, 'Role', { prepare: prepareRole, validate: validateRole }),
  nativeResource(RBAC, 'RoleBinding', { prepare: prepareBinding, validate: validateRoleBinding }),
  nativeResource(RBAC, 'ClusterRole', { namespaced: false, prepare: prepareRole, validate: validateClusterRole }),
  nativeResource(RBAC, 'ClusterRoleBinding', {
    namespaced: false,
    prepare: prepareBinding,
    validate: validateClusterRoleBinding,
  }),
  CUSTOM_RESOURCE_DEFINITION,
];

function phase(initial: string): (object: JsonObject) => JsonObject {
  return (object) => {
    const status = objectAt(object, 'status');
    return status['phase'] === undefined ? { ...object, status: { phase: initial, ...status } } : object;
  };
}

function textIn(parent: string, field: string): (object: JsonObject) => string {
  return (object) => stringAt(object[parent], field) ?? '';
}

function podFields(): Readonly<Record<string, (object: JsonObject) => string>> {
  const inSpec = ['nodeName', 'restartPolicy', 'schedulerName', 'serviceAccountName'];
  const inStatus = ['phase', 'podIP', 'nominatedNodeName'];
  return Object.fromEntries([
    ...inSpec.map((field) => [`spec.${field}`, textIn('spec', field)] as const),
    ...inStatus.map((field) => [`status.${field}`, textIn('status', field)] as const),
  ]);
}

function eventFields(): Readonly<Record<string, (object: JsonObject) => string>> {
  const involved = ['kind', 'namespace', 'name', 'uid', 'apiVersion', 'resourceVersion', 'fieldPath'];
  return {
    ...Object.fromEntries(involved.map((field) => [`involvedObject.${field}`, textIn('involvedObject', field)])),
    reason: (object) => stringAt(object, 'reason') ?? '',
    reportingComponent: (object) => stringAt(object, 'reportingComponent') ?? '',
    source: textIn('source', 'component'),
    type: (object) => stringAt(object, 'type') ?? '',
  };
}
