import { compileSelector } from '../../../src/kubernetes/label-selector.ts';
import { ACTIVITY } from '../annotations.ts';
import type { ActivityProbe, ActivityRule, LabelSelector, WorkspaceKind } from '../workspace-kind.ts';
import type { Activity, Probe, Workspace } from '../workspace.ts';

type Labels = Readonly<Record<string, string>>;

/** Result of an activity probe. `lastActivity` is undefined if the probe could not determine it. */
export interface ProbeResult {
  readonly probe: Probe;
  readonly lastActivity?: number | undefined;
}

export interface ActivityContext {
  readonly now: number;
  /** The probe of the kind. Its intervals are those between the starts of two probes. */
  readonly activityProbe: Pick<ActivityProbe, 'probeIntervalSeconds' | 'minProbeIntervalSeconds'>;
  /** Result that a probe would have now. */
  readonly answer: ProbeResult;
  readonly rules: readonly ActivityRule[];
  readonly namespaceLabels: Labels;
  readonly podConfigLabels: Labels;
  readonly lastRunningTime: number;
}

interface ActivityResult {
  readonly activity: Activity;
  /** Whether the workspace has been idle long enough to be paused now. */
  readonly pause: boolean;
  /** Milliseconds until the next probe is due. */
  readonly nextProbeMs: number;
}

/** Calculates the activity of a running workspace. Only a successful probe that was due now can pause the workspace. */
export function observeActivity(previous: Activity, context: ActivityContext): ActivityResult {
  const { now, answer, activityProbe } = context;
  const sinceProbeMs = previous.lastProbe ? now - previous.lastProbe.startTime : Infinity;
  const isDue = sinceProbeMs >= intervalAfter(previous.lastProbe, activityProbe);
  const probed = isDue ? withProbe(previous, answer) : previous;
  const rule = ruleFor(context);
  const activity = withEligibility(probed, rule);
  return {
    activity,
    pause: isDue && answer.probe.result === 'Success' && rule !== undefined && isIdle(activity, rule, context),
    nextProbeMs: intervalAfter(activity.lastProbe, activityProbe) - (isDue ? 0 : sinceProbeMs),
  };
}

/** Returns the milliseconds between a probe and the next one: the shorter interval of the kind unless it succeeded. */
function intervalAfter(probe: Probe | undefined, intervals: ActivityContext['activityProbe']): number {
  const { probeIntervalSeconds = 3_600, minProbeIntervalSeconds = 300 } = intervals;
  return 1_000 * (probe?.result === 'Success' ? probeIntervalSeconds : minProbeIntervalSeconds);
}

function withProbe(previous: Activity, { probe, lastActivity }: ProbeResult): Activity {
  if (probe.result !== 'Success') return { ...previous, lastProbe: probe };
  return {
    ...previous,
    lastActivity: lastActivity ?? previous.lastActivity,
    lastUpdate: probe.endTime,
    lastProbe: probe,
  };
}

/**
 * Returns the rule that may pause this workspace. The first matching rule with a pauseWorkspace effect decides; if its
 * effect is false, the workspace is exempt.
 */
function ruleFor({ rules, namespaceLabels, podConfigLabels }: ActivityContext): ActivityRule | undefined {
  const decisive = rules.find(({ effect, match = {} }) => {
    if (effect.pauseWorkspace === undefined) return false;
    const { matchNamespace, matchPodConfig } = match;
    if (matchNamespace && !isSelected(namespaceLabels, matchNamespace.selector)) return false;
    return !matchPodConfig || isSelected(podConfigLabels, matchPodConfig.selector);
  });
  return decisive?.effect.pauseWorkspace ? decisive : undefined;
}

function withEligibility(activity: Activity, rule: ActivityRule | undefined): Activity {
  if (rule) {
    const { lastActivity } = activity;
    const eligibleAfter = lastActivity > 0 ? lastActivity + rule.config.secondsSinceActive * 1_000 : 0;
    return { ...activity, rules: { pauseWorkspace: { eligibleAfter } } };
  }
  return activity.rules ? { ...activity, rules: {} } : activity;
}

function isIdle(activity: Activity, { config }: ActivityRule, { now, lastRunningTime }: ActivityContext): boolean {
  const eligibleAfter = activity.rules?.pauseWorkspace?.eligibleAfter ?? 0;
  const minRunningMs = (config.minRunningSeconds ?? 0) * 1_000;
  return (
    activity.lastActivity > 0 && now >= eligibleAfter && (minRunningMs === 0 || now - lastRunningTime >= minRunningMs)
  );
}

/** Returns whether a selector matches the labels. An empty selector matches everything, an invalid one nothing. */
function isSelected(labels: Labels, selector: LabelSelector): boolean {
  return compileSelector(selector)?.(labels) ?? false;
}

/** Simulates an activity probe: the workspace is in use unless its annotation is `idle` or `unreachable`. */
export function probeResult(
  { metadata }: Workspace,
  workspaceKind: WorkspaceKind | undefined,
  now: number,
): ProbeResult {
  const type = workspaceKind?.spec.podTemplate.activityProbe?.podExec ? 'PodExec' : 'Jupyter';
  const times = { startTime: now, endTime: now };
  const simulated = metadata.annotations?.[ACTIVITY];
  if (simulated === 'unreachable') {
    const why = type === 'Jupyter' ? 'HTTP 404' : 'unexpected exit code 1';
    return { probe: { ...times, result: 'Failure', message: `${type} probe failed: ${why}` } };
  }
  const probe = { ...times, result: 'Success', message: `${type} probe succeeded` } as const;
  return simulated === 'idle' ? { probe } : { probe, lastActivity: now };
}
