import { expect, it } from 'vitest';
import { lazyValue } from './lazy-value.ts';

it('loads a value once when several callers need it at the same time', async () => {
  let loads = 0;
  const value = lazyValue(() => Promise.resolve((loads += 1)));
  expect([...(await Promise.all([value(), value()])), await value(), loads]).toEqual([1, 1, 1, 1]);
});

it('loads a value again when the last attempt has failed', async () => {
  let loads = 0;
  const value = lazyValue(() => {
    loads += 1;
    return loads === 1 ? Promise.reject(new Error('transient')) : Promise.resolve(loads);
  });
  await expect(value()).rejects.toThrow('transient');
  expect([await value(), await value()]).toEqual([2, 2]);
});
