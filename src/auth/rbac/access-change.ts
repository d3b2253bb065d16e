import { coversAction, EVERY_ACTION, type Action, type PolicyRule } from './policy-rules.ts';

/** Change of a role or binding, as far as it can change decisions. */
export interface AccessChange {
  /** Keys of the subjects whose decisions it can change. `all` if every viewer's decisions may have changed. */
  readonly subjects: readonly string[] | 'all';
  /** Null for the whole cluster. */
  readonly namespace: string | null;
  /** Rules that apply only before the change, or only after it. */
  readonly rules: readonly PolicyRule[];
}

/** Change after which no earlier decision is certain. */
export const EVERYTHING: AccessChange = { subjects: 'all', namespace: null, rules: [EVERY_ACTION] };

/** Requests that a decision is about. Omitted parts stand for any. */
interface AccessInterest extends Action {
  /** Null for requests for all namespaces. */
  readonly namespace?: string | null | undefined;
  /** Null for requests for all names. */
  readonly name?: string | null | undefined;
}

/** Returns whether a change can change the decision about a request of one of its subjects. */
export function isAffected(interest: AccessInterest, { namespace, rules }: AccessChange): boolean {
  const isElsewhere = namespace !== null && interest.namespace !== undefined && interest.namespace !== namespace;
  if (isElsewhere) return false;
  return rules.some((rule) => coversAction(rule, interest) && coversName(rule, interest.name));
}

/** Returns the rules that are in one of two lists only. */
export function rulesThatDiffer(before: readonly PolicyRule[], after: readonly PolicyRule[]): readonly PolicyRule[] {
  if (before === after) return [];
  const [old, current] = [before, after].map((rules) => new Set(rules.map((rule) => JSON.stringify(rule))));
  return [
    ...before.filter((rule) => !current?.has(JSON.stringify(rule))),
    ...after.filter((rule) => !old?.has(JSON.stringify(rule))),
  ];
}

function coversName({ resourceNames }: PolicyRule, name: string | null | undefined): boolean {
  if (resourceNames.length === 0 || name === undefined) return true;
  return name !== null && resourceNames.includes(name);
}
