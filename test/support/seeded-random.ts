/** A random number generator that is deterministic per seed. */
export interface SeededRandom {
  /** Returns an integer from 0 to `limit` - 1. */
  below(limit: number): number;
  pick<T>(choices: Iterable<T>): T;
}

export function seededRandom(seed: number): SeededRandom {
  let state = seed;
  function below(limit: number): number {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }
  return {
    below,
    pick: (choices) => {
      const all = [...choices];
      const chosen = all[below(all.length)];
      if (chosen === undefined) throw new RangeError('Expected at least one choice, got none.');
      return chosen;
    },
  };
}
