import { probeAnswer } from '../controller/probe.ts';
import { statusAfter } from '../controller/pod-outcome.ts';
import { podTemplate } from '../controller/pod-template.ts';
import { reconcile, type Options } from '../controller/reconcile.ts';
import { faultOf } from '../fault.ts';
import { GRACE_SECONDS } from '../marks.ts';
import type { Pod } from '../pod.ts';
import type { WorkspaceKind } from '../workspace-kind.ts';
import type { Workspace } from '../workspace.ts';
import { secondsOf, uidOf } from './member.ts';
import { namespaceLabels } from './namespaces.ts';

/** A workspace as the controller leaves it, and its pod. */
export interface Settled {
  readonly workspace: Workspace;
  readonly pod: Pod | undefined;
}

/** What the controller itself would have made of a workspace, so that it changes nothing when the demo begins. */
export function settle(workspace: Workspace, kind: WorkspaceKind | undefined, now: number): Settled {
  const situation = {
    workspace,
    kind,
    namespaceLabels: namespaceLabels[workspace.metadata.namespace ?? ''] ?? {},
    now,
    probeIntervalMs: 0,
    probeAnswer: probeAnswer(workspace, kind, now),
  };
  const { options } = reconcile({ ...situation, pod: undefined });
  const pod = kind && options && hasPod(workspace) ? podOf(workspace, kind, options, now) : undefined;
  return { workspace: { ...workspace, status: reconcile({ ...situation, pod }).status }, pod };
}

function hasPod({ spec, metadata }: Workspace): boolean {
  return !spec.paused || isEnding(metadata);
}

function isEnding({ annotations = {} }: Workspace['metadata']): boolean {
  return GRACE_SECONDS in annotations;
}

function podOf(workspace: Workspace, kind: WorkspaceKind, options: Options, now: number): Pod {
  const { metadata: described, ...template } = podTemplate(workspace, kind, options);
  const { namespace, ...metadata } = described;
  const since = workspace.status?.lastRunningTime || Date.parse(workspace.metadata.creationTimestamp);
  const outcome = faultOf(workspace) ?? 'Ready';
  // What crashes has last done so just now.
  const startedAt = outcome === 'CrashLoopBackOff' ? now - 10_000 : since;
  return {
    ...template,
    metadata: {
      ...metadata,
      ...(namespace === undefined ? {} : { namespace }),
      uid: uidOf(`pod ${namespace}/${metadata.name}`),
      resourceVersion: '',
      creationTimestamp: secondsOf(since),
      ...(isEnding(workspace.metadata) ? { deletionTimestamp: secondsOf(now) } : {}),
    },
    status: statusAfter(outcome, { ...template, metadata }, new Date(startedAt)),
  };
}
