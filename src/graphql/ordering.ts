import type { KubernetesObject } from '../kubernetes/object.ts';
import { failure } from './errors.ts';
import { assertTextLength, quoted } from './text-limits.ts';

/** Sort key of an item. Keys are compared element by element. Null sorts last in both directions. */
export type Position = readonly (string | number | null)[];

/** Total order of items. */
export interface Ordering<T> {
  /** Name of the ordering. A cursor is valid only for the ordering of this name. */
  readonly name: string;
  readonly positionOf: (item: T) => Position;
  /** Direction of each element of a position: `1` for ascending, `-1` for descending. */
  readonly directions: readonly (1 | -1)[];
}

/** Comparator for `Array.sort`: negative if `a` sorts before `b`. */
export function comparePositions<T>({ directions }: Ordering<T>, a: Position, b: Position): number {
  for (let index = 0; index < directions.length; index += 1) {
    const direction = directions[index] ?? 1;
    const left = a[index] ?? null;
    const right = b[index] ?? null;
    if (left === right) continue;
    if (left === null) return 1;
    if (right === null) return -1;
    return left < right ? -direction : direction;
  }
  return 0;
}

export interface OrderedItem<T> {
  readonly item: T;
  readonly position: Position;
}

/** Returns the items in order, each with its position. */
export function inOrder<T>(items: readonly T[], ordering: Ordering<T>): OrderedItem<T>[] {
  return items
    .map((item) => ({ item, position: ordering.positionOf(item) }))
    .sort((a, b) => comparePositions(ordering, a.position, b.position));
}

/** Order by namespace, then by name. */
export const byNamespaceAndName: Ordering<KubernetesObject> = {
  name: 'NAMESPACE ASC, NAME ASC',
  directions: [1, 1],
  positionOf: ({ metadata }) => [metadata.namespace ?? '', metadata.name],
};

export function sortedByName<T extends KubernetesObject>(objects: readonly T[]): T[] {
  return inOrder(objects, byNamespaceAndName).map(({ item }) => item);
}

/** Encodes a position, not an item, so the cursor stays valid if the item changes or is deleted. */
export function encodeCursor<T>({ name }: Ordering<T>, position: Position): string {
  return Buffer.from(JSON.stringify([name, ...position])).toString('base64url');
}

/** The keys of a position are shorter, see {@link sortText}. */
const MAX_CURSOR_LENGTH = 16_384;
const MAX_SORT_TEXT_LENGTH = 1_000;

/** Returns the part of a text that objects are sorted by, so that cursors have a bounded length. */
export function sortText(text: string): string {
  return text.slice(0, MAX_SORT_TEXT_LENGTH);
}

/** @throws {GraphQLError} BAD_REQUEST if the cursor was not encoded for this ordering */
export function decodeCursor<T>({ name, directions }: Ordering<T>, cursor: string): Position {
  assertTextLength('a page cursor', cursor, MAX_CURSOR_LENGTH);
  const [of, ...position] = elementsOf(cursor);
  if (of === name && position.length === directions.length) return position;
  throw failure(
    'BAD_REQUEST',
    typeof of === 'string'
      ? `Expected a cursor of a list ordered by ${name}, got one of a list ordered by ${of.slice(0, 200)}. Start again without a cursor.`
      : `Expected a cursor of this list, got ${quoted(cursor)}.`,
  );
}

function elementsOf(cursor: string): readonly (string | number | null)[] {
  try {
    const elements: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(elements) && elements.every(isElement)) return elements;
  } catch {
    // The caller reports the empty list as an invalid cursor.
  }
  return [];
}

function isElement(value: unknown): value is string | number | null {
  return value === null || typeof value === 'string' || typeof value === 'number';
}
