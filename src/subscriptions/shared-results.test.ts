import { setImmediate } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { SerializedEvent } from './result-template.ts';
import { SharedResults } from './shared-results.ts';

/** Returns an operation that counts its executions, with a result of a length. */
function operation(length = 10) {
  const counted = { executions: 0, execute };
  async function execute() {
    counted.executions += 1;
    return new SerializedEvent('x'.repeat(length));
  }
  return counted;
}

function fail(): Promise<SerializedEvent> {
  return Promise.reject(new Error('failed'));
}

it('executes an operation once for an event, and again for another event', async () => {
  const results = new SharedResults();
  const { execute } = operation();
  const event = {};
  const first = results.get(event, 'a', execute);
  expect(results.get(event, 'a', execute)).toBe(first);
  expect(results.get({}, 'a', execute)).not.toBe(first);
  expect(results.get(event, 'b', execute)).not.toBe(first);
  await first;
  expect(results.get(event, 'a', execute)).toBe(first);
});

it('drops the least recently used results when all together exceed the bound', async () => {
  const results = new SharedResults();
  const event = {};
  const counted = operation(1024 * 1024);
  const names = Array.from({ length: 20 }, (_, index) => `operation ${index}`);
  for (const name of names) await results.get(event, name, counted.execute);
  await setImmediate(); // the last result is counted
  expect(counted.executions).toBe(20);
  await results.get(event, 'operation 19', counted.execute);
  expect(counted.executions).toBe(20);
  await results.get(event, 'operation 0', counted.execute);
  expect(counted.executions).toBe(21);
});

it('returns a result that is larger than the bound, and executes it again', async () => {
  const results = new SharedResults();
  const event = {};
  const counted = operation(8 * 1024 * 1024);
  expect((await results.get(event, 'a', counted.execute)).text).toHaveLength(8 * 1024 * 1024);
  await setImmediate(); // it is counted
  await results.get(event, 'a', counted.execute);
  expect(counted.executions).toBe(2);
});

it('rejects every call for an event when its execution fails', async () => {
  const results = new SharedResults();
  const event = {};
  await expect(results.get(event, 'a', fail)).rejects.toThrow('failed');
  await expect(results.get(event, 'a', operation().execute)).rejects.toThrow('failed');
});
