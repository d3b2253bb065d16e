import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

type Maybe<T> = T | null | undefined;
type Mapped = Readonly<Record<string, string>>;

/** Milliseconds since the epoch from new controllers, seconds from old ones; 0: never. */
export type StatusTime = Maybe<number>;

export interface WorkspaceVolume {
  readonly pvcName?: string;
  readonly mountPath?: string;
  readonly readOnly?: boolean;
}

export interface WorkspaceSecretVolume {
  readonly secretName?: string;
  readonly mountPath?: string;
  readonly defaultMode?: number;
}

export interface OptionStatus {
  readonly desired?: string;
  readonly redirectChain?: Maybe<readonly { readonly source?: string; readonly target?: string }[]>;
}

interface Container {
  readonly name?: string;
}

/**
 * A Workspace of any age of its CRD: all share one version, so whatever may be missing in some age, or before the
 * controller has looked, may be missing here.
 */
export interface WorkspaceObject extends KubernetesObject {
  readonly spec?: Maybe<{
    readonly kind?: string;
    readonly paused?: boolean;
    readonly displayName?: string;
    readonly deferUpdates?: boolean;
    readonly podTemplate?: Maybe<{
      readonly podMetadata?: Maybe<{ readonly labels?: Maybe<Mapped>; readonly annotations?: Maybe<Mapped> }>;
      readonly volumes?: Maybe<{
        readonly home?: string;
        readonly data?: Maybe<readonly WorkspaceVolume[]>;
        readonly secrets?: Maybe<readonly WorkspaceSecretVolume[]>;
      }>;
      readonly options?: Maybe<{ readonly imageConfig?: string; readonly podConfig?: string }>;
    }>;
  }>;
  readonly status?: Maybe<{
    readonly state?: string;
    readonly stateMessage?: string;
    readonly pendingRestart?: boolean;
    readonly pauseTime?: StatusTime;
    readonly lastRunningTime?: StatusTime;
    readonly activity?: Maybe<{
      readonly lastActivity?: StatusTime;
      readonly lastUpdate?: StatusTime;
      readonly lastProbe?: Maybe<{
        readonly startTime?: StatusTime;
        readonly endTime?: StatusTime;
        readonly result?: string;
        readonly message?: string;
      }>;
      readonly rules?: Maybe<{ readonly pauseWorkspace?: Maybe<{ readonly eligibleAfter?: StatusTime }> }>;
    }>;
    readonly podTemplateOptions?: Maybe<{
      readonly imageConfig?: Maybe<OptionStatus>;
      readonly podConfig?: Maybe<OptionStatus>;
    }>;
    readonly podTemplatePod?: Maybe<{
      readonly name?: string;
      readonly nodeName?: string;
      readonly containers?: Maybe<readonly Container[]>;
      readonly initContainers?: Maybe<readonly Container[]>;
    }>;
  }>;
}

/** The two lists of options that a kind offers, and a workspace chooses one of each. */
export type OptionList = 'imageConfig' | 'podConfig';

export function optionIdOf({ spec }: WorkspaceObject, list: OptionList): string {
  return spec?.podTemplate?.options?.[list] ?? '';
}

export const Workspace = defineResource<WorkspaceObject>({
  kind: 'Workspace',
  group: 'kubeflow.org',
  version: 'v1beta1',
  plural: 'workspaces',
  namespaced: true,
  indexes: {
    kind: ({ spec }) => [spec?.kind ?? ''],
    imageConfig: (workspace) => [optionKeyOf(workspace.spec?.kind ?? '', optionIdOf(workspace, 'imageConfig'))],
    podConfig: (workspace) => [optionKeyOf(workspace.spec?.kind ?? '', optionIdOf(workspace, 'podConfig'))],
  },
});

/** Names an option over all kinds, in the indexes `imageConfig` and `podConfig`. */
export function optionKeyOf(kind: string, optionId: string): string {
  return `${kind}/${optionId}`;
}
