import { isEqualJson, isJsonObject } from './json.ts';
import { itemKey } from './schema-validation.ts';
import type { ImmutableRule, Schema } from './schema.ts';
import type { Cause } from './status.ts';

/** A value before and after an update, and where it is. */
interface Transition {
  readonly value: unknown;
  readonly old: unknown;
  readonly path: string;
}

/**
 * What an update changes although a `self == oldSelf` rule forbids it. Like CEL transition rules it looks only where
 * old and new both have a value, and in lists only at items that a list map identifies.
 */
export function validateTransition({ value, old, path }: Transition, schema: Schema): readonly Cause[] {
  if (isAbsent(value) || isAbsent(old)) return [];
  const own = isEqualJson(value, old) ? [] : schema.immutable.map((rule) => breach(rule, schema, path));
  if (Array.isArray(value) && Array.isArray(old)) return [...own, ...listTransitions(value, old, { schema, path })];
  if (!isJsonObject(value) || !isJsonObject(old)) return own;
  const members = Object.keys(value).flatMap((field) => {
    const member = schema.properties.get(field) ?? schema.additional;
    const place = path === '' ? field : `${path}.${field}`;
    return member ? validateTransition({ value: value[field], old: old[field], path: place }, member) : [];
  });
  return [...own, ...members];
}

interface Place {
  readonly schema: Schema;
  readonly path: string;
}

function listTransitions(list: readonly unknown[], old: readonly unknown[], { schema, path }: Place): readonly Cause[] {
  const { items } = schema;
  if (!items || schema.listType !== 'map') return [];
  const before = new Map(old.map((item) => [JSON.stringify(itemKey(item, schema)), item]));
  return list.flatMap((value, index) => {
    const same = before.get(JSON.stringify(itemKey(value, schema)));
    return validateTransition({ value, old: same, path: `${path}[${index}]` }, items);
  });
}

function breach({ reason, message }: ImmutableRule, schema: Schema, field: string): Cause {
  return { reason, field, message: `Invalid value: "${schema.type ?? 'object'}": ${message}` };
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null;
}
