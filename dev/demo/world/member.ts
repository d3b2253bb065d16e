import { createHash } from 'node:crypto';
import { ACTIVITY, CREATED_BY, FAULT, GRACE_SECONDS, UPDATED_AT, UPDATED_BY } from '../marks.ts';
import { apiVersionOf } from '../../../src/kubernetes/resource.ts';
import { Workspaces, type Workspace, type WorkspaceSpec, type WorkspaceStatus } from '../workspace.ts';
import type { Member } from './cast.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** A member's workspace, with what its status was when the demo began. */
export function workspaceOf(member: Member, now: number): Workspace {
  const { namespace, name, labels, createdHours } = member;
  const creationTimestamp = secondsOf(now - createdHours * HOUR_MS);
  const before = statusBefore(member, now);
  return {
    apiVersion: apiVersionOf(Workspaces),
    kind: Workspaces.kind,
    metadata: {
      name,
      namespace,
      uid: uidOf(`workspace ${namespace}/${name}`),
      resourceVersion: '',
      generation: 1,
      creationTimestamp,
      ...(labels ? { labels } : {}),
      annotations: annotationsOf(member, creationTimestamp),
    },
    spec: specOf(member),
    ...(before ? { status: before } : {}),
  };
}

/** A uid that is always the same for the same text. */
export function uidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

/** As Kubernetes writes times: without milliseconds. */
export function secondsOf(at: number): string {
  return new Date(at).toISOString().replace(/\.\d+Z$/u, 'Z');
}

function specOf({ kind, image, podConfig, displayName, volumes = {}, pausedHours }: Member): WorkspaceSpec {
  return {
    paused: pausedHours !== undefined,
    ...(displayName === undefined ? {} : { displayName }),
    kind,
    podTemplate: { podMetadata: { labels: {}, annotations: {} }, volumes, options: { imageConfig: image, podConfig } },
  };
}

function annotationsOf(member: Member, createdAt: string): Record<string, string> {
  const { owner, fault, endingSeconds, idleMinutes, isUnreachable, runningHours } = member;
  const wasUpdated = runningHours !== undefined && runningHours > 4;
  return {
    [CREATED_BY]: owner,
    [UPDATED_BY]: owner,
    ...(wasUpdated ? { [UPDATED_AT]: createdAt } : {}),
    ...(fault ? { [FAULT]: fault } : {}),
    ...(endingSeconds === undefined ? {} : { [GRACE_SECONDS]: `${endingSeconds}` }),
    ...(isUnreachable ? { [ACTIVITY]: 'unreachable' } : idleMinutes === undefined ? {} : { [ACTIVITY]: 'idle' }),
  };
}

/** What the controller had written when the member last became what it is; undefined for one that never ran. */
function statusBefore(member: Member, now: number): WorkspaceStatus | undefined {
  const { runningHours, pausedHours, idleMinutes = 0, endingSeconds } = member;
  if (runningHours === undefined && pausedHours === undefined) return undefined;
  const pausedAt = pausedHours === undefined ? 0 : Math.round(now - pausedHours * HOUR_MS);
  const lastActivity = Math.round(now - idleMinutes * MINUTE_MS);
  const isRunning = pausedHours === undefined || endingSeconds !== undefined;
  return {
    activity: { lastActivity, lastUpdate: lastActivity },
    lastRunningTime: runningHours === undefined ? pausedAt - HOUR_MS * 4 : Math.round(now - runningHours * HOUR_MS),
    pauseTime: pausedAt,
    pendingRestart: false,
    podTemplateOptions: { imageConfig: {}, podConfig: {} },
    podTemplatePod: { name: '', nodeName: '' },
    state: isRunning ? 'Running' : 'Paused',
    stateMessage: '',
  };
}
