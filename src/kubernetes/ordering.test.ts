import { describe, expect, it } from 'vitest';
import { comparePositions, inOrder, type Ordering, type Position } from './ordering.ts';

function orderedBy(name: string, ...directions: readonly (1 | -1)[]): Ordering<Position> {
  return { name, directions, positionOf: (position) => position };
}

const upwards = orderedBy('UP', 1);
const downwards = orderedBy('DOWN', -1);

function sorted(ordering: Ordering<Position>, ...positions: readonly Position[]): readonly Position[] {
  return inOrder(positions, ordering).map(({ position }) => position);
}

describe('comparePositions', () => {
  it('sorts numbers and strings in ascending and descending order', () => {
    expect(sorted(upwards, [10], [9], [-1])).toEqual([[-1], [9], [10]]);
    expect(sorted(downwards, [10], [9], [-1])).toEqual([[10], [9], [-1]]);
    expect(sorted(downwards, ['a'], ['B'], ['b'])).toEqual([['b'], ['a'], ['B']]);
  });

  it('sorts null last in both directions', () => {
    expect(sorted(upwards, [null], [1], [2])).toEqual([[1], [2], [null]]);
    expect(sorted(downwards, [null], [1], [2])).toEqual([[2], [1], [null]]);
  });

  it('compares the next element, in its own direction, when elements are equal', () => {
    const ordering = orderedBy('BOTH', -1, 1);
    expect(sorted(ordering, [1, 'b'], [2, 'b'], [null, 'a'], [1, 'a'])).toEqual([
      [2, 'b'],
      [1, 'a'],
      [1, 'b'],
      [null, 'a'],
    ]);
  });

  it('returns 0 for equal positions', () => {
    expect(comparePositions(upwards, ['a'], ['a'])).toBe(0);
    expect(comparePositions(upwards, [null], [null])).toBe(0);
  });

  it('does not change the given list', () => {
    const positions = [[2], [1]];
    inOrder(positions, upwards);
    expect(positions).toEqual([[2], [1]]);
  });
});
