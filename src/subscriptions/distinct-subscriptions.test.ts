import { expect, it } from 'vitest';
import { DistinctSubscriptions } from './distinct-subscriptions.ts';

it('counts an operation of a viewer until the last of its subscriptions has ended', () => {
  const distinct = new DistinctSubscriptions(1);
  const [first, second] = [distinct.enter('ann', 'a'), distinct.enter('ann', 'a')];
  distinct.enter('bob', 'b');
  first[Symbol.dispose]();
  expect(() => distinct.enter('ann', 'b')).toThrow('MAX_DISTINCT_SUBSCRIPTIONS_PER_VIEWER');
  second[Symbol.dispose]();
  distinct.enter('ann', 'b');
  expect(() => distinct.enter('ann', 'a')).toThrow('MAX_DISTINCT_SUBSCRIPTIONS_PER_VIEWER');
});
