import { portId } from './field-types.ts';
import {
  atomicList,
  boolean,
  exactlyOne,
  integer,
  mapOf,
  object,
  oneOf,
  type Schema,
  string,
  withRules,
} from './schema.ts';

const YEAR_SECONDS = 31_536_000;

/** Activity probe of a workspace. */
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

/** Rules for pausing idle workspaces. The first matching rule decides. */
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

/** Rules for hiding or denying kinds and options. The first rule whose conditions all match decides. */
export function filterRules(): Schema {
  const scope = oneOf('WORKSPACE_KIND', 'POD_CONFIG', 'IMAGE_CONFIG');
  const rule = { scope, effect: filterEffect(), match: atomicList(filterMatch(), { min: 1 }) };
  return atomicList(object(rule, ['scope', 'effect', 'match']));
}

function filterEffect(): Schema {
  return withRules(object({ ui: object({ hide: boolean() }, ['hide']), api: apiFilterEffect() }), {
    rule: 'has(self.ui) || has(self.api)',
    message: `must specify at least one of 'ui' or 'api'`,
  });
}

function apiFilterEffect(): Schema {
  const denyMessage = object({ text: string({ min: 2, max: 1024 }) }, ['text']);
  return withRules(object({ hide: boolean(), deny: boolean(), denyMessage }), {
    rule: '!has(self.denyMessage) || (has(self.deny) && self.deny)',
    message: `'denyMessage' may only be set when 'deny' is true`,
  });
}

const EXACTLY_ONE = exactlyOne(
  ['matchNamespace', 'matchImageConfig', 'matchPodConfig'],
  `must specify exactly one of 'matchNamespace', 'matchImageConfig', or 'matchPodConfig'`,
);

/** Conditions of an activity rule. All of them must match; without conditions the rule applies to every workspace. */
function activityMatch(): Schema {
  return object({ matchNamespace: selected(), matchPodConfig: selected() });
}

/** Condition of a filter rule. */
function filterMatch(): Schema {
  const conditions = { matchNamespace: selected(), matchImageConfig: selected(), matchPodConfig: selected() };
  return withRules(object(conditions), EXACTLY_ONE);
}

function selected(): Schema {
  return object({ selector: labelSelector() }, ['selector']);
}

function labelSelector(): Schema {
  const requirement = object({ key: string(), operator: string(), values: atomicList(string()) }, ['key', 'operator']);
  const selector = object({ matchLabels: mapOf(string()), matchExpressions: atomicList(requirement) });
  return { ...selector, 'x-kubernetes-map-type': 'atomic' };
}
