import { nameField, namespaceField, type ObjectField } from './object-field.ts';
import type { KubernetesObject } from './object.ts';

/** Null sorts last in both directions. */
export type SortKey = string | number | null;

/** Sort key of an item. Keys are compared element by element. */
export type Position = readonly SortKey[];

/** Total order of items. */
export interface Ordering<T> {
  /** Name of the ordering. A cursor is valid only for the ordering of this name. */
  readonly name: string;
  readonly positionOf: (item: T) => Position;
  /** Direction of each element of a position: `1` for ascending, `-1` for descending. */
  readonly directions: readonly (1 | -1)[];
  /** Fields that the elements of a position are the values of. Undefined if they depend on more than the item. */
  readonly fields?: readonly ObjectField<T, SortKey>[] | undefined;
}

/** An ordering of which an index can be kept. */
export type IndexedOrdering<T> = Ordering<T> & { readonly fields: NonNullable<Ordering<T>['fields']> };

export function orderingByFields<T>(
  name: string,
  fields: readonly ObjectField<T, SortKey>[],
  directions: readonly (1 | -1)[],
): IndexedOrdering<T> {
  return {
    name,
    fields,
    directions,
    positionOf: (item) => fields.map((field) => field.of(item)),
  };
}

/** Order by namespace, then by name. */
export const byNamespaceAndName = orderingByFields<KubernetesObject>(
  'NAMESPACE ASC, NAME ASC',
  [namespaceField, nameField],
  [1, 1],
);

/** Order of cluster-scoped objects. */
export const byName = orderingByFields<KubernetesObject>('NAME ASC', [nameField], [1]);

/** Comparator of the elements of positions: negative if `left` sorts before `right`. */
export function compareSortKeys(left: SortKey, right: SortKey, direction: 1 | -1): number {
  if (left === right) return 0;
  if (left === null) return 1;
  if (right === null) return -1;
  return left < right ? -direction : direction;
}

/** Comparator for `Array.sort`: negative if `a` sorts before `b`. */
export function comparePositions<T>({ directions }: Ordering<T>, a: Position, b: Position): number {
  for (let index = 0; index < directions.length; index += 1) {
    const order = compareSortKeys(a[index] ?? null, b[index] ?? null, directions[index] ?? 1);
    if (order !== 0) return order;
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

export function sortedByName<T extends KubernetesObject>(objects: readonly T[]): T[] {
  return inOrder(objects, byNamespaceAndName).map(({ item }) => item);
}
