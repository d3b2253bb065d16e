import type { KubernetesObject } from '../kubernetes/object.ts';
import { failure } from './errors.ts';

/** Where an item stands in a list: compared element by element; null stands last, whatever the direction. */
export type Position = readonly (string | number | null)[];

/** A total order of items. */
export interface Ordering<T> {
  /** Names the order: a cursor of one order is no cursor of another. */
  readonly name: string;
  readonly positionOf: (item: T) => Position;
  /** `-1` for each element of a position that is sorted downwards, else `1`. */
  readonly directions: readonly (1 | -1)[];
}

/** Negative where `a` stands before `b`. */
export function comparePositions<T>({ directions }: Ordering<T>, a: Position, b: Position): number {
  for (const [index, direction] of directions.entries()) {
    const left = a[index] ?? null;
    const right = b[index] ?? null;
    if (left === right) continue;
    if (left === null) return 1;
    if (right === null) return -1;
    return left < right ? -direction : direction;
  }
  return 0;
}

/** Each item with its position, in order. */
export function inOrder<T>(
  items: readonly T[],
  ordering: Ordering<T>,
): { readonly item: T; readonly position: Position }[] {
  return items
    .map((item) => ({ item, position: ordering.positionOf(item) }))
    .sort((a, b) => comparePositions(ordering, a.position, b.position));
}

/** By namespace, then by name. */
export const byNamespaceAndName: Ordering<KubernetesObject> = {
  name: 'NAMESPACE ASC, NAME ASC',
  directions: [1, 1],
  positionOf: ({ metadata }) => [metadata.namespace ?? '', metadata.name],
};

export function sortedByName<T extends KubernetesObject>(objects: readonly T[]): T[] {
  return inOrder(objects, byNamespaceAndName).map(({ item }) => item);
}

/** Names a position, not an item: it keeps its place when the item moves or goes. */
export function encodeCursor<T>({ name }: Ordering<T>, position: Position): string {
  return Buffer.from(JSON.stringify([name, ...position])).toString('base64url');
}

/** @throws {GraphQLError} BAD_REQUEST for what is no cursor of this order */
export function decodeCursor<T>({ name, directions }: Ordering<T>, cursor: string): Position {
  const [of, ...position] = elementsOf(cursor);
  if (of === name && position.length === directions.length) return position;
  throw failure(
    'BAD_REQUEST',
    typeof of === 'string'
      ? `This cursor belongs to a list ordered by ${of}, but the list is ordered by ${name}. Start again without it.`
      : `Expected a cursor that this list gave out, got ${JSON.stringify(cursor)}.`,
  );
}

function elementsOf(cursor: string): readonly (string | number | null)[] {
  try {
    const elements: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(elements) && elements.every(isElement)) return elements;
  } catch {
    // Not ours: an empty list says so.
  }
  return [];
}

function isElement(value: unknown): value is string | number | null {
  return value === null || typeof value === 'string' || typeof value === 'number';
}
