import { ACTIVITY } from '../annotations.ts';
import type { ActivityRule, LabelRequirement, LabelSelector, WorkspaceKind } from '../workspace-kind.ts';
import type { Activity, Probe, Workspace } from '../workspace.ts';

type Labels = Readonly<Record<string, string>>;

/** What a probe says: how it went, and when the workspace was last used, if it could tell. */
export interface ProbeResult {
  readonly probe: Probe;
  readonly lastActivity?: number | undefined;
}

export interface ActivityContext {
  readonly now: number;
  /** How long after the start of the last probe the next one is due. */
  readonly probeIntervalMs: number;
  /** What a probe would say now. */
  readonly answer: ProbeResult;
  readonly rules: readonly ActivityRule[];
  readonly namespaceLabels: Labels;
  readonly podConfigLabels: Labels;
  readonly lastRunningTime: number;
}

interface ActivityResult {
  readonly activity: Activity;
  /** Whether the workspace has been unused for long enough to be paused now. */
  readonly pause: boolean;
  readonly nextProbeMs: number;
}

/** What is known about the use of a running workspace after this look at it. Only a fresh, successful probe pauses it. */
export function observeActivity(previous: Activity, context: ActivityContext): ActivityResult {
  const { now, answer, probeIntervalMs } = context;
  const sinceProbeMs = previous.lastProbe ? now - previous.lastProbe.startTime : Infinity;
  const isDue = sinceProbeMs >= probeIntervalMs;
  const probed = isDue ? take(previous, answer) : previous;
  const rule = ruleFor(context);
  const activity = withEligibility(probed, rule);
  return {
    activity,
    pause: isDue && answer.probe.result === 'Success' && rule !== undefined && isIdle(activity, rule, context),
    nextProbeMs: isDue ? probeIntervalMs : probeIntervalMs - sinceProbeMs,
  };
}

function take(previous: Activity, { probe, lastActivity }: ProbeResult): Activity {
  if (probe.result !== 'Success') return { ...previous, lastProbe: probe };
  return {
    ...previous,
    lastActivity: lastActivity ?? previous.lastActivity,
    lastUpdate: probe.endTime,
    lastProbe: probe,
  };
}

/** The rule that pauses this workspace; a rule that says not to pause it ends the search, too. */
function ruleFor({ rules, namespaceLabels, podConfigLabels }: ActivityContext): ActivityRule | undefined {
  const deciding = rules.find(({ effect, match = {} }) => {
    if (effect.pauseWorkspace === undefined) return false;
    const { matchNamespace, matchPodConfig } = match;
    if (matchNamespace && !isSelected(namespaceLabels, matchNamespace.selector)) return false;
    return !matchPodConfig || isSelected(podConfigLabels, matchPodConfig.selector);
  });
  return deciding?.effect.pauseWorkspace ? deciding : undefined;
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

/** Whether a selector selects these labels. An empty one selects everything; an unknown operator selects nothing. */
export function isSelected(labels: Labels, { matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  const equal = Object.entries(matchLabels).every(([key, value]) => labels[key] === value);
  return equal && matchExpressions.every((requirement) => holds(labels, requirement));
}

function holds(labels: Labels, { key, operator, values = [] }: LabelRequirement): boolean {
  const value = labels[key];
  switch (operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default:
      return false;
  }
}

/** What probing a workspace of the demo says: that it is used now, unless its annotation says `idle` or `unreachable`. */
export function probeResult({ metadata }: Workspace, kind: WorkspaceKind | undefined, now: number): ProbeResult {
  const type = kind?.spec.podTemplate.activityProbe?.podExec ? 'PodExec' : 'Jupyter';
  const times = { startTime: now, endTime: now };
  const mood = metadata.annotations?.[ACTIVITY];
  if (mood === 'unreachable') {
    const why = type === 'Jupyter' ? 'HTTP 404' : 'unexpected exit code 1';
    return { probe: { ...times, result: 'Failure', message: `${type} probe failed: ${why}` } };
  }
  const probe = { ...times, result: 'Success', message: `${type} probe succeeded` } as const;
  return mood === 'idle' ? { probe } : { probe, lastActivity: now };
}
