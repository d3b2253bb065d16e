import { compileSelector, type LabelSelector, type SelectorObject } from '../../kubernetes/label-selector.ts';
import { kindSpecOf, type FilterMatch, type FilterRuleSpec, type WorkspaceKindObject } from './resource.ts';

type Labels = Readonly<Record<string, string>>;

export type FilterScope = 'WORKSPACE_KIND' | 'IMAGE_CONFIG' | 'POD_CONFIG';

/**
 * What a rule may look at. Absent is not the same as without labels: a condition on what is absent never holds, not even
 * `NotIn` or `DoesNotExist`.
 */
export interface FilterLabels {
  readonly namespace?: Labels | undefined;
  readonly imageConfig?: Labels | undefined;
  readonly podConfig?: Labels | undefined;
}

/** What the rules say of a kind or an option. */
export interface FilterVerdict {
  readonly hidden: boolean;
  /** Not to be shown at all. */
  readonly removed: boolean;
  readonly denied: boolean;
  readonly deniedMessage: string | null;
}

const nothingSaid: FilterVerdict = { hidden: false, removed: false, denied: false, deniedMessage: null };

/** The first rule of this scope whose conditions all hold decides everything; later rules are not merged in. */
export function filterVerdict(kind: WorkspaceKindObject, scope: FilterScope, labels: FilterLabels): FilterVerdict {
  const rule = (kindSpecOf(kind).filterRules ?? []).find(
    (candidate) => candidate.scope === scope && conditionsOf(candidate).holds(labels),
  );
  if (!rule) return nothingSaid;
  const { ui, api } = rule.effect ?? {};
  return {
    hidden: ui?.hide === true,
    removed: api?.hide === true,
    denied: api?.deny === true,
    deniedMessage: (api?.deny && api.denyMessage?.text) || null,
  };
}

interface Conditions {
  readonly holds: (labels: FilterLabels) => boolean;
}

const compiled = new WeakMap<FilterRuleSpec, Conditions>();

/** Conditions that cannot be read are dropped, and a rule that has none left never holds. */
function conditionsOf(rule: FilterRuleSpec): Conditions {
  let conditions = compiled.get(rule);
  if (!conditions) {
    const readable = (rule.match ?? []).map(compileMatch).filter((match) => match !== undefined);
    conditions = { holds: (labels) => readable.length > 0 && readable.every((holds) => holds(labels)) };
    compiled.set(rule, conditions);
  }
  return conditions;
}

function compileMatch({
  matchNamespace,
  matchImageConfig,
  matchPodConfig,
}: FilterMatch): ((labels: FilterLabels) => boolean) | undefined {
  if (matchNamespace) return on('namespace', matchNamespace.selector);
  if (matchImageConfig) return on('imageConfig', matchImageConfig.selector);
  if (matchPodConfig) return on('podConfig', matchPodConfig.selector);
  return undefined;
}

function on(
  source: keyof FilterLabels,
  selector: SelectorObject | undefined,
): ((labels: FilterLabels) => boolean) | undefined {
  const matches: LabelSelector | undefined = compileSelector(selector ?? {});
  return matches && ((labels) => labels[source] !== undefined && matches(labels[source]));
}
