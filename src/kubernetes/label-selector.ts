import { LRUCache } from 'lru-cache';
import { quoted } from './excerpt.ts';
import { labelClause, type TermClause } from './object-terms.ts';
import { StatusError } from './status-error.ts';

type Labels = Readonly<Record<string, string>>;

/** Returns whether an object with these labels matches. */
export type LabelSelector = (labels: Labels | undefined) => boolean;

/** A label selector with the terms by which an index finds objects that may match: all of its requirements. */
interface IndexableSelector extends LabelSelector {
  readonly clauses: readonly TermClause[];
}

/** One requirement of a selector. */
interface Requirement {
  readonly matches: (labels: Labels) => boolean;
  readonly clause: TermClause;
}

const NAME = String.raw`[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?`;
const DNS_LABEL = '[a-z0-9](?:[-a-z0-9]*[a-z0-9])?';
const KEY = String.raw`(?:(?=[^/]{1,253}/)${DNS_LABEL}(?:\.${DNS_LABEL})*/)?${NAME}`;
const VALUE = `(?:${NAME})?`;
const EXISTS = new RegExp(String.raw`^(!?)\s*(${KEY})$`, 'u');
const COMPARISON = new RegExp(String.raw`^(${KEY})\s*(==|=|!=|>|<)\s*(${VALUE})$`, 'u');
const SET_MEMBERSHIP = new RegExp(String.raw`^(${KEY})\s+(in|notin)\s*\(([^()]*)\)$`, 'u');
const LABEL_KEY = new RegExp(`^${KEY}$`, 'u');
const LABEL_VALUE = new RegExp(`^${VALUE}$`, 'u');
const INTEGER = /^-?\d+$/u;

/**
 * Parses a label selector in the
 * [Kubernetes grammar](https://kubernetes.io/docs/concepts/overview/working-with-objects/labels/#label-selectors): `a=b`,
 * `a==b`, `a!=b`, `a in (b,c)`, `a notin (b,c)`, `a`, `!a`, `a>1`, `a<1`, joined by commas. An empty text matches all
 * objects. `!=` and `notin` also match objects without the label.
 * @throws {SyntaxError} naming the invalid requirement, or if there are more than {@link MAX_REQUIREMENTS}
 * @throws {StatusError} BadRequest if the selector is longer than {@link MAX_SELECTOR_LENGTH}
 */
export function parseLabelSelector(text: string): IndexableSelector {
  assertSelectorLength('label', text);
  const known = parsedSelectors.get(text);
  if (known) return known;
  const selector = parse(text);
  parsedSelectors.set(text, selector);
  return selector;
}

/** Parsed selectors by text: a list, and each of the subscriptions that select by the same labels, parse theirs once. */
const parsedSelectors = new LRUCache<string, IndexableSelector>({
  maxSize: 1_000_000,
  sizeCalculation: (_, text) => text.length + 100,
});

function parse(text: string): IndexableSelector {
  const parts = splitRequirements(text);
  if (parts.length > MAX_REQUIREMENTS)
    throw new SyntaxError(
      `Expected a label selector of at most ${MAX_REQUIREMENTS} requirements, got ${parts.length}.`,
    );
  const requirements = parts.map(parseRequirement);
  const clauses = requirements.map(({ clause }) => clause);
  const [only, ...others] = requirements;
  if (only && others.length === 0) return Object.assign((labels: Labels = {}) => only.matches(labels), { clauses });
  const matchesAll = (labels: Labels = {}) => requirements.every(({ matches }) => matches(labels));
  return Object.assign(matchesAll, { clauses });
}

/** Returns the text as the engine stores names of properties: with any other, it searches the name on each access. */
function propertyName(text: string): string {
  return Object.keys({ [text]: true })[0] ?? text;
}

/** Maximum length of a selector in characters: it is a part of request URLs, which many proxies limit to 8 or 16 kB. */
const MAX_SELECTOR_LENGTH = 8_000;
/** Maximum number of requirements, as each costs a check for each object. */
const MAX_REQUIREMENTS = 200;

/** @throws {StatusError} BadRequest if a selector is longer than {@link MAX_SELECTOR_LENGTH} */
export function assertSelectorLength(type: 'label' | 'field', selector: string | undefined): void {
  const length = selector?.length ?? 0;
  if (length <= MAX_SELECTOR_LENGTH) return;
  const message = `Expected a ${type} selector of at most ${MAX_SELECTOR_LENGTH} characters, got ${length}.`;
  throw new StatusError({ code: 400, reason: 'BadRequest', message });
}

/** Splits a selector at commas outside of parentheses, in one pass. */
function splitRequirements(text: string): string[] {
  if (text.trim() === '') return [];
  const requirements: string[] = [];
  let start = 0;
  let isInParentheses = false;
  for (let index = 0; index <= text.length; index += 1) {
    const character = text[index];
    if (character === '(') isInParentheses = true;
    if (character === ')') isInParentheses = false;
    if (index < text.length && (character !== ',' || isInParentheses)) continue;
    requirements.push(text.slice(start, index).trim());
    start = index + 1;
  }
  return requirements;
}

function parseRequirement(text: string): Requirement {
  const exists = EXISTS.exec(text);
  if (exists) {
    const [, not, name = ''] = exists;
    const key = propertyName(name);
    const clause = labelClause([key], not !== '');
    return { matches: (labels) => Object.hasOwn(labels, key) === (not === ''), clause };
  }
  const compared = COMPARISON.exec(text);
  if (compared) {
    const [, key = '', operator, value = ''] = compared;
    return comparison(text, propertyName(key), operator, value);
  }
  const among = SET_MEMBERSHIP.exec(text);
  if (among) {
    const [, name = '', operator, list = ''] = among;
    const key = propertyName(name);
    const values = new Set(list.split(',').map((value) => value.trim()));
    for (const value of values) if (!LABEL_VALUE.test(value)) throw invalidRequirement(text);
    const isIn = (labels: Labels) => Object.hasOwn(labels, key) && values.has(labels[key] ?? '');
    const clause = labelClause(
      Array.from(values, (value) => `${key}=${value}`),
      operator === 'notin',
    );
    return { matches: operator === 'in' ? isIn : (labels) => !isIn(labels), clause };
  }
  throw invalidRequirement(text);
}

function comparison(text: string, key: string, operator: string | undefined, value: string): Requirement {
  const clause = labelClause([`${key}=${value}`], operator === '!=');
  if (operator === '!=') return { matches: (labels) => labels[key] !== value, clause };
  if (operator === '=' || operator === '==') return { matches: (labels) => labels[key] === value, clause };
  if (!INTEGER.test(value)) throw invalidRequirement(text);
  const bound = Number(value);
  const matches = (labels: Labels) => {
    const label = labels[key] ?? '';
    if (!INTEGER.test(label)) return false;
    return operator === '>' ? Number(label) > bound : Number(label) < bound;
  };
  const { terms } = labelClause([key], false);
  return { matches, clause: { terms, isExcluded: false } };
}

function invalidRequirement(text: string): SyntaxError {
  return new SyntaxError(
    `Expected a label selector such as "team=ml,tier in (dev,test),!legacy", got ${quoted(text)} as one of its requirements.`,
  );
}

/** `metav1.LabelSelector`, the form in objects. */
export interface SelectorObject {
  readonly matchLabels?: Labels | null;
  readonly matchExpressions?:
    | readonly { readonly key?: string; readonly operator?: string; readonly values?: readonly string[] | null }[]
    | null;
}

/**
 * Compiles a `metav1.LabelSelector`; one without requirements matches all objects. Returns undefined if it is invalid.
 */
export function compileSelector({ matchLabels, matchExpressions }: SelectorObject): LabelSelector | undefined {
  const equal = Object.entries(matchLabels ?? {}).map(([key, value]): LabelSelector | undefined =>
    LABEL_KEY.test(key) && LABEL_VALUE.test(value) ? (labels = {}) => labels[key] === value : undefined,
  );
  const expressions = (matchExpressions ?? []).map(compileExpression);
  const requirements: LabelSelector[] = [];
  for (const requirement of [...equal, ...expressions]) {
    if (!requirement) return undefined;
    requirements.push(requirement);
  }
  return (labels) => requirements.every((matches) => matches(labels));
}

function compileExpression(
  expression: NonNullable<SelectorObject['matchExpressions']>[number],
): LabelSelector | undefined {
  const { key, operator } = expression;
  const values = new Set(expression.values);
  if (!key || !LABEL_KEY.test(key) || ![...values].every((value) => LABEL_VALUE.test(value))) return undefined;
  switch (operator ?? '') {
    case 'In':
      return values.size === 0
        ? undefined
        : (labels = {}) => Object.hasOwn(labels, key) && values.has(labels[key] ?? '');
    case 'NotIn':
      return values.size === 0
        ? undefined
        : (labels = {}) => !Object.hasOwn(labels, key) || !values.has(labels[key] ?? '');
    case 'Exists':
      return values.size > 0 ? undefined : (labels = {}) => Object.hasOwn(labels, key);
    case 'DoesNotExist':
      return values.size > 0 ? undefined : (labels = {}) => !Object.hasOwn(labels, key);
    default:
      return undefined;
  }
}
