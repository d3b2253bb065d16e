import { quoted } from '../kubernetes/excerpt.ts';
import type { Ordering, Position, SortKey } from '../kubernetes/ordering.ts';
import { failure } from './errors.ts';
import { assertTextLength } from './text-limits.ts';

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

function elementsOf(cursor: string): Position {
  try {
    const elements: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    if (Array.isArray(elements) && elements.every(isElement)) return elements;
  } catch {
    // The caller reports the empty list as an invalid cursor.
  }
  return [];
}

function isElement(value: unknown): value is SortKey {
  return value === null || typeof value === 'string' || typeof value === 'number';
}
