import type { KubernetesObject } from '../../src/kubernetes/object.ts';
import { defineResource } from '../../src/kubernetes/resource.ts';
import type { PodMetadata } from './workspace.ts';

export interface LabelSelector {
  readonly matchLabels?: Readonly<Record<string, string>>;
  readonly matchExpressions?: readonly LabelRequirement[];
}

export interface LabelRequirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[];
}

interface Selected {
  readonly selector: LabelSelector;
}

export interface Picture {
  readonly url?: string;
  readonly configMap?: {
    readonly name: string;
    readonly namespace: string;
    readonly key: string;
    readonly mediaType: 'image/svg+xml';
  };
}

export interface OptionValue<S> {
  readonly id: string;
  readonly spawner: {
    readonly displayName: string;
    readonly description?: string;
    readonly labels?: readonly { readonly key: string; readonly value: string }[];
    readonly hidden?: boolean;
  };
  readonly redirect?: {
    readonly to: string;
    readonly message?: { readonly level: 'Info' | 'Warning' | 'Danger'; readonly text: string };
  };
  readonly spec: S;
}

/** Name of a list of options of a WorkspaceKind, and of the option that a workspace has chosen from it. */
export type OptionName = 'imageConfig' | 'podConfig';

export interface OptionList<S = object> {
  readonly spawner: { readonly default: string };
  readonly values: readonly OptionValue<S>[];
}

export interface ImageSpec {
  readonly image: string;
  readonly imagePullPolicy?: 'Always' | 'IfNotPresent' | 'Never';
  readonly ports: readonly { readonly id: string; readonly port: number; readonly displayName?: string }[];
}

export interface PodSpec {
  readonly affinity?: object;
  readonly nodeSelector?: Readonly<Record<string, string>>;
  readonly tolerations?: readonly object[];
  readonly resources?: object;
}

export interface ActivityRule {
  readonly config: { readonly secondsSinceActive: number; readonly minRunningSeconds?: number };
  readonly match?: { readonly matchNamespace?: Selected; readonly matchPodConfig?: Selected };
  readonly effect: { readonly pauseWorkspace?: boolean };
}

export interface FilterRule {
  readonly scope: 'WORKSPACE_KIND' | 'POD_CONFIG' | 'IMAGE_CONFIG';
  readonly effect: {
    readonly ui?: { readonly hide: boolean };
    readonly api?: {
      readonly hide?: boolean;
      readonly deny?: boolean;
      readonly denyMessage?: { readonly text: string };
    };
  };
  readonly match: readonly FilterMatch[];
}

export interface FilterMatch {
  readonly matchNamespace?: Selected;
  readonly matchImageConfig?: Selected;
  readonly matchPodConfig?: Selected;
}

export interface ActivityProbe {
  readonly minProbeIntervalSeconds?: number;
  readonly probeIntervalSeconds?: number;
  readonly podExec?: { readonly timeoutSeconds?: number; readonly script: string };
  readonly jupyter?: { readonly lastActivity: boolean; readonly portId: string };
}

type Headers = Readonly<Record<string, string>>;

export interface WorkspaceKindPort {
  readonly id: string;
  readonly protocol: 'HTTP';
  readonly defaultDisplayName: string;
  readonly httpProxy?: {
    readonly removePathPrefix?: boolean;
    readonly requestHeaders?: { readonly set?: Headers; readonly add?: Headers; readonly remove?: readonly string[] };
  };
}

export interface WorkspaceKindPodTemplate {
  readonly podMetadata?: PodMetadata;
  readonly serviceAccount?: { readonly clusterRoles?: readonly { readonly name: string }[] };
  readonly activityProbe?: ActivityProbe;
  readonly probes?: object;
  readonly volumeMounts: { readonly home: string };
  readonly ports: readonly WorkspaceKindPort[];
  readonly extraEnv?: readonly { readonly name: string; readonly value?: string; readonly valueFrom?: object }[];
  readonly extraVolumeMounts?: readonly { readonly name: string; readonly mountPath: string }[];
  readonly extraVolumes?: readonly { readonly name: string }[];
  readonly securityContext?: object;
  readonly containerSecurityContext?: object;
  readonly options: { readonly imageConfig: OptionList<ImageSpec>; readonly podConfig: OptionList<PodSpec> };
}

export interface WorkspaceKindSpec {
  readonly spawner: {
    readonly displayName: string;
    readonly description: string;
    readonly hidden?: boolean;
    readonly deprecated?: boolean;
    readonly deprecationMessage?: string;
    readonly icon: Picture;
    readonly logo: Picture;
  };
  readonly podTemplate: WorkspaceKindPodTemplate;
  readonly activityRules?: readonly ActivityRule[];
  readonly filterRules?: readonly FilterRule[];
}

export interface OptionUse {
  readonly id: string;
  readonly workspaces: number;
}

export interface PictureStatus {
  readonly sha256?: string;
  readonly configMap?: { readonly errorType: 'NotFound' | 'KeyNotFound' | 'Other'; readonly errorMessage: string };
}

export interface WorkspaceKindStatus {
  readonly workspaces: number;
  readonly podTemplateOptions: { readonly imageConfig: readonly OptionUse[]; readonly podConfig: readonly OptionUse[] };
  readonly spawnerIcon: PictureStatus;
  readonly spawnerLogo: PictureStatus;
}

export interface WorkspaceKind extends KubernetesObject {
  readonly spec: WorkspaceKindSpec;
  readonly status?: WorkspaceKindStatus;
}

export const WorkspaceKinds = defineResource<WorkspaceKind>({
  group: 'kubeflow.org',
  version: 'v1beta1',
  kind: 'WorkspaceKind',
  plural: 'workspacekinds',
  namespaced: false,
});

/** Checks the kind only: the API server has validated the object against the schema. */
export function isWorkspaceKind(object: unknown): object is WorkspaceKind {
  return typeof object === 'object' && object !== null && 'kind' in object && object.kind === 'WorkspaceKind';
}
