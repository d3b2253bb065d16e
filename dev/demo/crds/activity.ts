import { atomicList, boolean, exactlyOne, integer, object, string, withRules, type Schema } from './schema.ts';
import { activityMatch } from './selector.ts';
import { portId } from './text.ts';

const YEAR_SECONDS = 31_536_000;

/** How to find out whether someone is using a workspace. */
export function activityProbe(): Schema {
  const probe = object({
    minProbeIntervalSeconds: integer({ min: 1, max: YEAR_SECONDS, default: 300 }),
    probeIntervalSeconds: integer({ min: 1, max: YEAR_SECONDS, default: 3600 }),
    podExec: podExec(),
    jupyter: jupyter(),
  });
  return withRules(probe, exactlyOne(['podExec', 'jupyter'], `must specify exactly one of 'podExec' or 'jupyter'`), {
    rule: 'self.minProbeIntervalSeconds <= self.probeIntervalSeconds',
    message: 'minProbeIntervalSeconds must be less than or equal to probeIntervalSeconds',
  });
}

/** When to pause a workspace that nobody uses: the first rule that applies decides. */
export function activityRules(): Schema {
  const config = object(
    { secondsSinceActive: integer({ min: 16 }), minRunningSeconds: integer({ min: 0, default: 0 }) },
    ['secondsSinceActive'],
  );
  const effect = withRules(object({ pauseWorkspace: boolean() }), {
    rule: 'has(self.pauseWorkspace)',
    message: 'must specify at least one effect',
  });
  return atomicList(object({ config, match: activityMatch(), effect }, ['config', 'effect']));
}

function podExec(): Schema {
  const fields = { timeoutSeconds: integer({ min: 1, default: 60 }), script: string({ min: 1, max: 2048 }) };
  return object(fields, ['script']);
}

function jupyter(): Schema {
  const rule = { rule: 'self.lastActivity', message: `'lastActivity' must be true` };
  return withRules(object({ lastActivity: boolean(), portId: portId() }, ['lastActivity', 'portId']), rule);
}
