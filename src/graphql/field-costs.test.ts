import { expect, it } from 'vitest';
import { PacedItems } from './field-costs.ts';

it('ends at once without another item when it is returned during a pause', async () => {
  const pauses: PromiseWithResolvers<void>[] = [];
  const items = new PacedItems(['first', 'second'], {
    pause() {
      const pause = Promise.withResolvers<void>();
      pauses.push(pause);
      return pause.promise;
    },
  });
  const first = items.next();
  pauses[0]?.resolve();
  expect(await first).toEqual({ done: false, value: 'first' });
  const second = items.next();
  const end = { done: true, value: undefined };
  expect(await items.return()).toEqual(end);
  expect(await second).toEqual(end); // the second pause never ends
  expect(pauses).toHaveLength(2);
});

it('rejects when a pause fails', async () => {
  const failure = new Error('no room');
  const items = new PacedItems(['first'], { pause: () => Promise.reject(failure) });
  await expect(items.next()).rejects.toBe(failure);
});
