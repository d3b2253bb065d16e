import { type CelExpression, parseCel } from './cel.ts';
import { isEqualJson, isJsonObject, type JsonObject, listAt, objectAt, stringAt, stringsAt } from './json.ts';

/** Parsed structural schema of a CustomResourceDefinition. */
export interface StructuralSchema {
  readonly type?: string | undefined;
  readonly properties: ReadonlyMap<string, StructuralSchema>;
  /** Schema of members that are not in `properties`; if undefined, they are pruned. */
  readonly additional?: StructuralSchema | undefined;
  readonly items?: StructuralSchema | undefined;
  readonly required: readonly string[];
  readonly nullable: boolean;
  /** Undefined if there is no default. */
  readonly default: unknown;
  readonly intOrString: boolean;
  readonly preservesUnknown: boolean;
  readonly embedded: boolean;
  readonly listType?: string | undefined;
  readonly listMapKeys: readonly string[];
  readonly enum?: readonly unknown[] | undefined;
  readonly format?: string | undefined;
  readonly pattern?: { readonly source: string; readonly expression: RegExp } | undefined;
  readonly limits: Limits;
  readonly allOf: readonly StructuralSchema[];
  readonly anyOf: readonly StructuralSchema[];
  readonly oneOf: readonly StructuralSchema[];
  readonly not?: StructuralSchema | undefined;
  /** Rules in the subset of CEL that `parseCel` accepts; other rules always hold. */
  readonly rules: readonly ValidationRule[];
  /** Whether this schema or one below it has rules, in the subset or not. */
  readonly hasRules: boolean;
}

/** One entry of `x-kubernetes-validations`. */
export interface ValidationRule {
  readonly expression: CelExpression;
  readonly source: string;
  readonly message?: string | undefined;
  readonly reason: string;
  /** Suffix of the reported field, such as `.name`; empty for the value itself. */
  readonly fieldPath: string;
}

interface Limits {
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum: boolean;
  readonly exclusiveMaximum: boolean;
  readonly multipleOf?: number | undefined;
  readonly minLength?: number | undefined;
  readonly maxLength?: number | undefined;
  readonly minItems?: number | undefined;
  readonly maxItems?: number | undefined;
  readonly minProperties?: number | undefined;
  readonly maxProperties?: number | undefined;
}

/** Parses `openAPIV3Schema`. Unknown keywords are ignored. */
export function parseSchema(value: JsonObject): StructuralSchema {
  const schema = parseStructure(value);
  const below = [...schema.properties.values(), ...schema.allOf, schema.additional, schema.items];
  const hasRules = listAt(value, RULES).length > 0 || below.some((member) => member?.hasRules === true);
  return { ...schema, rules: parseValidationRules(value), hasRules };
}

const RULES = 'x-kubernetes-validations';

function parseStructure(value: JsonObject): Omit<StructuralSchema, 'rules' | 'hasRules'> {
  const additional = value['additionalProperties'];
  return {
    type: stringAt(value, 'type'),
    properties: parseProperties(value),
    additional: isJsonObject(additional) ? parseSchema(additional) : undefined,
    items: parseMember(value, 'items'),
    required: stringsAt(value, 'required'),
    nullable: value['nullable'] === true,
    default: value['default'],
    intOrString: value['x-kubernetes-int-or-string'] === true,
    preservesUnknown: value['x-kubernetes-preserve-unknown-fields'] === true || additional === true,
    embedded: value['x-kubernetes-embedded-resource'] === true,
    listType: stringAt(value, 'x-kubernetes-list-type'),
    listMapKeys: stringsAt(value, 'x-kubernetes-list-map-keys'),
    enum: Array.isArray(value['enum']) ? value['enum'] : undefined,
    format: stringAt(value, 'format'),
    pattern: parsePattern(value),
    limits: parseLimits(value),
    allOf: parseList(value, 'allOf'),
    anyOf: parseList(value, 'anyOf'),
    oneOf: parseList(value, 'oneOf'),
    not: parseMember(value, 'not'),
  };
}

function parseProperties(value: JsonObject): ReadonlyMap<string, StructuralSchema> {
  const entries = Object.entries(objectAt(value, 'properties'));
  return new Map(entries.map(([name, member]) => [name, parseSchema(isJsonObject(member) ? member : {})]));
}

function parseMember(value: JsonObject, field: string): StructuralSchema | undefined {
  const member = value[field];
  return isJsonObject(member) ? parseSchema(member) : undefined;
}

function parseList(value: JsonObject, field: string): readonly StructuralSchema[] {
  return listAt(value, field).filter(isJsonObject).map(parseSchema);
}

function parsePattern(value: JsonObject): StructuralSchema['pattern'] {
  const source = stringAt(value, 'pattern');
  return source === undefined ? undefined : { source, expression: compilePattern(source) };
}

/** Go patterns may escape characters that need no escape, which JavaScript accepts only without the u flag. */
function compilePattern(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch {
    // oxlint-disable-next-line require-unicode-regexp -- see above
    return new RegExp(source);
  }
}

function parseLimits(value: JsonObject): Limits {
  return {
    minimum: numberAt(value, 'minimum'),
    maximum: numberAt(value, 'maximum'),
    exclusiveMinimum: value['exclusiveMinimum'] === true,
    exclusiveMaximum: value['exclusiveMaximum'] === true,
    multipleOf: numberAt(value, 'multipleOf'),
    minLength: numberAt(value, 'minLength'),
    maxLength: numberAt(value, 'maxLength'),
    minItems: numberAt(value, 'minItems'),
    maxItems: numberAt(value, 'maxItems'),
    minProperties: numberAt(value, 'minProperties'),
    maxProperties: numberAt(value, 'maxProperties'),
  };
}

function parseValidationRules(value: JsonObject): readonly ValidationRule[] {
  return listAt(value, RULES).flatMap((rule) => {
    const source = stringAt(rule, 'rule')?.trim() ?? '';
    const expression = parseCel(source);
    if (!expression) return [];
    const fieldPath = stringAt(rule, 'fieldPath') ?? '';
    const reason = stringAt(rule, 'reason') ?? 'FieldValueInvalid';
    return [{ expression, source, message: stringAt(rule, 'message')?.trim(), reason, fieldPath }];
  });
}

function numberAt(value: JsonObject, field: string): number | undefined {
  const member = value[field];
  return typeof member === 'number' ? member : undefined;
}

/** Returns the keys of an item of a list of type `map`; an item of a set is its own key. */
export function itemKey(item: unknown, schema: StructuralSchema): unknown {
  if (schema.listType !== 'map' || !isJsonObject(item)) return item;
  return Object.fromEntries(schema.listMapKeys.map((key) => [key, item[key]]));
}

/** Returns the item of the old list with the same keys. Lists of other types have no items that correspond. */
export function correlatedItem(item: unknown, old: unknown, schema: StructuralSchema): unknown {
  if (schema.listType !== 'map' || !Array.isArray(old)) return undefined;
  const key = itemKey(item, schema);
  return old.find((candidate) => isEqualJson(itemKey(candidate, schema), key));
}
