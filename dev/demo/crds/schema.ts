/** A JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** A structural schema of a CustomResourceDefinition. */
export type Schema = { readonly [keyword: string]: Json };

type Properties = { readonly [name: string]: Schema };

interface Rule {
  /** CEL expression. */
  readonly rule: string;
  readonly message: string;
}

interface Lengths {
  readonly min?: number;
  readonly max?: number;
  readonly pattern?: string;
}

interface Bounds {
  readonly min?: number;
  readonly max?: number;
  readonly default?: number;
}

export function string({ min, max, pattern }: Lengths = {}): Schema {
  return { type: 'string', ...given({ minLength: min, maxLength: max, pattern }) };
}

export function oneOf(...values: readonly string[]): Schema {
  return { type: 'string', enum: values };
}

export function boolean(): Schema {
  return { type: 'boolean' };
}

/** A 32-bit integer. */
export function integer(bounds: Bounds = {}): Schema {
  return { type: 'integer', format: 'int32', ...between(bounds) };
}

/** A 64-bit integer: time since the UNIX epoch, or 0 for never. */
export function epoch(bounds: Bounds = {}): Schema {
  return { type: 'integer', format: 'int64', ...between(bounds) };
}

const DECIMAL = String.raw`(([0-9]+(\.[0-9]*)?)|(\.[0-9]+))`;
const QUANTITY = String.raw`^(\+|-)?${DECIMAL}(([KMGTPE]i)|[numkMGTPE]|([eE](\+|-)?${DECIMAL}))?$`;

/** A resource quantity such as `500m`, `2Gi` or `1`. */
export function quantity(): Schema {
  return {
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    pattern: QUANTITY,
    'x-kubernetes-int-or-string': true,
  };
}

export function object<P extends Properties>(properties: P, required: readonly (keyof P & string)[] = []): Schema {
  // The API server drops empty collections: a definition with them would always differ from the stored one.
  const hasProperties = Object.keys(properties).length > 0;
  return { type: 'object', ...(hasProperties ? { properties } : {}), ...(required.length > 0 ? { required } : {}) };
}

/** A core type such as Probe or Affinity. Unknown fields are preserved; the Pod is validated when it is created. */
export function coreObject(properties: Properties = {}, required: readonly string[] = []): Schema {
  return { ...object(properties, required), 'x-kubernetes-preserve-unknown-fields': true };
}

export function mapOf(values: Schema): Schema {
  return { type: 'object', additionalProperties: values };
}

export function listOf(items: Schema): Schema {
  return { type: 'array', items };
}

/** A list of type `atomic`. */
export function atomicList(items: Schema, { min }: Lengths = {}): Schema {
  return { ...listOf(items), ...given({ minItems: min }), 'x-kubernetes-list-type': 'atomic' };
}

/** A list of type `map`, whose entries have unique values of `key`. */
export function listMap(key: string, items: Schema, { min, max }: Lengths = {}): Schema {
  return {
    ...listOf(items),
    ...given({ minItems: min, maxItems: max }),
    'x-kubernetes-list-type': 'map',
    'x-kubernetes-list-map-keys': [key],
  };
}

export function withDefault(value: Json, schema: Schema): Schema {
  return { ...schema, default: value };
}

export function withRules(schema: Schema, ...rules: readonly Rule[]): Schema {
  return { ...schema, 'x-kubernetes-validations': rules.map(({ rule, message }) => ({ rule, message })) };
}

/** A value that cannot change after it is set. */
export function immutable(schema: Schema, message: string): Schema {
  return withRules(schema, { rule: 'self == oldSelf', message });
}

/**
 * Requires exactly one of the fields. The expression is a sum, not a filtered list: the API server's cost estimate of a
 * list exceeds the CEL budget of a definition.
 */
export function exactlyOne(fields: readonly string[], message: string): Rule {
  return { rule: `${fields.map((field) => `(has(self.${field}) ? 1 : 0)`).join(' + ')} == 1`, message };
}

function between({ min, max, default: value }: Bounds): Schema {
  return given({ minimum: min, maximum: max, default: value });
}

function given(keywords: { readonly [keyword: string]: Json | undefined }): Schema {
  const schema: Record<string, Json> = {};
  for (const [keyword, value] of Object.entries(keywords)) if (value !== undefined) schema[keyword] = value;
  return schema;
}
