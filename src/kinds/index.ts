import { resource as ClusterNode } from './cluster-node/index.ts';
import { resource as DevPodWorkspaceInstance } from './dev-pod-workspace-instance/index.ts';
import { resource as Event } from './event/index.ts';
import { resource as LimitRange } from './limit-range/index.ts';
import { resource as Namespace } from './namespace/index.ts';
import { resource as PersistentVolume } from './persistent-volume/index.ts';
import { resource as PersistentVolumeClaim } from './persistent-volume-claim/index.ts';
import { resource as Pod } from './pod/index.ts';
import { resource as ResourceQuota } from './resource-quota/index.ts';
import { resource as Secret } from './secret/index.ts';
import { resource as StorageClass } from './storage-class/index.ts';
import { resource as VolcanoJob } from './volcano-job/index.ts';
import { resource as Workspace } from './workspace/index.ts';
import { resource as WorkspaceKind } from './workspace-kind/index.ts';

/** Resources that the gateway serves. Importing a kind adds its types and fields to the schema. */
export const resources = [
  Namespace,
  Workspace,
  WorkspaceKind,
  Pod,
  Event,
  PersistentVolumeClaim,
  PersistentVolume,
  StorageClass,
  ResourceQuota,
  LimitRange,
  ClusterNode,
  Secret,
  DevPodWorkspaceInstance,
  VolcanoJob,
] as const;
