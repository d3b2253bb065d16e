import { unredacted } from '../../graphql/node.ts';
import { compileSelector, type LabelSelector, type SelectorObject } from '../../kubernetes/label-selector.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { Namespace, type NamespaceObject } from '../namespace/resource.ts';
import { workspaceKindSpecOf, type FilterMatch, type FilterRuleSpec, type WorkspaceKindObject } from './resource.ts';

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

const NAMESPACE_LABELS = Symbol('labels of the namespace in which a kind is looked at');

/** A kind, possibly as it is offered in one namespace. */
export type WorkspaceKindInContext = WorkspaceKindObject & { readonly [NAMESPACE_LABELS]?: FilterLabels['namespace'] };

/** The kind as it is offered in a namespace: its rules are applied with the labels of that namespace. */
export function inNamespace(
  workspaceKind: WorkspaceKindObject,
  labels: FilterLabels['namespace'],
): WorkspaceKindInContext {
  return { ...workspaceKind, [NAMESPACE_LABELS]: labels };
}

/** The labels of the namespace in which the kind is looked at. Undefined: in none. */
export function namespaceLabelsOf(workspaceKind: WorkspaceKindInContext): FilterLabels['namespace'] {
  return workspaceKind[NAMESPACE_LABELS];
}

/** Undefined for a namespace that does not exist: it is the same as none. */
export function labelsOfNamespace(client: ViewerClient, name: string): FilterLabels['namespace'] {
  const namespace = client.reader.prefetched(Namespace).get({ name });
  return namespace && labelsOf(namespace);
}

/** Rules look at the labels of a namespace also where the viewer may not. Undefined where only its name is known to us too. */
export function labelsOf(namespace: NamespaceObject): FilterLabels['namespace'] {
  const { resourceVersion, labels = {} } = unredacted(namespace).metadata;
  return resourceVersion === '' ? undefined : labels;
}

export function isHidden(workspaceKind: WorkspaceKindInContext): boolean {
  return workspaceKindSpecOf(workspaceKind).spawner?.hidden === true || workspaceKindVerdict(workspaceKind).hidden;
}

/** Whether the rules take the kind out of what its namespace is offered. */
export function isRemoved(workspaceKind: WorkspaceKindInContext): boolean {
  return workspaceKindVerdict(workspaceKind).removed;
}

/** What the rules say of the kind where it is looked at. */
export function workspaceKindVerdict(workspaceKind: WorkspaceKindInContext): ReturnType<typeof filterVerdict> {
  return filterVerdict(workspaceKind, 'WORKSPACE_KIND', { namespace: namespaceLabelsOf(workspaceKind) });
}
