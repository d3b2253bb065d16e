import { CelError } from './cel.ts';
import { invalidValue } from './causes.ts';
import { isEqualJson, isJsonObject } from './json.ts';
import { correlatedItem, type StructuralSchema, type ValidationRule } from './schema.ts';
import type { Cause } from './status.ts';

/** Path of a value in the object, and the value that it replaces, if the two can be correlated. */
interface RulePosition {
  readonly path: string;
  readonly old: unknown;
  /** The update changes neither this value nor, if it has no correlated old value, what it is part of. */
  readonly isUnchanged: boolean;
  readonly showsValues: boolean;
}

/** Validation rules that an object breaks. */
export interface BrokenRules {
  readonly causes: readonly Cause[];
  /** Rules that an update breaks, but only in values that it does not change. */
  readonly warnings: readonly string[];
}

interface RuleOptions {
  /** The object before an update. */
  readonly old?: unknown;
  /** Whether causes name the value, not the type. */
  readonly showsValues: boolean;
}

/** Evaluates the rules of a schema (`x-kubernetes-validations`) for an object and, in an update, the object before. */
export function evaluateRules(
  value: unknown,
  schema: StructuralSchema,
  { old, showsValues }: RuleOptions,
): BrokenRules {
  const causes: Cause[] = [];
  const warnings: string[] = [];
  const isUnchanged = old !== undefined && isEqualJson(value, old);
  visit(value, schema, { path: '', old, isUnchanged, showsValues }, (cause, rule, place) => {
    if (rule.expression.usesOldSelf || !place.isUnchanged) causes.push(cause);
    else warnings.push(`${cause.field ?? ''}: ${cause.message}`);
  });
  return { causes, warnings };
}

type Report = (cause: Cause, rule: ValidationRule, place: RulePosition) => void;

function visit(value: unknown, schema: StructuralSchema, place: RulePosition, report: Report): void {
  if (value === null || value === undefined) return;
  for (const rule of schema.rules) {
    const cause = evaluate(rule, value, schema, place);
    if (cause) report(cause, rule, place);
  }
  for (const part of schema.allOf) visit(value, part, place, report);
  if (Array.isArray(value)) {
    const { items } = schema;
    if (!items) return;
    value.forEach((item, index) => {
      visit(item, items, below(item, correlatedItem(item, place.old, schema), place, `[${index}]`), report);
    });
  } else if (isJsonObject(value)) {
    for (const [field, member] of Object.entries(value)) {
      const known = schema.properties.get(field);
      const memberSchema = known ?? schema.additional;
      const suffix = known ? `.${field}` : `[${field}]`;
      const old = isJsonObject(place.old) ? place.old[field] : undefined;
      if (memberSchema) visit(member, memberSchema, below(member, old, place, suffix), report);
    }
  }
}

function below(value: unknown, old: unknown, parent: RulePosition, suffix: string): RulePosition {
  const path = `${parent.path}${suffix}`.replace(/^\./u, '');
  const { showsValues } = parent;
  return { path, old, showsValues, isUnchanged: old === undefined ? parent.isUnchanged : isEqualJson(value, old) };
}

function evaluate(
  rule: ValidationRule,
  self: unknown,
  schema: StructuralSchema,
  { path, old, showsValues }: RulePosition,
): Cause | undefined {
  const { expression, message, fieldPath } = rule;
  if (expression.usesOldSelf && (old === undefined || old === null)) return undefined;
  const type = schema.type ?? '';
  try {
    if (expression.evaluate({ self, oldSelf: old }) === true) return undefined;
  } catch (error) {
    if (!(error instanceof CelError)) throw error;
    return invalidValue(path, type, `${error.message} evaluating rule: ${message ?? rule.source}`);
  }
  const isScalar = type !== 'object' && type !== 'array';
  const shown = isScalar ? `: ${JSON.stringify(self)}` : '';
  const value = showsValues ? shown : `: ${JSON.stringify(type)}`;
  const field = `${path}${fieldPath}`;
  return { reason: rule.reason, field, message: textOf(rule, value) };
}

function textOf({ reason, message, source }: ValidationRule, value: string): string {
  const detail = message ?? `failed rule: ${source}`;
  switch (reason) {
    case 'FieldValueRequired':
      return `Required value: ${detail}`;
    case 'FieldValueForbidden':
      return `Forbidden: ${detail}`;
    case 'FieldValueDuplicate':
      return `Duplicate value${value}`;
    default:
      return `Invalid value${value}: ${detail}`;
  }
}
