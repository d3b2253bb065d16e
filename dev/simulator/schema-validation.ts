import { isIP } from 'node:net';
import { invalidValue, requiredValue, tooLongValue, unsupportedValue } from './causes.ts';
import { isEqualJson, isJsonObject, type JsonObject } from './json.ts';
import { correlatedItem, itemKey, type StructuralSchema } from './schema.ts';
import type { Cause } from './status.ts';

/** Path of a value in the object, and the value that it replaces, if the two can be correlated. */
interface ValuePosition {
  readonly path: string;
  /** Undefined if the value is new or the API server cannot correlate it. */
  readonly old?: unknown;
  /** Whether numbers beyond the integer format of the schema have a cause of their own. */
  readonly checksIntegerRange: boolean;
}

/**
 * Validates a value by its schema and returns the causes of kube-apiserver, with fields relative to the root. A value
 * that an update does not change is valid, even if the schema has become stricter since (ratcheting).
 */
export function validateValue(value: unknown, schema: StructuralSchema, place: ValuePosition): readonly Cause[] {
  const { path, old } = place;
  if (old !== undefined && isEqualJson(value, old)) return [];
  if (value === null)
    return schema.nullable ? [] : [...checkType(value, schema, path), ...checkEnum(value, schema, path)];
  return [
    ...checkType(value, schema, path),
    ...checkCombined(value, schema, place),
    ...(typeof value === 'string' ? checkText(value, schema, path) : []),
    ...(typeof value === 'number' ? checkNumber(value, schema, place) : []),
    ...(Array.isArray(value) ? checkList(value, schema, place) : []),
    ...checkEnum(value, schema, path),
    ...(isJsonObject(value) ? checkObject(value, schema, place) : []),
  ];
}

/** Returns a cause for each duplicate item in lists of type `map` and `set`, at any depth. */
export function validateLists(value: unknown, schema: StructuralSchema): readonly Cause[] {
  return checkAll(value, schema, {
    path: '',
    check: (each, its, path) => (Array.isArray(each) ? checkUnique(each, its, path) : []),
  });
}

/** Validates apiVersion and kind of embedded resources, at any depth. */
export function validateEmbedded(value: unknown, schema: StructuralSchema): readonly Cause[] {
  return checkAll(value, schema, {
    path: '',
    check: (each, { embedded }, path) => (embedded && isJsonObject(each) ? checkEmbedded(each, path) : []),
  });
}

interface Check {
  readonly path: string;
  readonly check: (value: unknown, schema: StructuralSchema, path: string) => readonly Cause[];
}

/** Checks a value and, below it, each value that has a schema. */
function checkAll(value: unknown, schema: StructuralSchema, { path, check }: Check): readonly Cause[] {
  const { items, properties, additional } = schema;
  const own = check(value, schema, path);
  if (Array.isArray(value) && items)
    return [...own, ...value.flatMap((item, index) => checkAll(item, items, { path: `${path}[${index}]`, check }))];
  if (!isJsonObject(value)) return own;
  const below = Object.entries(value).flatMap(([field, member]) => {
    const known = properties.get(field);
    if (known) return checkAll(member, known, { path: join(path, field), check });
    return additional ? checkAll(member, additional, { path: `${path}[${field}]`, check }) : [];
  });
  return [...own, ...below];
}

function invalidType(field: string, value: string, message: string): Cause {
  return { ...invalidValue(field, value, message), reason: 'FieldValueTypeInvalid' };
}

function checkType(value: unknown, schema: StructuralSchema, path: string): readonly Cause[] {
  const wanted = schema.intOrString ? 'integer,string' : schema.type;
  if (wanted === undefined) return [];
  const actual = typeOf(value);
  if (wanted.split(',').includes(actual) || (wanted === 'number' && actual === 'integer')) return [];
  return [invalidType(path, actual, `${path} in body must be of type ${wanted}: "${actual}"`)];
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number';
  return typeof value;
}

function checkEnum(value: unknown, schema: StructuralSchema, path: string): readonly Cause[] {
  if (!schema.enum || schema.enum.some((allowed) => isEqualJson(allowed, value))) return [];
  const supported = schema.enum.map((allowed) => (typeof allowed === 'string' ? allowed : JSON.stringify(allowed)));
  return [unsupportedValue(path, value, supported)];
}

/** Reports only the first broken rule of lengths and pattern. */
function checkText(value: string, schema: StructuralSchema, path: string): readonly Cause[] {
  const { format } = schema;
  const broken = brokenText(value, schema, path);
  const causes = broken ? [broken] : [];
  if (format === undefined || hasFormat(value, format)) return causes;
  return [...causes, invalidType(path, value, `${path} in body must be of type ${format}: ${JSON.stringify(value)}`)];
}

function brokenText(value: string, { limits, pattern }: StructuralSchema, path: string): Cause | undefined {
  const length = [...value].length;
  const { maxLength, minLength } = limits;
  if (maxLength !== undefined && length > maxLength) return tooLongValue(path, maxLength);
  if (minLength !== undefined && length < minLength)
    return invalidValue(path, value, `${path} in body should be at least ${minLength} chars long`);
  if (pattern && !pattern.expression.test(value))
    return invalidValue(path, value, `${path} in body should match '${pattern.source}'`);
  return undefined;
}

function checkNumber(
  value: number,
  schema: StructuralSchema,
  { path, checksIntegerRange }: ValuePosition,
): readonly Cause[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema.limits;
  // The API server compares an integer with the integer part of a limit.
  const limit = Number.isInteger(value) ? Math.trunc : (bound: number) => bound;
  const broken: string[] = [];
  if (multipleOf !== undefined && value % multipleOf !== 0) broken.push(`should be a multiple of ${multipleOf}`);
  if (minimum !== undefined && (exclusiveMinimum ? value <= limit(minimum) : value < limit(minimum)))
    broken.push(`should be greater than ${exclusiveMinimum ? '' : 'or equal to '}${limit(minimum)}`);
  if (maximum !== undefined && (exclusiveMaximum ? value >= limit(maximum) : value > limit(maximum)))
    broken.push(`should be less than ${exclusiveMaximum ? '' : 'or equal to '}${limit(maximum)}`);
  return [
    ...(checksIntegerRange ? checkRange(value, schema, path) : []),
    ...broken.map((rule) => invalidValue(path, value, `${path} in body ${rule}`)),
  ];
}

const INT32_MAX = 2 ** 31 - 1;

/** These causes have an empty field, like those of kube-apiserver. */
function checkRange(value: number, { type, format }: StructuralSchema, path: string): readonly Cause[] {
  if (type !== 'integer') return [];
  const fits = Number.isInteger(value) && (format !== 'int32' || (value <= INT32_MAX && value >= -INT32_MAX - 1));
  if (fits) return [];
  const known = format === 'int32' || format === 'int64';
  const kind = known ? `integer with format ${format}` : 'integer (default format)';
  return [invalidValue('', '', `Checked value must be of type ${kind} in ${path}`)];
}

function checkList(
  list: readonly unknown[],
  schema: StructuralSchema,
  { path, old, ...options }: ValuePosition,
): readonly Cause[] {
  const { minItems, maxItems } = schema.limits;
  const { items } = schema;
  const causes: Cause[] = [];
  if (items)
    list.forEach((item, index) => {
      const place = { path: `${path}[${index}]`, old: correlatedItem(item, old, schema), ...options };
      causes.push(...validateValue(item, items, place));
    });
  if (minItems !== undefined && list.length < minItems)
    causes.push(invalidValue(path, list.length, `${path} in body should have at least ${minItems} items`));
  if (maxItems !== undefined && list.length > maxItems) causes.push(tooMany(path, list.length, maxItems));
  return causes;
}

function checkUnique(list: readonly unknown[], schema: StructuralSchema, path: string): readonly Cause[] {
  if (schema.listType !== 'map' && schema.listType !== 'set') return [];
  if (schema.listType === 'map') {
    const index = list.findIndex((item) => item !== null && !isJsonObject(item));
    if (index !== -1)
      return [invalidValue(`${path}[${index}]`, list[index], 'must be an object for an array of list-type map')];
  }
  const times = new Map<string, number>();
  return list.flatMap((item, index) => {
    const identity = JSON.stringify(itemKey(item, schema));
    const before = times.get(identity) ?? 0;
    times.set(identity, before + 1);
    // The API server reports only the second of several equal items.
    if (before !== 1) return [];
    return [{ reason: 'FieldValueDuplicate', field: `${path}[${index}]`, message: `Duplicate value: ${identity}` }];
  });
}

function checkObject(
  object: JsonObject,
  schema: StructuralSchema,
  { path, old, ...options }: ValuePosition,
): readonly Cause[] {
  const { minProperties, maxProperties } = schema.limits;
  const count = Object.keys(object).length;
  const causes: Cause[] = [];
  if (minProperties !== undefined && count < minProperties)
    causes.push(invalidValue(path, count, `${path} in body should have at least ${minProperties} properties`));
  if (maxProperties !== undefined && count > maxProperties) causes.push(tooMany(path, count, maxProperties));
  for (const [field, value] of Object.entries(object)) {
    const member = schema.properties.get(field) ?? schema.additional;
    const place = { path: join(path, field), old: isJsonObject(old) ? old[field] : undefined, ...options };
    if (member) causes.push(...validateValue(value, member, place));
  }
  for (const field of schema.required) {
    if (!Object.hasOwn(object, field)) causes.push(requiredValue(join(path, field)));
  }
  return causes;
}

function checkEmbedded(object: JsonObject, path: string): readonly Cause[] {
  return ['apiVersion', 'kind'].flatMap((field) => {
    const value = object[field];
    const place = join(path, field);
    if (value === undefined) return [requiredValue(place)];
    if (typeof value !== 'string') return [invalidValue(place, value, 'must be a string')];
    return value === '' ? [invalidValue(place, value, 'must not be empty')] : [];
  });
}

function tooMany(field: string, count: number, most: number): Cause {
  const items = most === 1 ? 'item' : 'items';
  return { reason: 'FieldValueTooMany', field, message: `Too many: ${count}: must have at most ${most} ${items}` };
}

function join(path: string, field: string): string {
  return path === '' ? field : `${path}.${field}`;
}

/**
 * Checks `anyOf`, `oneOf`, `allOf` and `not`. The API server reports their failures about the object as a whole, beside
 * the causes of the alternative that comes closest.
 */
function checkCombined(value: unknown, schema: StructuralSchema, place: ValuePosition): readonly Cause[] {
  const causesOf = (part: StructuralSchema) => validateValue(value, part, { ...place, old: undefined });
  const fails = (rule: string) => invalidValue('', '', `${JSON.stringify(place.path)} must ${rule}`);
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

/** Returns whether a string has a format of the OpenAPI registry. Every string has an unknown format. */
function hasFormat(value: string, format: string): boolean {
  switch (format) {
    case 'date-time':
      return /^\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/u.test(value) && isTime(value);
    case 'date':
      return /^\d{4}-\d\d-\d\d$/u.test(value) && isTime(value);
    case 'duration':
      return /^-?(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h))+$/u.test(value) || value === '0';
    case 'uuid':
      return /^[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}$/iu.test(value);
    case 'byte':
      return /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/u.test(value);
    case 'email':
      return /^[^\s@]+@[^\s@]+$/u.test(value);
    case 'ipv4':
      return isIP(value) === 4;
    case 'ipv6':
      return isIP(value) === 6;
    case 'uri':
      return URL.canParse(value);
    default:
      return true;
  }
}

function isTime(value: string): boolean {
  return !Number.isNaN(Date.parse(value.replace(' ', 'T')));
}
