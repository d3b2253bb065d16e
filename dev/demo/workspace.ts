import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { defineResource } from '../../src/kubernetes/resource.ts';

export type WorkspaceState = 'Running' | 'Terminating' | 'Paused' | 'Pending' | 'Error' | 'Unknown';

type TextMap = Readonly<Record<string, string>>;

export interface PodMetadata {
  readonly labels?: TextMap;
  readonly annotations?: TextMap;
}

export interface WorkspaceVolumes {
  readonly home?: string;
  readonly data?: readonly { readonly pvcName: string; readonly mountPath: string; readonly readOnly?: boolean }[];
  readonly secrets?: readonly {
    readonly secretName: string;
    readonly mountPath: string;
    readonly defaultMode?: number;
  }[];
}

export interface WorkspaceSpec {
  readonly paused?: boolean;
  readonly displayName?: string;
  readonly kind: string;
  readonly podTemplate: {
    readonly podMetadata?: PodMetadata;
    readonly volumes: WorkspaceVolumes;
    readonly options: { readonly imageConfig: string; readonly podConfig: string };
  };
}

export interface Redirect {
  readonly source: string;
  readonly target: string;
}

/** Result of following an option's redirects. Empty until the controller has resolved the option. */
export interface ResolvedOption {
  readonly desired?: string;
  /** Absent if the option has no redirect. */
  readonly redirectChain?: readonly Redirect[];
}

/** Result of an activity probe. Times are milliseconds since the epoch. */
export interface Probe {
  readonly startTime: number;
  readonly endTime: number;
  readonly result: 'Success' | 'Failure' | 'Timeout';
  readonly message: string;
}

/** Activity of a workspace. Times are milliseconds since the epoch; 0 means unknown. */
export interface Activity {
  readonly lastActivity: number;
  readonly lastUpdate: number;
  readonly lastProbe?: Probe;
  readonly rules?: { readonly pauseWorkspace?: { readonly eligibleAfter: number } };
}

export interface WorkspacePod {
  /** Empty if there is no pod. */
  readonly name: string;
  readonly nodeName: string;
  readonly serviceAccountName?: string;
  readonly containers?: readonly { readonly name: string }[];
  readonly initContainers?: readonly { readonly name: string }[];
}

export interface WorkspaceStatus {
  readonly activity: Activity;
  readonly lastRunningTime: number;
  readonly pauseTime: number;
  readonly pendingRestart: boolean;
  readonly podTemplateOptions: { readonly imageConfig: ResolvedOption; readonly podConfig: ResolvedOption };
  readonly podTemplatePod: WorkspacePod;
  readonly state: WorkspaceState;
  readonly stateMessage: string;
}

export interface Workspace extends KubernetesObject {
  readonly spec: WorkspaceSpec;
  /** Absent until the controller has reconciled the workspace for the first time. */
  readonly status?: WorkspaceStatus;
}

export const Workspaces = defineResource<Workspace>({
  group: 'kubeflow.org',
  version: 'v1beta1',
  kind: 'Workspace',
  plural: 'workspaces',
  namespaced: true,
  cache: {
    indexes: { kind: ({ spec }) => [spec.kind] },
  },
});

/** Checks the kind only: the API server has validated the object against the schema. */
export function isWorkspace(object: unknown): object is Workspace {
  return typeof object === 'object' && object !== null && 'kind' in object && object.kind === 'Workspace';
}
