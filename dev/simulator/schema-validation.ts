import { isEqualJson, isJsonObject, type JsonObject } from './json.ts';
import type { Schema } from './schema.ts';
import type { Cause } from './status.ts';
import { hasFormat } from './schema-format.ts';

/** What is wrong with a value by its schema, in the words of the real server. */
export function validate(value: unknown, schema: Schema, path = ''): readonly Cause[] {
  if (value === null && schema.nullable) return [];
  const typeCause = checkType(value, schema, path);
  if (typeCause) return [typeCause];
  return [
    ...checkEnum(value, schema, path),
    ...(typeof value === 'string' ? checkText(value, schema, path) : []),
    ...(typeof value === 'number' ? checkNumber(value, schema, path) : []),
    ...(Array.isArray(value) ? checkList(value, schema, path) : []),
    ...(isJsonObject(value) ? checkObject(value, schema, path) : []),
    ...checkCombined(value, schema, path),
  ];
}

export function invalidValue(field: string, value: unknown, message: string): Cause {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${JSON.stringify(value)}: ${message}` };
}

function checkType(value: unknown, schema: Schema, path: string): Cause | undefined {
  const wanted = schema.intOrString ? 'integer,string' : schema.type;
  if (wanted === undefined) return undefined;
  const actual = typeOf(value);
  if (wanted.split(',').includes(actual) || (wanted === 'number' && actual === 'integer')) return undefined;
  const cause = invalidValue(path, actual, `${path} in body must be of type ${wanted}: "${actual}"`);
  return { ...cause, reason: 'FieldValueTypeInvalid' };
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkEnum(value: unknown, schema: Schema, path: string): readonly Cause[] {
  if (!schema.enum || schema.enum.some((allowed) => isEqualJson(allowed, value))) return [];
  const supported = schema.enum.map((allowed) => JSON.stringify(allowed)).join(', ');
  const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`;
  return [{ reason: 'FieldValueNotSupported', field: path, message }];
}

/** Of the length and the pattern only the first that is broken is told. */
function checkText(value: string, schema: Schema, path: string): readonly Cause[] {
  const { format } = schema;
  const broken = brokenText(value, schema, path);
  const causes = broken ? [broken] : [];
  if (format === undefined || hasFormat(value, format)) return causes;
  return [...causes, invalidValue(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`)];
}

function brokenText(value: string, { limits, pattern }: Schema, path: string): Cause | undefined {
  const length = [...value].length;
  if (limits.maxLength !== undefined && length > limits.maxLength) {
    const message = `Too long: may not be longer than ${limits.maxLength}`;
    return { reason: 'FieldValueTooLong', field: path, message };
  }
  if (limits.minLength !== undefined && length < limits.minLength)
    return invalidValue(path, value, `${path} in body should be at least ${limits.minLength} chars long`);
  if (pattern && !pattern.expression.test(value))
    return invalidValue(path, value, `${path} in body should match '${pattern.source}'`);
  return undefined;
}

function checkNumber(value: number, { limits }: Schema, path: string): readonly Cause[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = limits;
  const broken: string[] = [];
  if (minimum !== undefined && (exclusiveMinimum ? value <= minimum : value < minimum))
    broken.push(`should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${minimum}`);
  if (maximum !== undefined && (exclusiveMaximum ? value >= maximum : value > maximum))
    broken.push(`should be less than ${exclusiveMaximum ? '' : 'or equal to '}${maximum}`);
  if (multipleOf !== undefined && value % multipleOf !== 0) broken.push(`should be a multiple of ${multipleOf}`);
  return broken.map((rule) => invalidValue(path, value, `${path} in body ${rule}`));
}

function checkList(list: readonly unknown[], schema: Schema, path: string): readonly Cause[] {
  const { minItems, maxItems } = schema.limits;
  const causes: Cause[] = [];
  if (minItems !== undefined && list.length < minItems)
    causes.push(invalidValue(path, list.length, `${path} in body should have at least ${minItems} items`));
  if (maxItems !== undefined && list.length > maxItems) causes.push(tooMany(path, list.length, maxItems));
  const { items } = schema;
  if (items) list.forEach((item, index) => causes.push(...validate(item, items, `${path}[${index}]`)));
  return [...causes, ...checkUnique(list, schema, path)];
}

function checkUnique(list: readonly unknown[], schema: Schema, path: string): readonly Cause[] {
  if (schema.listType !== 'map' && schema.listType !== 'set') return [];
  const seen = new Set<string>();
  return list.flatMap((item, index) => {
    const identity = JSON.stringify(itemKey(item, schema));
    if (seen.has(identity))
      return [{ reason: 'FieldValueDuplicate', field: `${path}[${index}]`, message: `Duplicate value: ${identity}` }];
    seen.add(identity);
    return [];
  });
}

/** What tells an item of a list map from the others; an item of a set is its own key. */
export function itemKey(item: unknown, schema: Schema): unknown {
  if (schema.listType !== 'map' || !isJsonObject(item)) return item;
  return Object.fromEntries(schema.listMapKeys.map((key) => [key, item[key]]));
}

function checkObject(object: JsonObject, schema: Schema, path: string): readonly Cause[] {
  const { minProperties, maxProperties } = schema.limits;
  const count = Object.keys(object).length;
  const causes: Cause[] = [];
  if (maxProperties !== undefined && count > maxProperties) causes.push(tooMany(path, count, maxProperties));
  if (minProperties !== undefined && count < minProperties)
    causes.push(invalidValue(path, count, `${path} in body should have at least ${minProperties} properties`));
  for (const field of schema.required) {
    if (!Object.hasOwn(object, field)) causes.push(required(join(path, field)));
  }
  if (schema.embedded && path !== '') causes.push(...checkEmbedded(object, path));
  for (const [field, value] of Object.entries(object)) {
    const member = schema.properties.get(field) ?? schema.additional;
    if (member) causes.push(...validate(value, member, join(path, field)));
  }
  return causes;
}

function checkEmbedded(object: JsonObject, path: string): readonly Cause[] {
  return ['apiVersion', 'kind'].flatMap((field) => {
    const value = object[field];
    if (typeof value === 'string' && value !== '') return [];
    return [{ ...required(join(path, field)), message: 'Required value: must not be empty' }];
  });
}

function checkCombined(value: unknown, schema: Schema, path: string): readonly Cause[] {
  const holds = (alternative: Schema): boolean => validate(value, alternative, path).length === 0;
  const causes = schema.allOf.flatMap((part) => validate(value, part, path));
  if (schema.anyOf.length > 0 && !schema.intOrString && !schema.anyOf.some(holds))
    causes.push(invalidValue(path, '', `${path} in body must validate at least one schema (anyOf)`));
  if (schema.oneOf.length > 0 && schema.oneOf.filter(holds).length !== 1)
    causes.push(invalidValue(path, '', `${path} in body must validate one and only one schema (oneOf)`));
  if (schema.not && holds(schema.not))
    causes.push(invalidValue(path, '', `${path} in body must not validate the schema (not)`));
  return causes;
}

function required(field: string): Cause {
  return { reason: 'FieldValueRequired', field, message: 'Required value' };
}

function tooMany(field: string, count: number, most: number): Cause {
  return { reason: 'FieldValueTooMany', field, message: `Too many: ${count}: must have at most ${most} items` };
}

function join(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}
