import { isDeepStrictEqual } from 'node:util';

/** JSON object with members of unknown types. */
export interface JsonObject {
  readonly [field: string]: unknown;
}

/** Returns whether a value is an object and not a list. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Returns the member of an object; undefined if the parent is none. */
export function memberAt(parent: unknown, field: string): unknown {
  return isJsonObject(parent) ? parent[field] : undefined;
}

/** Returns the member if it is an object, else an empty object. */
export function objectAt(parent: unknown, field: string): JsonObject {
  const value = memberAt(parent, field);
  return isJsonObject(value) ? value : {};
}

/** Returns the member if it is a list, else an empty list. */
export function listAt(parent: unknown, field: string): readonly unknown[] {
  const value = memberAt(parent, field);
  return Array.isArray(value) ? value : [];
}

/** Returns the member if it is a string, else undefined. */
export function stringAt(parent: unknown, field: string): string | undefined {
  const value = memberAt(parent, field);
  return typeof value === 'string' ? value : undefined;
}

/** Returns the strings in a list member; empty if the member is not a list. */
export function stringsAt(parent: unknown, field: string): readonly string[] {
  return listAt(parent, field).filter((value) => typeof value === 'string');
}

/** Returns whether two JSON values are equal, regardless of member order. */
export function isEqualJson(left: unknown, right: unknown): boolean {
  return left === right || isDeepStrictEqual(left, right);
}
