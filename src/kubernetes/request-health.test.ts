import { expect, it } from 'vitest';
import { RequestHealth } from './request-health.ts';

type Step = readonly [outcome: 'failed' | 'succeeded', secondsLater: number];

it.each<[string, boolean, readonly Step[], number]>([
  ['no request was sent', false, [], 0],
  ['one request failed long ago', false, [['failed', 0]], 60],
  [
    'requests fail for less than five seconds',
    false,
    [
      ['failed', 0],
      ['failed', 4],
    ],
    0,
  ],
  [
    'every request fails for five seconds',
    true,
    [
      ['failed', 0],
      ['failed', 5],
    ],
    0,
  ],
  [
    'requests are retried rarely',
    true,
    [
      ['failed', 0],
      ['failed', 30],
    ],
    40,
  ],
  [
    'one of them succeeds',
    false,
    [
      ['failed', 0],
      ['succeeded', 3],
      ['failed', 3],
    ],
    0,
  ],
  [
    'the last one succeeds',
    false,
    [
      ['failed', 0],
      ['failed', 5],
      ['succeeded', 1],
    ],
    0,
  ],
  [
    'the last failure was two minutes ago',
    false,
    [
      ['failed', 0],
      ['failed', 5],
    ],
    120,
  ],
])('knows whether the connection fails when %s: %s', (_, isFailing, steps, secondsAfter) => {
  let now = 0;
  const health = new RequestHealth(() => now);
  for (const [outcome, secondsLater] of steps) {
    now += secondsLater * 1_000;
    health[outcome]();
  }
  now += secondsAfter * 1_000;
  expect(health.isFailing).toBe(isFailing);
});
