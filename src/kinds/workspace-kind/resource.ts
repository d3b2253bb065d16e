import type { SelectorObject } from '../../kubernetes/label-selector.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

type Maybe<T> = T | null | undefined;

export interface RedirectSpec {
  readonly to?: string;
  readonly message?: Maybe<{ readonly level?: string; readonly text?: string }>;
}

export interface ImagePort {
  readonly id?: string;
  readonly displayName?: string;
  /** In old kinds, where the ports are the image’s. */
  readonly protocol?: string;
}

/** One value of an option list. */
export interface OptionSpec {
  readonly id?: string;
  readonly spawner?: Maybe<{
    readonly displayName?: string;
    readonly description?: string;
    readonly labels?: Maybe<readonly { readonly key?: string; readonly value?: string }[]>;
    readonly hidden?: boolean;
  }>;
  readonly redirect?: Maybe<RedirectSpec>;
  readonly spec?: Maybe<{ readonly ports?: Maybe<readonly ImagePort[]> }>;
}

export interface OptionListSpec {
  readonly spawner?: Maybe<{ readonly default?: string }>;
  readonly values?: Maybe<readonly OptionSpec[]>;
}

export interface ImageAsset {
  readonly url?: string;
  readonly configMap?: Maybe<object>;
}

export interface ImageAssetStatus {
  readonly configMap?: Maybe<{ readonly errorType?: string; readonly errorMessage?: string }>;
}

export interface ActivityRuleSpec {
  readonly config?: Maybe<{ readonly secondsSinceActive?: number; readonly minRunningSeconds?: number }>;
  readonly match?: Maybe<Readonly<Record<string, unknown>>>;
  readonly effect?: Maybe<{ readonly pauseWorkspace?: boolean | null }>;
}

export interface FilterMatch {
  readonly matchNamespace?: Maybe<{ readonly selector?: Maybe<SelectorObject> }>;
  readonly matchImageConfig?: Maybe<{ readonly selector?: Maybe<SelectorObject> }>;
  readonly matchPodConfig?: Maybe<{ readonly selector?: Maybe<SelectorObject> }>;
}

export interface FilterRuleSpec {
  readonly scope?: string;
  readonly effect?: Maybe<{
    readonly ui?: Maybe<{ readonly hide?: boolean }>;
    readonly api?: Maybe<{
      readonly hide?: boolean;
      readonly deny?: boolean;
      readonly denyMessage?: Maybe<{ readonly text?: string }>;
    }>;
  }>;
  readonly match?: Maybe<readonly FilterMatch[]>;
}

export interface KindPort {
  readonly id?: string;
  readonly protocol?: string;
  readonly defaultDisplayName?: string;
}

/** A WorkspaceKind of any age of its CRD; see `WorkspaceObject`. */
export interface WorkspaceKindObject extends KubernetesObject {
  readonly spec?: Maybe<{
    readonly spawner?: Maybe<{
      readonly displayName?: string;
      readonly description?: string;
      readonly hidden?: boolean;
      readonly deprecated?: boolean;
      readonly deprecationMessage?: string;
      readonly icon?: Maybe<ImageAsset>;
      readonly logo?: Maybe<ImageAsset>;
    }>;
    readonly podTemplate?: Maybe<{
      readonly volumeMounts?: Maybe<{ readonly home?: string }>;
      /** Absent in old kinds. */
      readonly ports?: Maybe<readonly KindPort[]>;
      readonly options?: Maybe<{
        readonly imageConfig?: Maybe<OptionListSpec>;
        readonly podConfig?: Maybe<OptionListSpec>;
      }>;
    }>;
    readonly activityRules?: Maybe<readonly ActivityRuleSpec[]>;
    readonly filterRules?: Maybe<readonly FilterRuleSpec[]>;
  }>;
  readonly status?: Maybe<{
    readonly spawnerIcon?: Maybe<ImageAssetStatus>;
    readonly spawnerLogo?: Maybe<ImageAssetStatus>;
  }>;
}

export const WorkspaceKind = defineResource<WorkspaceKindObject>({
  kind: 'WorkspaceKind',
  group: 'kubeflow.org',
  version: 'v1beta1',
  plural: 'workspacekinds',
  namespaced: false,
});
