import type { FilterMatch, FilterRule, WorkspaceKindSpec } from '../workspace-kind.ts';
import { invalid, invalidObject, type FieldError } from './field-error.ts';
import { validateLabelSelector } from './selector-rules.ts';

const CONDITIONS = ['matchNamespace', 'matchImageConfig', 'matchPodConfig'] as const;
const NO_EFFECT = `must specify at least one effect: one of 'ui.hide', 'api.hide', or 'api.deny' must be true`;

/** What speaks against a kind's filter rules. */
export function validateFilterRules({ filterRules = [] }: WorkspaceKindSpec): FieldError[] {
  return filterRules.flatMap((rule, i) => [
    ...validateEffect(`spec.filterRules[${i}].effect`, rule.effect),
    ...rule.match.flatMap((match, j) => validateMatch(`spec.filterRules[${i}].match[${j}]`, match, rule.scope)),
  ]);
}

function validateEffect(path: string, { ui, api }: FilterRule['effect']): FieldError[] {
  if (!ui && !api) return [invalidObject(path, `must specify at least one of 'ui' or 'api'`)];
  const causes: FieldError[] = [];
  if (api?.denyMessage && !api.deny) {
    causes.push(invalidObject(`${path}.api`, `'denyMessage' may only be set when 'deny' is true`));
  }
  if (!ui?.hide && !api?.hide && !api?.deny) causes.push(invalid(path, { ui, api }, NO_EFFECT));
  return causes;
}

function validateMatch(path: string, match: FilterMatch, scope: FilterRule['scope']): FieldError[] {
  const given = CONDITIONS.filter((condition) => match[condition] !== undefined);
  if (given.length !== 1) {
    return [
      invalidObject(path, `must specify exactly one of 'matchNamespace', 'matchImageConfig', or 'matchPodConfig'`),
    ];
  }
  return given.flatMap((condition) => {
    const isForOptions = condition !== 'matchNamespace';
    const why = `'${condition}' is only valid when 'scope' is 'POD_CONFIG' or 'IMAGE_CONFIG'`;
    const misplaced =
      isForOptions && scope === 'WORKSPACE_KIND' ? [invalid(`${path}.${condition}`, match[condition], why)] : [];
    return [...misplaced, ...validateLabelSelector(`${path}.${condition}.selector`, match[condition]?.selector ?? {})];
  });
}
