import { describe, expect, it } from 'vitest';
import type { ActivityRule } from '../workspace-kind.ts';
import type { Activity } from '../workspace.ts';
import { jupyterlab } from '../fixtures/workspace-kinds.ts';
import { observeActivity, type ActivityContext, type ProbeResult } from './activity.ts';

const NOW = 1_790_000_000_000;
const HOUR_MS = 3_600_000;
const development = { namespaceLabels: { tier: 'development' } };
const context: ActivityContext = {
  now: NOW,
  activityProbe: { probeIntervalSeconds: 10, minProbeIntervalSeconds: 1 },
  answer: answer('Success'),
  rules: jupyterlab().activityRules ?? [],
  namespaceLabels: {},
  podConfigLabels: { gpu: '1' },
  lastRunningTime: 1,
};

describe('pausing an idle workspace', () => {
  it.each([
    ['pauses it by the rule for its namespace', 2, development, true],
    ['does not pause it by the rule for another namespace', 2, {}, false],
    ['pauses it by the catch-all rule', 24, {}, true],
    ['does not pause it before secondsSinceActive', 1.9, development, false],
    ['does not pause it before minRunningSeconds', 3, { ...development, lastRunningTime: NOW - 299_000 }, false],
    ['pauses it after minRunningSeconds', 3, { ...development, lastRunningTime: NOW - 300_000 }, true],
    ['does not pause it after a failed probe', 48, { answer: answer('Failure') }, false],
    ['does not pause it when an earlier rule exempts it', 48, { rules: [exempting(), ...context.rules] }, false],
    ['does not pause it without rules', 48, { rules: [] }, false],
  ] as const)('%s', (_, idleHours, further, pause) => {
    expect(observeActivity(since(NOW - idleHours * HOUR_MS), { ...context, ...further }).pause).toBe(pause);
  });

  it('does not pause a workspace without any activity and reports eligibleAfter 0', () => {
    const { activity, pause } = observeActivity(since(0), context);
    expect(pause).toBe(false);
    expect(activity.rules).toEqual({ pauseWorkspace: { eligibleAfter: 0 } });
  });
});

describe('probing a workspace', () => {
  it('returns the time until the next probe and does not pause when no probe is due', () => {
    const { activity } = observeActivity(since(NOW - HOUR_MS), context);
    const later = { ...context, ...development, now: NOW + 400, answer: answer('Failure') };
    const result = observeActivity({ ...activity, lastActivity: 1 }, later);
    expect(result).toMatchObject({ pause: false, nextProbeMs: 9_600, activity: { lastProbe: { result: 'Success' } } });
    expect(result.activity.rules).toEqual({ pauseWorkspace: { eligibleAfter: 1 + 2 * HOUR_MS } });
  });

  it.each([
    ['probeIntervalSeconds', 'Success', 9_999, false],
    ['probeIntervalSeconds', 'Success', 10_000, true],
    ['minProbeIntervalSeconds', 'Failure', 999, false],
    ['minProbeIntervalSeconds', 'Timeout', 1_000, true],
  ] as const)('probes again after %s when the last probe was a %s, %i ms ago', (_, result, agoMs, isDue) => {
    const lastProbe = { startTime: NOW - agoMs, endTime: NOW - agoMs, result, message: '' };
    const { activity } = observeActivity({ ...since(1), lastProbe }, context);
    expect(activity.lastProbe?.startTime).toBe(isDue ? NOW : NOW - agoMs);
  });

  it('keeps the times after a failed probe and takes an earlier lastActivity from a successful one', () => {
    const failed = observeActivity(since(500), { ...context, answer: answer('Timeout') }).activity;
    expect(failed).toMatchObject({ lastActivity: 500, lastUpdate: 500, lastProbe: { result: 'Timeout' } });
    const succeeded = observeActivity(since(500), {
      ...context,
      answer: { ...answer('Success'), lastActivity: 400 },
    }).activity;
    expect(succeeded).toMatchObject({ lastActivity: 400, lastUpdate: NOW });
  });

  it('empties the rules in the status when no rule applies any more', () => {
    const before = { ...since(500), rules: { pauseWorkspace: { eligibleAfter: 9 } } };
    expect(observeActivity(before, { ...context, rules: [] }).activity.rules).toEqual({});
  });
});

function since(lastActivity: number): Activity {
  return { lastActivity, lastUpdate: lastActivity };
}

function answer(result: 'Success' | 'Failure' | 'Timeout'): ProbeResult {
  return { probe: { startTime: NOW, endTime: NOW, result, message: '' } };
}

function exempting(): ActivityRule {
  const selector = { matchExpressions: [{ key: 'gpu', operator: 'Exists' }] };
  return {
    config: { secondsSinceActive: 16 },
    match: { matchPodConfig: { selector } },
    effect: { pauseWorkspace: false },
  };
}
