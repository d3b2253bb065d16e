import type { Schema } from './schema.ts';
import type { Cause } from './status.ts';

type Validate<P> = (value: unknown, schema: Schema, place: P) => readonly Cause[];

/**
 * Checks `anyOf`, `oneOf`, `allOf` and `not`. The API server reports their failures about the object as a whole, beside
 * the causes of the alternative that comes closest.
 */
export function checkCombined<P extends { readonly path: string; readonly old?: unknown }>(
  value: unknown,
  schema: Schema,
  place: P,
  validate: Validate<P>,
): readonly Cause[] {
  const causesOf = (part: Schema) => validate(value, part, { ...place, old: undefined });
  const fails = (rule: string) => failure(`${JSON.stringify(place.path)} must ${rule}`);
  const causes: Cause[] = [];
  const anyOf = schema.intOrString ? [] : schema.anyOf.map(causesOf);
  if (anyOf.length > 0 && anyOf.every(({ length }) => length > 0))
    causes.push(fails('validate at least one schema (anyOf)'), ...closest(anyOf));
  const oneOf = schema.oneOf.map(causesOf);
  const matches = oneOf.filter(({ length }) => length === 0).length;
  if (oneOf.length > 0 && matches !== 1) {
    const found = matches === 0 ? 'Found none valid' : `Found ${matches} valid alternatives`;
    causes.push(fails(`validate one and only one schema (oneOf). ${found}`), ...closest(oneOf));
  }
  const allOf = schema.allOf.map(causesOf);
  causes.push(...allOf.flat());
  if (allOf.some(({ length }) => length > 0)) {
    const none = allOf.every(({ length }) => length > 0) ? '. None validated' : '';
    causes.push(fails(`validate all the schemas (allOf)${none}`));
  }
  if (schema.not && causesOf(schema.not).length === 0) causes.push(fails('not validate the schema (not)'));
  return causes;
}

function closest(alternatives: readonly (readonly Cause[])[]): readonly Cause[] {
  return alternatives.reduce((best, causes) => (causes.length < best.length ? causes : best), alternatives[0] ?? []);
}

function failure(message: string): Cause {
  return { reason: 'FieldValueInvalid', field: '', message: `Invalid value: "": ${message}` };
}
