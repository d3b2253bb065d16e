import { RBAC_GROUP } from './access/rbac-objects.ts';
import {
  checkClusterRole,
  checkClusterRoleBinding,
  checkRole,
  checkRoleBinding,
  completeBinding,
  completeRole,
} from './access/rbac-strategies.ts';
import { CUSTOM_RESOURCE_DEFINITION } from './custom-resource-definition.ts';
import { checkEvent, completePod } from './builtin/pod-shape.ts';
import { checkConfigMap, checkSecret, completeSecret } from './builtin-strategies.ts';
import {
  checkClaim,
  checkStorageClass,
  completeClaim,
  completeStorageClass,
  completeVolume,
} from './builtin/volume-shape.ts';
import { nativeResource } from './native-resource.ts';
import { objectAt, textAt, type JsonObject } from './json.ts';
import type { ServedResource } from './served-resource.ts';

const ALL = ['all'];
const RBAC = `${RBAC_GROUP}/v1`;

/** What is served without any CustomResourceDefinition. */
export const BUILTIN_RESOURCES: readonly ServedResource[] = [
  nativeResource('v1', 'Namespace', {
    namespaced: false,
    shortNames: ['ns'],
    hasStatus: true,
    selectable: { 'status.phase': textIn('status', 'phase') },
    complete: phase('Active'),
  }),
  nativeResource('v1', 'Event', { shortNames: ['ev'], selectable: eventFields(), check: checkEvent }),
  nativeResource('v1', 'Pod', {
    shortNames: ['po'],
    categories: ALL,
    hasStatus: true,
    hasLog: true,
    selectable: podFields(),
    complete: completePod,
  }),
  nativeResource('v1', 'PersistentVolumeClaim', {
    shortNames: ['pvc'],
    hasStatus: true,
    complete: completeClaim,
    check: checkClaim,
  }),
  nativeResource('v1', 'PersistentVolume', {
    namespaced: false,
    shortNames: ['pv'],
    hasStatus: true,
    complete: completeVolume,
  }),
  nativeResource('v1', 'Secret', {
    selectable: { type: (object) => textAt(object, 'type') ?? '' },
    complete: completeSecret,
    check: checkSecret,
  }),
  nativeResource('v1', 'ConfigMap', { shortNames: ['cm'], check: checkConfigMap }),
  nativeResource('v1', 'Service', { shortNames: ['svc'], categories: ALL, hasStatus: true }),
  nativeResource('v1', 'ServiceAccount', { shortNames: ['sa'] }),
  nativeResource('apps/v1', 'StatefulSet', {
    shortNames: ['sts'],
    categories: ALL,
    hasStatus: true,
    hasGeneration: true,
  }),
  nativeResource('storage.k8s.io/v1', 'StorageClass', {
    namespaced: false,
    shortNames: ['sc'],
    plural: 'storageclasses',
    complete: completeStorageClass,
    check: checkStorageClass,
  }),
  nativeResource(RBAC, 'Role', { complete: completeRole, check: checkRole }),
  nativeResource(RBAC, 'RoleBinding', { complete: completeBinding, check: checkRoleBinding }),
  nativeResource(RBAC, 'ClusterRole', { namespaced: false, complete: completeRole, check: checkClusterRole }),
  nativeResource(RBAC, 'ClusterRoleBinding', {
    namespaced: false,
    complete: completeBinding,
    check: checkClusterRoleBinding,
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
  return (object) => textAt(object[parent], field) ?? '';
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
    reason: (object) => textAt(object, 'reason') ?? '',
    reportingComponent: (object) => textAt(object, 'reportingComponent') ?? '',
    source: textIn('source', 'component'),
    type: (object) => textAt(object, 'type') ?? '',
  };
}
