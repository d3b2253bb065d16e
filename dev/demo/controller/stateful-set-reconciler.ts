import type { Pod } from '../pod.ts';
import { StatefulSets, type StatefulSet } from '../stateful-set.ts';
import type { Workspace } from '../workspace.ts';
import type { ControllerContext } from './controller-context.ts';
import type { PodTemplate } from './pod-template.ts';
import { replicasOf, setStatus, statefulSetOf } from './stateful-set.ts';

/** Keeps the stateful set of a workspace as it should be, and returns it. */
export async function reconcileStatefulSet(
  context: ControllerContext,
  workspace: Workspace,
  { pod, template }: { readonly pod: Pod | undefined; readonly template: PodTemplate },
): Promise<StatefulSet> {
  const { client, cache, signal } = context;
  const wanted = statefulSetOf(workspace, template);
  const { namespace = '', name } = wanted.metadata;
  const present = cache.store(StatefulSets).get({ namespace, name });
  if (!present) {
    const { object } = await client.create(StatefulSets, wanted, { namespace, signal });
    cache.applyWriteResult(StatefulSets, object);
    return object;
  }
  const replicas = replicasOf(workspace);
  if (present.spec.replicas !== replicas) await merge(context, present, { spec: { replicas } });
  const status = setStatus(pod);
  const { replicas: pods = 0, readyReplicas = 0 } = present.status ?? {};
  if (pods !== status.replicas || readyReplicas !== status.readyReplicas) await merge(context, present, { status });
  return present;
}

async function merge(
  { client, cache, signal }: ControllerContext,
  { metadata }: StatefulSet,
  body: object,
): Promise<void> {
  const subresource = 'status' in body ? ({ subresource: 'status' } as const) : {};
  const { object } = await client.patch(StatefulSets, metadata, { type: 'MERGE', body }, { ...subresource, signal });
  cache.applyWriteResult(StatefulSets, object);
}
