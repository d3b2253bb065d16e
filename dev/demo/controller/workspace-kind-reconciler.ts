import { isDeepStrictEqual } from 'node:util';
import type { ObjectName } from '../../../src/kubernetes/object.ts';
import { ConfigMaps, type ConfigMap } from '../config-map.ts';
import { IMAGE_SOURCE_LABEL } from '../annotations.ts';
import { WorkspaceKinds, type WorkspaceKind } from '../workspace-kind.ts';
import { Workspaces } from '../workspace.ts';
import type { ControllerContext } from './controller-context.ts';
import { calculateWorkspaceKindStatus } from './workspace-kind-status.ts';

/** Counts the workspaces of a kind, finds its pictures, and protects it while it is used. */
export async function reconcileWorkspaceKind(
  { client, cache, signal }: ControllerContext,
  name: ObjectName,
): Promise<void> {
  const kind = cache.store(WorkspaceKinds).get(name);
  if (!kind) return;
  const workspaces = [...cache.store(Workspaces).byIndex('kind', kind.metadata.name)];
  const pictures = (namespace: string, configMap: string) => pictureSource(cache, { namespace, name: configMap });
  const { status, finalizers } = calculateWorkspaceKindStatus({ kind, workspaces, pictures });

  const isProtectedRight = isDeepStrictEqual(kind.metadata.finalizers ?? [], finalizers);
  const current = isProtectedRight ? kind : await protect(client, kind, finalizers, signal);
  const isGone = current.metadata.deletionTimestamp !== undefined && finalizers.length === 0;
  if (isGone || isDeepStrictEqual(current.status, status)) return;
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

/** Fails with a conflict when the kind has changed meanwhile. */
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
