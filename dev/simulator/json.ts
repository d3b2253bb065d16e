import { isDeepStrictEqual } from 'node:util';

/** A JSON object whose members have not been looked at yet. */
export interface JsonObject {
  readonly [field: string]: unknown;
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The member as an object, or an empty one where it is absent or something else. */
export function objectAt(parent: unknown, field: string): JsonObject {
  const value = isJsonObject(parent) ? parent[field] : undefined;
  return isJsonObject(value) ? value : {};
}

/** The member as a list, or an empty one where it is absent or something else. */
export function listAt(parent: unknown, field: string): readonly unknown[] {
  const value = isJsonObject(parent) ? parent[field] : undefined;
  return Array.isArray(value) ? value : [];
}

/** The member as a text, or undefined where it is absent or something else. */
export function stringAt(parent: unknown, field: string): string | undefined {
  const value = isJsonObject(parent) ? parent[field] : undefined;
  return typeof value === 'string' ? value : undefined;
}

/** The members that are texts. */
export function stringsAt(parent: unknown, field: string): readonly string[] {
  return listAt(parent, field).filter((value) => typeof value === 'string');
}

/** The same JSON value, whatever the order of its members. */
export function isEqualJson(left: unknown, right: unknown): boolean {
  return left === right || isDeepStrictEqual(left, right);
}
