import { isDeepStrictEqual } from 'node:util';
import type { ObjectName } from '../../../src/kubernetes/object.ts';
import { IMAGE_SOURCE_LABEL, WORKSPACE_KIND_FINALIZER } from '../annotations.ts';
import { type ConfigMap, ConfigMaps } from '../kubernetes-resources.ts';
import {
  type OptionList,
  type OptionName,
  type OptionUse,
  type Picture,
  type PictureStatus,
  type WorkspaceKind,
  WorkspaceKinds,
  type WorkspaceKindStatus,
} from '../workspace-kind.ts';
import { type Workspace, Workspaces } from '../workspace.ts';
import { sha256 } from '../metadata.ts';
import type { ControllerContext } from './controller-context.ts';

/** Updates the counters and picture hashes in the status of a WorkspaceKind, and its protection finalizer. */
export async function reconcileWorkspaceKind(
  { client, cache, signal }: ControllerContext,
  name: ObjectName,
): Promise<void> {
  const workspaceKind = cache.store(WorkspaceKinds).get(name);
  if (!workspaceKind) return;
  const workspaces = [...cache.store(Workspaces).byIndex('kind', workspaceKind.metadata.name)];
  const pictures = (namespace: string, configMap: string) => pictureSource(cache, { namespace, name: configMap });
  const { status, finalizers } = calculateWorkspaceKindStatus({ workspaceKind, workspaces, pictures });

  const areFinalizersCurrent = isDeepStrictEqual(workspaceKind.metadata.finalizers ?? [], finalizers);
  const current = areFinalizersCurrent ? workspaceKind : await protect(client, workspaceKind, finalizers, signal);
  const isDeleted = current.metadata.deletionTimestamp !== undefined && finalizers.length === 0;
  if (isDeleted || isDeepStrictEqual(current.status, status)) return;
  const { object } = await client.replace(
    WorkspaceKinds,
    name,
    { ...current, status },
    { subresource: 'status', signal },
  );
  cache.applyWriteResult(WorkspaceKinds, object);
}

function pictureSource(cache: ControllerContext['cache'], name: ObjectName): ConfigMap | undefined {
  const found = cache.store(ConfigMaps).get(name);
  return found?.metadata.labels?.[IMAGE_SOURCE_LABEL] === 'true' ? found : undefined;
}

/** Rejects with a conflict if the kind changed in the meantime. */
async function protect(
  client: ControllerContext['client'],
  { metadata }: WorkspaceKind,
  finalizers: readonly string[],
  signal: AbortSignal,
): Promise<WorkspaceKind> {
  const body = { metadata: { resourceVersion: metadata.resourceVersion, finalizers } };
  const { object } = await client.patch(WorkspaceKinds, metadata, { type: 'MERGE', body }, { signal });
  return object;
}

/** Input of a reconciliation of a WorkspaceKind. */
interface WorkspaceKindInputs {
  readonly workspaceKind: WorkspaceKind;
  /** Workspaces of this kind in all namespaces. */
  readonly workspaces: readonly Workspace[];
  /** Returns a ConfigMap with pictures. Undefined if it does not exist or lacks the image-source label. */
  readonly pictures: (namespace: string, name: string) => Pick<ConfigMap, 'data'> | undefined;
}

interface WorkspaceKindResult {
  readonly status: WorkspaceKindStatus;
  /** Contains the protection finalizer while workspaces use the kind. */
  readonly finalizers: readonly string[];
}

/** Calculates the status and the finalizers of a WorkspaceKind. Has no side effects. */
export function calculateWorkspaceKindStatus({
  workspaceKind,
  workspaces,
  pictures,
}: WorkspaceKindInputs): WorkspaceKindResult {
  const { spawner, podTemplate } = workspaceKind.spec;
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
    finalizers: protectedBy(workspaceKind, workspaces.length > 0),
  };
}

function usesOf(option: OptionName, { values }: OptionList, workspaces: readonly Workspace[]): OptionUse[] {
  const chosen = workspaces.map(({ spec }) => spec.podTemplate.options[option]);
  return values.map(({ id }) => ({ id, workspaces: chosen.filter((choice) => choice === id).length }));
}

function protectedBy({ metadata }: WorkspaceKind, isUsed: boolean): readonly string[] {
  const others = (metadata.finalizers ?? []).filter((finalizer) => finalizer !== WORKSPACE_KIND_FINALIZER);
  const isProtected = others.length !== (metadata.finalizers ?? []).length;
  const keeps = isUsed && (isProtected || !metadata.deletionTimestamp);
  return keeps ? [...others, WORKSPACE_KIND_FINALIZER] : others;
}

function pictureStatus({ configMap }: Picture, pictures: WorkspaceKindInputs['pictures']): PictureStatus {
  if (!configMap) return {};
  const { name, namespace, key } = configMap;
  const source = pictures(namespace, name);
  if (!source) {
    const hint = '(if it exists, ensure it has the "notebooks.kubeflow.org/image-source" label)';
    return failed('NotFound', `ConfigMap "${name}" not found in namespace "${namespace}" ${hint}`);
  }
  const text = source.data?.[key];
  if (text === undefined) {
    return failed('KeyNotFound', `key "${key}" not found in ConfigMap "${name}" in namespace "${namespace}"`);
  }
  return { sha256: sha256(text) };
}

function failed(errorType: 'NotFound' | 'KeyNotFound', errorMessage: string): PictureStatus {
  return { configMap: { errorType, errorMessage } };
}
