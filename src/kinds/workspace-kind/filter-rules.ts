import { unredacted } from '../../graphql/node.ts';
import { compileSelector, type LabelSelector, type SelectorObject } from '../../kubernetes/label-selector.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { Namespace, type NamespaceObject } from '../namespace/resource.ts';
import { workspaceKindSpecOf, type FilterMatch, type FilterRuleSpec, type WorkspaceKindObject } from './resource.ts';

type Labels = Readonly<Record<string, string>>;

type FilterScope = 'WORKSPACE_KIND' | 'IMAGE_CONFIG' | 'POD_CONFIG';

/**
 * Labels that a rule can match. A condition on absent labels never holds, not even `NotIn` or `DoesNotExist`;
 * a condition on empty labels may.
 */
export interface FilterLabels {
  readonly namespace?: Labels | undefined;
  readonly imageConfig?: Labels | undefined;
  readonly podConfig?: Labels | undefined;
}

/** Effect of the filter rules on a WorkspaceKind or an option. */
export interface FilterVerdict {
  readonly hidden: boolean;
  /** Whether it is removed from all lists of offers. */
  readonly removed: boolean;
  readonly denied: boolean;
  readonly deniedMessage: string | null;
}

/** Effect if no rule holds. */
export const NO_EFFECT: FilterVerdict = { hidden: false, removed: false, denied: false, deniedMessage: null };

/** Returns the effect of the first rule of this scope whose conditions all hold. Later rules are ignored. */
export function filterVerdict(
  workspaceKind: WorkspaceKindObject,
  scope: FilterScope,
  labels: FilterLabels,
): FilterVerdict {
  const rule = (workspaceKindSpecOf(workspaceKind).filterRules ?? []).find(
    (candidate) => candidate.scope === scope && conditionsOf(candidate).holds(labels),
  );
  if (!rule) return NO_EFFECT;
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

/** Compiles the conditions of a rule once. Malformed conditions are dropped; a rule without any other never holds. */
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

/** Returns the labels of a namespace. Undefined if it does not exist. */
export function labelsOfNamespace(client: ViewerClient, name: string): FilterLabels['namespace'] {
  const namespace = client.reader.prefetched(Namespace).get({ name });
  return namespace && labelsOf(namespace);
}

/** Whether the viewer sees the namespace, in full or redacted, and not only its name. */
export function isVisible(namespace: NamespaceObject): boolean {
  return namespace.metadata.resourceVersion !== '';
}

/**
 * Returns the labels of a namespace, also if the viewer may not read them: filter rules apply to all viewers. Undefined if
 * the viewer sees only the name of the namespace.
 */
export function labelsOf(namespace: NamespaceObject): FilterLabels['namespace'] {
  return isVisible(namespace) ? (unredacted(namespace).metadata.labels ?? {}) : undefined;
}
