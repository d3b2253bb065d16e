import { probeAnswer } from '../controller/probe.ts';
import { statusAfter } from '../controller/pod-outcome.ts';
import { podTemplate, type PodTemplate } from '../controller/pod-template.ts';
import { reconcile } from '../controller/reconcile.ts';
import { setNameOf, setReference, setStatus, statefulSetOf } from '../controller/stateful-set.ts';
import { faultOf } from '../fault.ts';
import { GRACE_SECONDS } from '../marks.ts';
import type { Pod } from '../pod.ts';
import type { StatefulSet } from '../stateful-set.ts';
import type { WorkspaceKind } from '../workspace-kind.ts';
import type { Workspace } from '../workspace.ts';
import { secondsOf, uidOf } from './member.ts';
import { namespaceLabels } from './namespaces.ts';

/** A workspace as the controller leaves it, its stateful set and its pod. */
export interface Settled {
  readonly workspace: Workspace;
  readonly set: StatefulSet | undefined;
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
  const template = kind && options ? podTemplate(workspace, kind, options) : undefined;
  const pod = template && hasPod(workspace) ? podOf(workspace, template, now) : undefined;
  const set = template && setOf(workspace, template, pod);
  return { workspace: { ...workspace, status: reconcile({ ...situation, pod }).status }, set, pod };
}

function hasPod({ spec, metadata }: Workspace): boolean {
  return !spec.paused || isEnding(metadata);
}

function isEnding({ annotations = {} }: Workspace['metadata']): boolean {
  return GRACE_SECONDS in annotations;
}

function setOf(workspace: Workspace, template: PodTemplate, pod: Pod | undefined): StatefulSet {
  const { metadata, ...set } = statefulSetOf(workspace, template);
  return { ...set, metadata: { ...metadata, ...madeFor(workspace, 'set') }, status: setStatus(pod) };
}

function podOf(workspace: Workspace, { metadata, ...template }: PodTemplate, now: number): Pod {
  const since = workspace.status?.lastRunningTime || Date.parse(workspace.metadata.creationTimestamp);
  const outcome = faultOf(workspace) ?? 'Ready';
  // What crashes has last done so just now.
  const startedAt = outcome === 'CrashLoopBackOff' ? now - 10_000 : since;
  const set = { metadata: { ...madeFor(workspace, 'set'), name: setNameOf(metadata.name) } };
  return {
    ...template,
    metadata: {
      ...metadata,
      ...madeFor(workspace, 'pod'),
      creationTimestamp: secondsOf(since),
      ownerReferences: [setReference(set), ...metadata.ownerReferences],
      ...(isEnding(workspace.metadata) ? { deletionTimestamp: secondsOf(now) } : {}),
    },
    status: statusAfter(outcome, { ...template, metadata }, new Date(startedAt)),
  };
}

/** What an API server says of an object that was made for a workspace. */
function madeFor({ metadata: { namespace = '', name, creationTimestamp } }: Workspace, what: 'set' | 'pod') {
  return { namespace, uid: uidOf(`${what} ${namespace}/${name}`), resourceVersion: '', creationTimestamp };
}
