import { parseCel, type CelExpression } from './cel.ts';
import { isJsonObject, listAt, objectAt, textAt, textsAt, type JsonObject } from './json.ts';

/** A structural schema as a CustomResourceDefinition gives it, read once. */
export interface Schema {
  readonly type?: string | undefined;
  readonly properties: ReadonlyMap<string, Schema>;
  /** The schema of members that `properties` does not name; without one they are pruned. */
  readonly additional?: Schema | undefined;
  readonly items?: Schema | undefined;
  readonly required: readonly string[];
  readonly nullable: boolean;
  /** Undefined where there is none: a default cannot be undefined, only null. */
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
  readonly allOf: readonly Schema[];
  readonly anyOf: readonly Schema[];
  readonly oneOf: readonly Schema[];
  readonly not?: Schema | undefined;
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

/** Reads `openAPIV3Schema`. What is not understood is left out, so that it does not constrain. */
export function readSchema(value: JsonObject): Schema {
  const schema = readStructure(value);
  const below = [...schema.properties.values(), ...schema.allOf, schema.additional, schema.items];
  const hasRules = listAt(value, RULES).length > 0 || below.some((member) => member?.hasRules === true);
  return { ...schema, rules: readRules(value), hasRules };
}

const RULES = 'x-kubernetes-validations';

function readStructure(value: JsonObject): Omit<Schema, 'rules' | 'hasRules'> {
  const additional = value['additionalProperties'];
  return {
    type: textAt(value, 'type'),
    properties: readProperties(value),
    additional: isJsonObject(additional) ? readSchema(additional) : undefined,
    items: readMember(value, 'items'),
    required: textsAt(value, 'required'),
    nullable: value['nullable'] === true,
    default: value['default'],
    intOrString: value['x-kubernetes-int-or-string'] === true,
    preservesUnknown: value['x-kubernetes-preserve-unknown-fields'] === true || additional === true,
    embedded: value['x-kubernetes-embedded-resource'] === true,
    listType: textAt(value, 'x-kubernetes-list-type'),
    listMapKeys: textsAt(value, 'x-kubernetes-list-map-keys'),
    enum: Array.isArray(value['enum']) ? value['enum'] : undefined,
    format: textAt(value, 'format'),
    pattern: readPattern(value),
    limits: readLimits(value),
    allOf: readAll(value, 'allOf'),
    anyOf: readAll(value, 'anyOf'),
    oneOf: readAll(value, 'oneOf'),
    not: readMember(value, 'not'),
  };
}

function readProperties(value: JsonObject): ReadonlyMap<string, Schema> {
  const entries = Object.entries(objectAt(value, 'properties'));
  return new Map(entries.map(([name, member]) => [name, readSchema(isJsonObject(member) ? member : {})]));
}

function readMember(value: JsonObject, field: string): Schema | undefined {
  const member = value[field];
  return isJsonObject(member) ? readSchema(member) : undefined;
}

function readAll(value: JsonObject, field: string): readonly Schema[] {
  return listAt(value, field).filter(isJsonObject).map(readSchema);
}

function readPattern(value: JsonObject): Schema['pattern'] {
  const source = textAt(value, 'pattern');
  return source === undefined ? undefined : { source, expression: readExpression(source) };
}

/** Go escapes characters that need none, which JavaScript only lets pass without the u flag. */
function readExpression(source: string): RegExp {
  try {
    return new RegExp(source, 'u');
  } catch {
    // oxlint-disable-next-line require-unicode-regexp -- see above
    return new RegExp(source);
  }
}

function readLimits(value: JsonObject): Limits {
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

function readRules(value: JsonObject): readonly ValidationRule[] {
  return listAt(value, RULES).flatMap((rule) => {
    const source = textAt(rule, 'rule')?.trim() ?? '';
    const expression = parseCel(source);
    if (!expression) return [];
    const fieldPath = textAt(rule, 'fieldPath') ?? '';
    const reason = textAt(rule, 'reason') ?? 'FieldValueInvalid';
    return [{ expression, source, message: textAt(rule, 'message')?.trim(), reason, fieldPath }];
  });
}

function numberAt(value: JsonObject, field: string): number | undefined {
  const member = value[field];
  return typeof member === 'number' ? member : undefined;
}
