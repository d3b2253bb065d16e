import { isDeepStrictEqual } from 'node:util';
import { parseQuantity } from '../../../src/kubernetes/quantity.ts';
import { WORKSPACE_KIND_FINALIZER } from '../annotations.ts';
import type {
  FilterMatch,
  FilterRule,
  WorkspaceKindPort,
  OptionList,
  OptionName,
  WorkspaceKind,
  WorkspaceKindSpec,
} from '../workspace-kind.ts';
import type { Workspace } from '../workspace.ts';
import { validateActivity } from './activity-rules.ts';
import { invalidObject, invalidValue } from '../../simulator/causes.ts';
import type { Cause } from '../../simulator/status.ts';
import { goTemplateProblem } from './go-template.ts';
import { validateLabelSelector, validatePodMetadata } from './label-rules.ts';
import { validateOptions, valuePath } from './option-rules.ts';

/** Returns the errors of a WorkspaceKind that depend neither on its previous version nor on its workspaces. */
export function validateWorkspaceKind({ spec }: WorkspaceKind): Cause[] {
  return [
    ...validatePictures(spec),
    ...validatePodMetadata('spec.podTemplate.podMetadata', spec.podTemplate.podMetadata),
    ...validateEnvironment(spec),
    ...spec.podTemplate.ports.flatMap(validateHeaders),
    ...validateActivity(spec),
    ...validateFilterRules(spec),
    ...validateOptions(spec),
  ];
}

function validatePictures({ spawner }: WorkspaceKindSpec): Cause[] {
  return (['icon', 'logo'] as const)
    .filter((picture) => (spawner[picture].url === undefined) === (spawner[picture].configMap === undefined))
    .map((picture) => invalidObject(`spec.spawner.${picture}`, `must specify exactly one of 'url' or 'configMap'`));
}

function validateEnvironment({ podTemplate }: WorkspaceKindSpec): Cause[] {
  return (podTemplate.extraEnv ?? []).flatMap(({ name, value }) =>
    validateTemplate(`spec.podTemplate.extraEnv[${name}].value`, value ?? ''),
  );
}

function validateHeaders({ httpProxy }: WorkspaceKindPort, index: number): Cause[] {
  const headers = httpProxy?.requestHeaders ?? {};
  return (['set', 'add'] as const).flatMap((action) =>
    Object.entries(headers[action] ?? {}).flatMap(([name, value]) =>
      validateTemplate(`spec.podTemplate.ports[${index}].httpProxy.requestHeaders.${action}[${name}]`, value),
    ),
  );
}

function validateTemplate(field: string, template: string): Cause[] {
  const problem = goTemplateProblem(template);
  return problem === undefined
    ? []
    : [invalidValue(field, template, `failed to parse template ${JSON.stringify(template)}: ${problem}`)];
}

const CONDITIONS = ['matchNamespace', 'matchImageConfig', 'matchPodConfig'] as const;
const NO_EFFECT = `must specify at least one effect: one of 'ui.hide', 'api.hide', or 'api.deny' must be true`;

/** Returns the errors of the filter rules. */
function validateFilterRules({ filterRules = [] }: WorkspaceKindSpec): Cause[] {
  return filterRules.flatMap((rule, i) => [
    ...validateEffect(`spec.filterRules[${i}].effect`, rule.effect),
    ...rule.match.flatMap((match, j) => validateMatch(`spec.filterRules[${i}].match[${j}]`, match, rule.scope)),
  ]);
}

function validateEffect(path: string, { ui, api }: FilterRule['effect']): Cause[] {
  if (!ui && !api) return [invalidObject(path, `must specify at least one of 'ui' or 'api'`)];
  const causes: Cause[] = [];
  if (api?.denyMessage && !api.deny) {
    causes.push(invalidObject(`${path}.api`, `'denyMessage' may only be set when 'deny' is true`));
  }
  if (!ui?.hide && !api?.hide && !api?.deny) causes.push(invalidValue(path, { ui, api }, NO_EFFECT));
  return causes;
}

function validateMatch(path: string, match: FilterMatch, scope: FilterRule['scope']): Cause[] {
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
      isForOptions && scope === 'WORKSPACE_KIND' ? [invalidValue(`${path}.${condition}`, match[condition], why)] : [];
    return [...misplaced, ...validateLabelSelector(`${path}.${condition}.selector`, match[condition]?.selector ?? {})];
  });
}

/** Returns an error for each option that the update changes or removes although a workspace uses it. */
export function validateOptionsInUse(
  workspaceKind: WorkspaceKind,
  old: WorkspaceKind,
  workspaces: readonly Workspace[],
): Cause[] {
  const before = old.spec.podTemplate.options;
  const after = workspaceKind.spec.podTemplate.options;
  return [
    ...changedInUse('imageConfig', before.imageConfig, after.imageConfig, workspaces),
    ...changedInUse('podConfig', before.podConfig, after.podConfig, workspaces),
  ];
}

/**
 * Returns why a WorkspaceKind cannot be deleted, or undefined if it can. The finalizer is checked as well because the
 * controller updates `status.workspaces` with a delay.
 */
export function deletionProblem({ metadata, status }: WorkspaceKind): string | undefined {
  const uses = status?.workspaces ?? 0;
  if (uses > 0) return `WorkspaceKind is used by ${uses} workspace(s)`;
  if (!metadata.finalizers?.includes(WORKSPACE_KIND_FINALIZER)) return undefined;
  return 'WorkspaceKind has protection finalizer, indicating one or more workspaces are still using it';
}

function changedInUse(
  option: OptionName,
  before: OptionList,
  after: OptionList,
  workspaces: readonly Workspace[],
): Cause[] {
  const used = new Set(workspaces.map(({ spec }) => spec.podTemplate.options[option]));
  return before.values.flatMap(({ id, spec }) => {
    if (!used.has(id)) return [];
    const now = after.values.find((value) => value.id === id);
    if (now && isDeepStrictEqual(withCanonicalQuantities(now.spec), withCanonicalQuantities(spec))) return [];
    const why = `${option} value "${id}" is in use and cannot be ${now ? 'changed' : 'removed'}`;
    return [invalidValue(valuePath(option, id), id, why)];
  });
}

/** Returns the spec of an option with its quantities as numbers: Kubernetes compares them by value, so 4000m equals 4. */
function withCanonicalQuantities(spec: object): object {
  const resources: unknown = 'resources' in spec ? spec.resources : undefined;
  if (typeof resources !== 'object' || resources === null) return spec;
  const canonical = Object.entries(resources).map(([name, quantities]: [string, unknown]) => [
    name,
    numbersOf(quantities),
  ]);
  return { ...spec, resources: Object.fromEntries(canonical) };
}

function numbersOf(quantities: unknown): unknown {
  if (typeof quantities !== 'object' || quantities === null || Array.isArray(quantities)) return quantities;
  return Object.fromEntries(
    Object.entries(quantities).map(([resource, value]) => [resource, parseQuantity(String(value)) ?? value]),
  );
}
