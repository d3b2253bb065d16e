import type { ActivityProbe, ActivityRule, WorkspaceKindSpec } from '../workspace-kind.ts';
import { invalidObject, invalidValue, requiredValue } from '../../simulator/causes.ts';
import type { Cause } from '../../simulator/status.ts';
import { validateLabelSelector } from './label-rules.ts';

const PROBE = 'spec.podTemplate.activityProbe';
const DEFAULT_PROBE_INTERVAL_SECONDS = 3_600;
const DEFAULT_MIN_PROBE_INTERVAL_SECONDS = 300;
/** Any interpreter with optional arguments. */
const SHEBANG = /^#![ \t]*[^ \t]+(?:[ \t]+.+)?$/u;
const LONGEST_SHEBANG = 255;

/** Returns the errors of the activity probe and of the activity rules. */
export function validateActivity({ podTemplate, activityRules = [] }: WorkspaceKindSpec): Cause[] {
  const { activityProbe, ports } = podTemplate;
  const isProbeNeeded = !activityProbe && activityRules.some(({ effect }) => effect.pauseWorkspace === true);
  return [
    ...(activityProbe ? validateProbe(activityProbe, new Set(ports.map(({ id }) => id))) : []),
    ...(isProbeNeeded
      ? [requiredValue(PROBE, 'activityProbe must be configured when activityRules with pauseWorkspace effect exist')]
      : []),
    ...activityRules.flatMap(validateRule),
    ...validateCatchAll(activityRules),
  ];
}

/** Returns a warning for each rule that may pause a workspace before it has been probed twice. */
export function activityWarnings({ podTemplate, activityRules = [] }: WorkspaceKindSpec): string[] {
  const interval = podTemplate.activityProbe?.probeIntervalSeconds ?? DEFAULT_PROBE_INTERVAL_SECONDS;
  return activityRules.flatMap(({ config: { secondsSinceActive }, effect }, i) =>
    effect.pauseWorkspace && secondsSinceActive < 2 * interval
      ? [
          `spec.activityRules[${i}].config.secondsSinceActive (${secondsSinceActive}) is less than twice the probeIntervalSeconds (${interval}). This may cause Workspaces to be paused too quickly or prematurely.`,
        ]
      : [],
  );
}

function validateProbe(probe: ActivityProbe, ports: ReadonlySet<string>): Cause[] {
  const { podExec, jupyter } = probe;
  const longest = probe.probeIntervalSeconds ?? DEFAULT_PROBE_INTERVAL_SECONDS;
  const shortest = probe.minProbeIntervalSeconds ?? DEFAULT_MIN_PROBE_INTERVAL_SECONDS;
  const errors: Cause[] = [];
  if (Boolean(podExec) === Boolean(jupyter)) {
    errors.push(invalidObject(PROBE, `must specify exactly one of 'podExec' or 'jupyter'`));
  }
  if (shortest > longest) {
    errors.push(invalidObject(PROBE, 'minProbeIntervalSeconds must be less than or equal to probeIntervalSeconds'));
  }
  if (podExec) errors.push(...validateScript(podExec.script));
  if (jupyter && !jupyter.lastActivity) errors.push(invalidObject(`${PROBE}.jupyter`, `'lastActivity' must be true`));
  if (jupyter && !ports.has(jupyter.portId)) {
    errors.push(
      invalidValue(
        `${PROBE}.jupyter.portId`,
        jupyter.portId,
        'must reference a valid port defined in spec.podTemplate.ports',
      ),
    );
  }
  return errors;
}

function validateScript(script: string): Cause[] {
  const field = `${PROBE}.podExec.script`;
  const [shebang = ''] = script.split(/[\r\n]/u);
  if (!SHEBANG.test(shebang)) return [invalidValue(field, script, `script shebang is invalid (e.g., '#!/bin/bash')`)];
  if (Buffer.byteLength(shebang) <= LONGEST_SHEBANG) return [];
  return [invalidValue(field, script, `shebang line exceeds the ${LONGEST_SHEBANG} character limit`)];
}

function validateRule(rule: ActivityRule, index: number): Cause[] {
  const path = `spec.activityRules[${index}]`;
  const { matchNamespace, matchPodConfig } = rule.match ?? {};
  return [
    ...(configuresPause(rule) ? [] : [invalidObject(`${path}.effect`, 'must specify at least one effect')]),
    ...(matchNamespace ? validateLabelSelector(`${path}.match.matchNamespace.selector`, matchNamespace.selector) : []),
    ...(matchPodConfig ? validateLabelSelector(`${path}.match.matchPodConfig.selector`, matchPodConfig.selector) : []),
  ];
}

const ONLY_ONE_CATCH_ALL = 'at most one catch-all (empty match) rule is allowed for pauseWorkspace effect';
const CATCH_ALL_IS_LAST = 'catch-all (empty match) rule must be the last rule configuring the pauseWorkspace effect';

function validateCatchAll(rules: readonly ActivityRule[]): Cause[] {
  const pausing = rules.map((rule, index) => ({ rule, index })).filter(({ rule }) => configuresPause(rule));
  const catchAlls = pausing.filter(({ rule }) => isCatchAll(rule));
  return catchAlls.flatMap((each) => [
    ...(each === catchAlls[0] ? [] : [matchError(each.index, ONLY_ONE_CATCH_ALL)]),
    ...(each === pausing.at(-1) ? [] : [matchError(each.index, CATCH_ALL_IS_LAST)]),
  ]);
}

function matchError(index: number, why: string): Cause {
  return invalidValue(`spec.activityRules[${index}].match`, {}, why);
}

function configuresPause({ effect }: ActivityRule): boolean {
  return effect.pauseWorkspace !== undefined;
}

function isCatchAll({ match = {} }: ActivityRule): boolean {
  return !match.matchNamespace && !match.matchPodConfig;
}
