import { unredacted } from '../../graphql/node.ts';
import { compileSelector, type LabelSelector, type SelectorObject } from '../../kubernetes/label-selector.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { Namespace, type NamespaceObject } from '../namespace/resource.ts';
import { workspaceKindSpecOf, type FilterMatch, type FilterRuleSpec, type WorkspaceKindObject } from './resource.ts';

type Labels = Readonly<Record<string, string>>;

type FilterScope = 'WORKSPACE_KIND' | 'IMAGE_CONFIG' | 'POD_CONFIG';

/**
 * Labels that a rule can match. A condition on absent labels never holds, not even `NotIn` or `DoesNotExist`; a
 * condition
 * on empty labels may.
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

const nothingSaid: FilterVerdict = { hidden: false, removed: false, denied: false, deniedMessage: null };

/** Returns the effect of the first rule of this scope whose conditions all hold. Later rules are ignored. */
export function filterVerdict(
  workspaceKind: WorkspaceKindObject,
  scope: FilterScope,
  labels: FilterLabels,
): FilterVerdict {
  const rule = (workspaceKindSpecOf(workspaceKind).filterRules ?? []).find(
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

const NAMESPACE_LABELS = Symbol('labels of the namespace in which a WorkspaceKind is offered');

/** WorkspaceKind, optionally as it is offered in one namespace. */
export type WorkspaceKindInContext = WorkspaceKindObject & { readonly [NAMESPACE_LABELS]?: FilterLabels['namespace'] };

/**
 * Returns the WorkspaceKind as offered in a namespace: its filter rules are applied with the labels of that namespace.
 */
export function inNamespace(
  workspaceKind: WorkspaceKindObject,
  labels: FilterLabels['namespace'],
): WorkspaceKindInContext {
  return { ...workspaceKind, [NAMESPACE_LABELS]: labels };
}

/** Returns the labels of the namespace of {@link inNamespace}. Undefined if there is none. */
export function namespaceLabelsOf(workspaceKind: WorkspaceKindInContext): FilterLabels['namespace'] {
  return workspaceKind[NAMESPACE_LABELS];
}

/** Returns the labels of a namespace. Undefined if it does not exist. */
export function labelsOfNamespace(client: ViewerClient, name: string): FilterLabels['namespace'] {
  const namespace = client.reader.prefetched(Namespace).get({ name });
  return namespace && labelsOf(namespace);
}

/**
 * Returns the labels of a namespace, also if the viewer may not read them: filter rules apply to all viewers. Undefined
 * if
 * the cache does not have the namespace.
 */
export function labelsOf(namespace: NamespaceObject): FilterLabels['namespace'] {
  const { resourceVersion, labels = {} } = unredacted(namespace).metadata;
  return resourceVersion === '' ? undefined : labels;
}

export function isHidden(workspaceKind: WorkspaceKindInContext): boolean {
  return workspaceKindSpecOf(workspaceKind).spawner?.hidden === true || workspaceKindVerdict(workspaceKind).hidden;
}

/** Whether filter rules remove the WorkspaceKind from the offers of its namespace. */
export function isRemoved(workspaceKind: WorkspaceKindInContext): boolean {
  return workspaceKindVerdict(workspaceKind).removed;
}

/** Returns the effect of the filter rules on the WorkspaceKind itself. */
export function workspaceKindVerdict(workspaceKind: WorkspaceKindInContext): ReturnType<typeof filterVerdict> {
  return filterVerdict(workspaceKind, 'WORKSPACE_KIND', { namespace: namespaceLabelsOf(workspaceKind) });
}
