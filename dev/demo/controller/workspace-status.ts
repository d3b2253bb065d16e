import type { Pod } from '../kubernetes-resources.ts';
import type { ImageSpec, OptionList, OptionName, OptionValue, PodSpec, WorkspaceKind } from '../workspace-kind.ts';
import type { Redirect, ResolvedOption, Workspace, WorkspacePod, WorkspaceStatus } from '../workspace.ts';
import { observeActivity, type ProbeResult } from './activity.ts';
import { stateOf, type StateReport } from './workspace-state.ts';

/** Input of a reconciliation of a workspace. */
export interface WorkspaceInputs {
  readonly workspace: Workspace;
  readonly workspaceKind: WorkspaceKind | undefined;
  readonly pod: Pod | undefined;
  readonly statefulSetWarning?: string | undefined;
  readonly podWarning?: string | undefined;
  /** State message of an error about the objects that the workspace owns. Takes precedence over the state of the pod. */
  readonly ownershipProblem?: string | undefined;
  readonly namespaceLabels: Readonly<Record<string, string>>;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Result that an activity probe would have now. */
  readonly probeResult: ProbeResult;
}

export interface PodOptions {
  readonly image: OptionValue<ImageSpec>;
  readonly podConfig: OptionValue<PodSpec>;
}

/** Result of a reconciliation of a workspace. */
export interface WorkspaceResult {
  readonly status: WorkspaceStatus;
  /** Options of the pod. Undefined if the kind or an option is unknown; the pod is then left unchanged. */
  readonly options: PodOptions | undefined;
  /** Whether to pause the workspace because it is idle. */
  readonly pause: boolean;
  /** Milliseconds after which to reconcile again, or undefined to wait for a change. */
  readonly requeueAfterMs: number | undefined;
}

/** Events enqueue no workspace: a pending one is reconciled again, to find its warnings. */
const PENDING_REQUEUE_MS = 15_000;

const INITIAL_STATUS: WorkspaceStatus = {
  activity: { lastActivity: 0, lastUpdate: 0 },
  lastRunningTime: 0,
  pauseTime: 0,
  pendingRestart: false,
  podTemplateOptions: { imageConfig: {}, podConfig: {} },
  podTemplatePod: { name: '', nodeName: '' },
  state: 'Unknown',
  stateMessage: '',
};

/** Calculates the status of a workspace from its previous status and the observed objects. Pure: reads no clock. */
export function calculateWorkspaceStatus(inputs: WorkspaceInputs): WorkspaceResult {
  const { workspace, workspaceKind } = inputs;
  const previous = workspace.status ?? INITIAL_STATUS;
  if (!workspaceKind) {
    return withError(previous, previous, `Workspace references unknown WorkspaceKind: ${workspace.spec.kind}`);
  }
  const { imageConfig, podConfig } = workspaceKind.spec.podTemplate.options;
  const chosen = workspace.spec.podTemplate.options;

  const image = resolveOption('imageConfig', imageConfig, chosen.imageConfig);
  const reset = { ...previous, pendingRestart: false };
  if ('failure' in image) return withError(previous, reset, image.failure);
  const withImage = withOption(reset, 'imageConfig', image);
  const pod = resolveOption('podConfig', podConfig, chosen.podConfig);
  if ('failure' in pod) return withError(previous, withImage, pod.failure);
  const withOptions = withOption(withImage, 'podConfig', pod);
  if (inputs.ownershipProblem !== undefined) return withError(previous, withOptions, inputs.ownershipProblem);

  return withPod(inputs, withOptions, { image: image.current, podConfig: pod.current });
}

/** Result for an error that does not depend on the pod. The status stays unchanged while state and message are the same. */
function withError(previous: WorkspaceStatus, reached: WorkspaceStatus, stateMessage: string): WorkspaceResult {
  const isSame = previous.state === 'Error' && previous.stateMessage === stateMessage;
  const status: WorkspaceStatus = isSame ? previous : { ...reached, state: 'Error', stateMessage };
  return { status, options: undefined, pause: false, requeueAfterMs: undefined };
}

function withOption(
  status: WorkspaceStatus,
  list: OptionName,
  { desired, chain }: Exclude<OptionResolution<object>, { readonly failure: string }>,
): WorkspaceStatus {
  const option: ResolvedOption = chain.length > 0 ? { desired, redirectChain: chain } : { desired };
  return {
    ...status,
    pendingRestart: status.pendingRestart || chain.length > 0,
    podTemplateOptions: { ...status.podTemplateOptions, [list]: option },
  };
}

function withPod(inputs: WorkspaceInputs, before: WorkspaceStatus, options: PodOptions): WorkspaceResult {
  const { workspace, pod, statefulSetWarning, podWarning, now } = inputs;
  const paused = workspace.spec.paused ?? false;
  const report = stateOf({ paused, pod, statefulSetWarning, podWarning });
  const status: WorkspaceStatus = {
    ...before,
    ...report,
    ...runningSince(before, report, now),
    pauseTime: paused ? before.pauseTime || now : 0,
    podTemplatePod: describePod(workspace, pod),
  };
  return withActivity(inputs, status, options);
}

/** A workspace that becomes Running gets a new lastRunningTime, and its activity is reset. */
function runningSince(
  before: WorkspaceStatus,
  { state }: StateReport,
  now: number,
): Pick<WorkspaceStatus, 'lastRunningTime' | 'activity'> {
  const isNew = state === 'Running' && (before.state !== 'Running' || before.lastRunningTime === 0);
  if (isNew) return { lastRunningTime: now, activity: { lastActivity: 0, lastUpdate: 0 } };
  return { lastRunningTime: before.lastRunningTime, activity: before.activity };
}

function withActivity(inputs: WorkspaceInputs, status: WorkspaceStatus, options: PodOptions): WorkspaceResult {
  const { workspaceKind, now, namespaceLabels, probeResult } = inputs;
  const activityProbe = workspaceKind?.spec.podTemplate.activityProbe;
  if (status.state !== 'Running' || !activityProbe) {
    const requeueAfterMs = status.state === 'Pending' ? PENDING_REQUEUE_MS : undefined;
    return { status, options, pause: false, requeueAfterMs };
  }
  const { activity, pause, nextProbeMs } = observeActivity(status.activity, {
    now,
    activityProbe,
    answer: probeResult,
    rules: workspaceKind?.spec.activityRules ?? [],
    namespaceLabels,
    podConfigLabels: Object.fromEntries((options.podConfig.spawner.labels ?? []).map(({ key, value }) => [key, value])),
    lastRunningTime: status.lastRunningTime,
  });
  const isPaused = inputs.workspace.spec.paused ?? false;
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

/** The option at the end of all redirects, or the reason why they cannot be followed. */
type OptionResolution<S> =
  | { readonly current: OptionValue<S>; readonly desired: string; readonly chain: readonly Redirect[] }
  | { readonly failure: string };

/** Follows the redirects of the option `id` in the given list of options. */
function resolveOption<S>(list: OptionName, { values }: OptionList<S>, id: string): OptionResolution<S> {
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
    if (visited.has(target)) return { failure: invalid(list, `${list} with id "${source}" has a circular redirect`) };
    visited.add(target);
    chain.push({ source, target });
    at = next;
  }
  return { current, desired: chain.at(-1)?.target ?? id, chain };
}

function invalid(list: string, why: string): string {
  return `Workspace has invalid ${list}: ${why}`;
}
