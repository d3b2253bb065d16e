import type { Manifest } from '../../../dev/simulator/api-object.ts';

/** A definition with the schema keywords and CEL rules that the definition of widgets lacks. */
export const GADGET_DEFINITION: Manifest = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'gadgets.example.org' },
  spec: {
    group: 'example.org',
    scope: 'Namespaced',
    names: { plural: 'gadgets', kind: 'Gadget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: gadgetSchema() } }],
  },
};

export function gadget(name: string, spec: Readonly<Record<string, unknown>>): Manifest {
  return { apiVersion: 'example.org/v1', kind: 'Gadget', metadata: { name }, spec };
}

function gadgetSchema() {
  const spec = { type: 'object', properties: { ...keywords(), ...rules() } };
  return { type: 'object', properties: { spec } };
}

function keywords() {
  const text = { type: 'string' };
  return {
    ratio: { type: 'number', maximum: 2.5 },
    small: { type: 'integer', format: 'int32' },
    even: { type: 'integer', multipleOf: 2 },
    level: { type: 'integer', enum: [1, 2] },
    set: { type: 'array', 'x-kubernetes-list-type': 'set', items: text },
    map: { type: 'object', minProperties: 1, maxProperties: 1, additionalProperties: text },
    pair: { type: 'array', minItems: 2, items: text },
    any: { type: 'object', properties: { x: text }, anyOf: [{ required: ['x'] }] },
    one: { type: 'string', oneOf: [{ pattern: 'a' }, { pattern: 'b' }] },
    not: { type: 'string', not: { pattern: 'a' } },
    embedded: {
      type: 'object',
      'x-kubernetes-embedded-resource': true,
      'x-kubernetes-preserve-unknown-fields': true,
    },
    note: { type: 'string', minLength: 1 },
  };
}

function rules() {
  return {
    range: ruled({ type: 'object', properties: { from: { type: 'integer' }, to: { type: 'integer' } } }, [
      { rule: 'self.from <= self.to', message: 'from must not exceed to' },
    ]),
    word: ruled({ type: 'string', maxLength: 10 }, [
      { rule: 'self != "odd"' },
      { rule: 'self != "missing"', reason: 'FieldValueRequired', message: 'say something else' },
      { rule: 'self != "forbidden"', reason: 'FieldValueForbidden', message: 'say something else' },
      { rule: 'self != "again"', reason: 'FieldValueDuplicate', message: 'say something else' },
    ]),
    flags: ruled({ type: 'object', properties: { a: { type: 'boolean' } } }, [
      { rule: '!has(self.a) || self.a', message: 'must be true', fieldPath: '.a' },
    ]),
    list: ruled({ type: 'array', maxItems: 3, items: { type: 'integer' } }, [
      { rule: 'size(self) != 2', message: 'not two' },
    ]),
    names: {
      type: 'object',
      maxProperties: 3,
      additionalProperties: ruled({ type: 'string', maxLength: 3 }, [{ rule: 'self != "x"', message: 'not x' }]),
    },
    number: ruled({ type: 'integer' }, [{ rule: 'self != 7', message: 'not seven' }]),
  };
}

interface Rule {
  readonly rule: string;
  readonly message?: string;
  readonly reason?: string;
  readonly fieldPath?: string;
}

function ruled(schema: object, validations: readonly Rule[]) {
  return { ...schema, 'x-kubernetes-validations': validations };
}
