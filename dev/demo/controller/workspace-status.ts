import type { Pod } from '../kubernetes-resources.ts';
import type { ImageSpec, OptionList, OptionValue, PodSpec, WorkspaceKind } from '../workspace-kind.ts';
import type { Redirect, ResolvedOption, Workspace, WorkspacePod, WorkspaceStatus } from '../workspace.ts';
import { observeActivity, type ProbeResult } from './activity.ts';
import { stateOf, type StateReport } from './workspace-state.ts';

/** All that the controller knows when it looks at a workspace. */
export interface WorkspaceSituation {
  readonly workspace: Workspace;
  readonly kind: WorkspaceKind | undefined;
  readonly pod: Pod | undefined;
  readonly statefulSetWarning?: string | undefined;
  readonly podWarning?: string | undefined;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly probeIntervalMs: number;
  /** What a probe would say now. */
  readonly probeResult: ProbeResult;
}

export interface PodOptions {
  readonly image: OptionValue<ImageSpec>;
  readonly podConfig: OptionValue<PodSpec>;
}

/** What the controller makes of a situation. */
export interface WorkspaceResult {
  readonly status: WorkspaceStatus;
  /** What the pod is made from; undefined while the kind or an option is unknown, and then the pod is left alone. */
  readonly options: PodOptions | undefined;
  /** Whether to pause the workspace because nobody uses it. */
  readonly pause: boolean;
  /** When to look again although nothing has changed. */
  readonly requeueAfterMs: number | undefined;
}

const NEW: WorkspaceStatus = {
  activity: { lastActivity: 0, lastUpdate: 0 },
  lastRunningTime: 0,
  pauseTime: 0,
  pendingRestart: false,
  podTemplateOptions: { imageConfig: {}, podConfig: {} },
  podTemplatePod: { name: '', nodeName: '' },
  state: 'Unknown',
  stateMessage: '',
};

/** Decides the status of a workspace from what it was and what is the case. Has no effect and asks no clock. */
export function calculateWorkspaceStatus(situation: WorkspaceSituation): WorkspaceResult {
  const { workspace, kind } = situation;
  const previous = workspace.status ?? NEW;
  if (!kind) {
    return stopped(previous, previous, `Workspace references unknown WorkspaceKind: ${workspace.spec.kind}`);
  }
  const { imageConfig, podConfig } = kind.spec.podTemplate.options;
  const chosen = workspace.spec.podTemplate.options;

  const image = resolveOption('imageConfig', imageConfig, chosen.imageConfig);
  const reset = { ...previous, pendingRestart: false };
  if ('failure' in image) return stopped(previous, reset, image.failure);
  const withImage = resolved(reset, 'imageConfig', image);
  const pod = resolveOption('podConfig', podConfig, chosen.podConfig);
  if ('failure' in pod) return stopped(previous, withImage, pod.failure);
  const withOptions = resolved(withImage, 'podConfig', pod);

  return observed(situation, withOptions, { image: image.current, podConfig: pod.current });
}

/** The way out before the pod is looked at. Nothing is written while state and message stay as they are. */
function stopped(previous: WorkspaceStatus, reached: WorkspaceStatus, stateMessage: string): WorkspaceResult {
  const isSame = previous.state === 'Error' && previous.stateMessage === stateMessage;
  const status: WorkspaceStatus = isSame ? previous : { ...reached, state: 'Error', stateMessage };
  return { status, options: undefined, pause: false, requeueAfterMs: undefined };
}

function resolved(
  status: WorkspaceStatus,
  list: 'imageConfig' | 'podConfig',
  { desired, chain }: Exclude<OptionResolution<object>, { readonly failure: string }>,
): WorkspaceStatus {
  const option: ResolvedOption = chain.length > 0 ? { desired, redirectChain: chain } : { desired };
  return {
    ...status,
    pendingRestart: status.pendingRestart || chain.length > 0,
    podTemplateOptions: { ...status.podTemplateOptions, [list]: option },
  };
}

function observed(situation: WorkspaceSituation, before: WorkspaceStatus, options: PodOptions): WorkspaceResult {
  const { workspace, pod, statefulSetWarning, podWarning, now } = situation;
  const paused = workspace.spec.paused ?? false;
  const report = stateOf({ paused, pod, statefulSetWarning, podWarning });
  const status: WorkspaceStatus = {
    ...before,
    ...report,
    ...runningSince(before, report, now),
    pauseTime: paused ? before.pauseTime || now : 0,
    podTemplatePod: describePod(workspace, pod),
  };
  return used(situation, status, options);
}

/** Becoming Running starts the records about it anew. */
function runningSince(
  before: WorkspaceStatus,
  { state }: StateReport,
  now: number,
): Pick<WorkspaceStatus, 'lastRunningTime' | 'activity'> {
  const isNew = state === 'Running' && (before.state !== 'Running' || before.lastRunningTime === 0);
  if (isNew) return { lastRunningTime: now, activity: { lastActivity: 0, lastUpdate: 0 } };
  return { lastRunningTime: before.lastRunningTime, activity: before.activity };
}

function used(situation: WorkspaceSituation, status: WorkspaceStatus, options: PodOptions): WorkspaceResult {
  const { kind, now, namespaceLabels, probeIntervalMs, probeResult } = situation;
  if (status.state !== 'Running' || !kind?.spec.podTemplate.activityProbe) {
    return { status, options, pause: false, requeueAfterMs: undefined };
  }
  const { activity, pause, nextProbeMs } = observeActivity(status.activity, {
    now,
    probeIntervalMs,
    answer: probeResult,
    rules: kind.spec.activityRules ?? [],
    namespaceLabels,
    podConfigLabels: Object.fromEntries((options.podConfig.spawner.labels ?? []).map(({ key, value }) => [key, value])),
    lastRunningTime: status.lastRunningTime,
  });
  const isPaused = situation.workspace.spec.paused ?? false;
  return { status: { ...status, activity }, options, pause: pause && !isPaused, requeueAfterMs: nextProbeMs };
}

function describePod({ metadata }: Workspace, pod: Pod | undefined): WorkspacePod {
  const serviceAccountName = `ws-${metadata.name}`;
  if (!pod) return { name: '', nodeName: '', serviceAccountName };
  const { nodeName = '', containers, initContainers = [] } = pod.spec;
  return {
    name: pod.metadata.name,
    nodeName,
    serviceAccountName,
    containers: containers.map(({ name }) => ({ name })),
    ...(initContainers.length > 0 ? { initContainers: initContainers.map(({ name }) => ({ name })) } : {}),
  };
}

/** Where an option leads when all redirects are followed, or why it leads nowhere. */
type OptionResolution<S> =
  | { readonly current: OptionValue<S>; readonly desired: string; readonly chain: readonly Redirect[] }
  | { readonly failure: string };

/** Follows the redirects of the option `id`; `list` is what the kind calls the list it stands in. */
function resolveOption<S>(
  list: 'imageConfig' | 'podConfig',
  { values }: OptionList<S>,
  id: string,
): OptionResolution<S> {
  const current = values.find((value) => value.id === id);
  if (!current) return { failure: invalid(list, `${list} with id "${id}" not found`) };
  const chain: Redirect[] = [];
  const visited = new Set([id]);
  for (let at = current; at.redirect;) {
    const source = at.id;
    const target = at.redirect.to;
    const next = values.find((value) => value.id === target);
    if (!next)
      return { failure: invalid(list, `${list} with id "${target}" not found, was redirected from "${source}"`) };
    if (visited.has(target)) return { failure: invalid(list, `${list} with id "${target}" has a circular redirect`) };
    visited.add(target);
    chain.push({ source, target });
    at = next;
  }
  return { current, desired: chain.at(-1)?.target ?? id, chain };
}

function invalid(list: string, why: string): string {
  return `Workspace has invalid ${list}: ${why}`;
}
