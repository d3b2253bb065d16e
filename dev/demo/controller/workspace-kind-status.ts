import { createHash } from 'node:crypto';
import type { ConfigMap } from '../config-map.ts';
import { KIND_FINALIZER } from '../annotations.ts';
import type {
  OptionList,
  OptionUse,
  Picture,
  PictureStatus,
  WorkspaceKind,
  WorkspaceKindStatus,
} from '../workspace-kind.ts';
import type { Workspace } from '../workspace.ts';

type Option = 'imageConfig' | 'podConfig';

/** All that the controller knows when it looks at a kind. */
interface WorkspaceKindSituation {
  readonly kind: WorkspaceKind;
  /** The workspaces of this kind, in all namespaces. */
  readonly workspaces: readonly Workspace[];
  /** A config map with pictures, by its namespace and name. */
  readonly pictures: (namespace: string, name: string) => Pick<ConfigMap, 'data'> | undefined;
}

interface WorkspaceKindResult {
  readonly status: WorkspaceKindStatus;
  /** A kind in use cannot be deleted: it keeps its protection until nobody uses it. */
  readonly finalizers: readonly string[];
}

/** Decides the status and the protection of a kind. Has no effect. */
export function calculateWorkspaceKindStatus({
  kind,
  workspaces,
  pictures,
}: WorkspaceKindSituation): WorkspaceKindResult {
  const { spawner, podTemplate } = kind.spec;
  const { imageConfig, podConfig } = podTemplate.options;
  return {
    status: {
      workspaces: workspaces.length,
      podTemplateOptions: {
        imageConfig: usesOf('imageConfig', imageConfig, workspaces),
        podConfig: usesOf('podConfig', podConfig, workspaces),
      },
      spawnerIcon: pictureStatus(spawner.icon, pictures),
      spawnerLogo: pictureStatus(spawner.logo, pictures),
    },
    finalizers: protectedBy(kind, workspaces.length > 0),
  };
}

function usesOf(option: Option, { values }: OptionList, workspaces: readonly Workspace[]): OptionUse[] {
  const chosen = workspaces.map(({ spec }) => spec.podTemplate.options[option]);
  return values.map(({ id }) => ({ id, workspaces: chosen.filter((choice) => choice === id).length }));
}

function protectedBy({ metadata }: WorkspaceKind, isUsed: boolean): readonly string[] {
  const others = (metadata.finalizers ?? []).filter((finalizer) => finalizer !== KIND_FINALIZER);
  const has = others.length !== (metadata.finalizers ?? []).length;
  const keeps = isUsed && (has || !metadata.deletionTimestamp);
  return keeps ? [...others, KIND_FINALIZER] : others;
}

function pictureStatus({ configMap }: Picture, pictures: WorkspaceKindSituation['pictures']): PictureStatus {
  if (!configMap) return {};
  const { name, namespace, key } = configMap;
  const source = pictures(namespace, name);
  if (!source) {
    const hint = '(if it exists, ensure it has the "notebooks.kubeflow.org/image-source" label)';
    return failed('NotFound', `ConfigMap "${name}" not found in namespace "${namespace}" ${hint}`);
  }
  const text = source.data?.[key];
  if (text === undefined) return failed('KeyNotFound', `key "${key}" not found in ConfigMap "${name}"`);
  return { sha256: createHash('sha256').update(text).digest('hex') };
}

function failed(errorType: 'NotFound' | 'KeyNotFound', errorMessage: string): PictureStatus {
  return { configMap: { errorType, errorMessage } };
}
