import { describe, expect, it } from 'vitest';
import type { Ordering, Position } from '../kubernetes/ordering.ts';
import { decodeCursor, encodeCursor } from './page-cursor.ts';

function orderedBy(name: string, ...directions: readonly (1 | -1)[]): Ordering<Position> {
  return { name, directions, positionOf: (position) => position };
}

const upwards = orderedBy('UP', 1);
const downwards = orderedBy('DOWN', -1);

describe('cursor of a list', () => {
  it.each([
    [['text'] as Position],
    [[1_790_000_000_000] as Position],
    [[null] as Position],
    [['ü "quoted"'] as Position],
  ])('decodes to the encoded position %j', (position) => {
    expect(decodeCursor(upwards, encodeCursor(upwards, position))).toEqual(position);
  });

  it('contains only URL-safe characters', () => {
    expect(encodeCursor(upwards, ['a?b>c~ü'])).toMatch(/^[\w-]+$/u);
  });

  it('rejects a cursor of another ordering and names both', () => {
    expect(() => decodeCursor(upwards, encodeCursor(downwards, [1]))).toThrow(
      'Expected a cursor of a list ordered by UP, got one of a list ordered by DOWN.',
    );
  });

  it.each([
    '',
    'garbage',
    '!!',
    'bnVsbA',
    encodedJson({}),
    encodedJson([]),
    encodedJson([7, 1]),
    encodedJson(['UP', {}]),
  ])('rejects the cursor %j', (cursor) => {
    expect(() => decodeCursor(upwards, cursor)).toThrow(`Expected a cursor of this list, got "${cursor}".`);
  });

  it.each([[encodedJson(['UP'])], [encodedJson(['UP', 1, 2])]])(
    'rejects a cursor with a wrong number of elements: %j',
    (cursor) => {
      expect(() => decodeCursor(upwards, cursor)).toThrow(/cursor/u);
    },
  );

  it('returns BAD_REQUEST for an invalid cursor', () => {
    expect(() => decodeCursor(upwards, 'garbage')).toThrow(
      expect.objectContaining({ extensions: { code: 'BAD_REQUEST' } }),
    );
  });
});

function encodedJson(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
