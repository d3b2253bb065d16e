import { expect, it } from 'vitest';
import { FailedAuthentications } from './failed-authentications.ts';

const tooMany = { code: 429, reason: 'TooManyRequests' };
const fail = async () => undefined;
const succeed = async () => 'erin';
const unavailable = async () => {
  throw new Error('unavailable');
};

function limitOf(maxPerMinute: number) {
  let now = 0;
  const failures = new FailedAuthentications({ maxPerMinute, now: () => now });
  return { failures, pass: (ms: number) => void (now += ms) };
}

it('refuses further checks of a client after its failures, and allows one more per fraction of a minute', async () => {
  const { failures, pass } = limitOf(3);
  for (let attempt = 0; attempt < 3; attempt += 1) expect(await failures.limit('a', fail)).toBeUndefined();
  await expect(failures.limit('a', succeed)).rejects.toMatchObject({ ...tooMany, details: { retryAfterSeconds: 20 } });
  expect(await failures.limit('b', succeed)).toBe('erin');
  pass(20_000);
  expect(await failures.limit('a', succeed)).toBe('erin');
  expect(await failures.limit('a', fail)).toBeUndefined();
  await expect(failures.limit('a', succeed)).rejects.toMatchObject(tooMany);
});

it('checks no more at once than may fail, and refuses those that wait when all have failed', async () => {
  const { failures } = limitOf(2);
  const checks: PromiseWithResolvers<undefined>[] = [];
  const results = Array.from({ length: 10 }, () =>
    failures
      .limit('a', () => {
        const check = Promise.withResolvers<undefined>();
        checks.push(check);
        return check.promise;
      })
      .catch((error: unknown) => error),
  );
  await Promise.resolve();
  expect(checks).toHaveLength(2);
  for (const check of checks) check.resolve(undefined);
  const refused = (await Promise.all(results)).filter((result) => result !== undefined);
  expect(refused).toHaveLength(8);
  expect(refused[0]).toMatchObject(tooMany);
  expect(checks).toHaveLength(2);
});

it('checks all in turn when they succeed, or when the API server fails', async () => {
  const { failures } = limitOf(1);
  const results = await Promise.allSettled(
    [succeed, unavailable, succeed, unavailable, succeed].map((check) => failures.limit('a', check)),
  );
  expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled', 'rejected', 'fulfilled']);
});

it('refuses attempts at once when a thousand of the client are waiting', async () => {
  const { failures } = limitOf(1);
  const { promise, resolve } = Promise.withResolvers<string>();
  const results = Array.from({ length: 1_001 }, () => failures.limit('a', () => promise));
  await expect(failures.limit('a', succeed)).rejects.toMatchObject(tooMany);
  resolve('erin');
  expect(new Set(await Promise.all(results))).toEqual(new Set(['erin']));
});
