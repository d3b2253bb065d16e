import { resource as DevPodWorkspaceInstance } from './dev-pod-workspace-instance/index.ts';
import { resource as Namespace } from './namespace/index.ts';
import { resource as VolcanoJob } from './volcano-job/index.ts';
import { resource as Workspace } from './workspace/index.ts';
import { resource as WorkspaceKind } from './workspace-kind/index.ts';

/** The kinds that the gateway keeps a live copy of: one line each, and importing them adds their part to the schema. */
export const resources = [Namespace, Workspace, WorkspaceKind, DevPodWorkspaceInstance, VolcanoJob] as const;
