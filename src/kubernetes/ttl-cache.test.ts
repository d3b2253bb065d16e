import { describe, expect, it } from 'vitest';
import { TtlCache, type TtlCacheOptions } from './ttl-cache.ts';

function cacheWith(options: Partial<TtlCacheOptions> = {}) {
  let now = 1_000;
  let loads = 0;
  const cache = new TtlCache<string>({ maxEntries: 10, now: () => now, ...options });
  const load =
    (value: string, ttlMs = 100) =>
    () =>
      Promise.resolve({ value, ttlMs, load: (loads += 1) });
  return {
    cache,
    load,
    loads: () => loads,
    pass: (milliseconds: number) => void (now += milliseconds),
    now: () => now,
  };
}

const fail = () => Promise.reject(new Error('down'));

const longKey = (index: number) => `${index} ${'k'.repeat(10_000)}`;

describe('TtlCache', () => {
  it('evicts the least recently used values when keys and values exceed the bytes', async () => {
    const { cache, load, loads } = cacheWith({
      maxEntries: 1_000,
      maxBytes: 1_000_000,
      sizeOf: (value) => 2 * String(value).length,
    });
    for (let index = 0; index < 100; index += 1) await cache.get(longKey(index), load('v'.repeat(40_000)));
    expect(loads()).toBe(100);
    for (let index = 99; index >= 95; index -= 1) await cache.get(longKey(index), load(''));
    expect(loads()).toBe(100);
    await cache.get(longKey(80), load(''));
    expect(loads()).toBe(101);
  });

  it('returns the cached value until its TTL ends', async () => {
    const { cache, load, loads, pass } = cacheWith();
    await cache.get('a', load('first'));
    pass(99);
    expect(await cache.get('a', load('second'))).toBe('first');
    pass(1);
    expect(await cache.get('a', load('third'))).toBe('third');
    expect(loads()).toBe(2);
  });

  it('does not cache a value whose TTL is 0', async () => {
    const { cache, load } = cacheWith();
    await cache.get('a', load('expired', 0));
    expect(await cache.get('a', load('current'))).toBe('current');
  });

  it('loads once when a key is requested concurrently', async () => {
    const { cache } = cacheWith();
    const loaded = Promise.withResolvers<{ readonly value: string; readonly ttlMs: number }>();
    let loads = 0;
    const load = () => ((loads += 1), loaded.promise);
    const values = Promise.all([cache.get('a', load), cache.get('a', load), cache.get('b', load)]);
    loaded.resolve({ value: 'shared', ttlMs: 100 });
    expect(await values).toEqual(['shared', 'shared', 'shared']);
    expect(loads).toBe(2);
  });

  it('loads again when the cached value and the pending load are older than notBefore', async () => {
    const { cache, load, loads, pass, now } = cacheWith();
    await cache.get('a', load('old'));
    const slow = Promise.withResolvers<{ readonly value: string; readonly ttlMs: number }>();
    pass(1);
    const pending = cache.get('a', () => slow.promise, { notBefore: now() });
    pass(1);
    expect(await cache.get('a', load('new'), { notBefore: now() })).toBe('new');
    slow.resolve({ value: 'late', ttlMs: 100 });
    expect(await pending).toBe('late');
    expect(await cache.get('a', load('unused'))).toBe('new');
    expect(loads()).toBe(2);
  });

  it('returns the last value when loading fails within the grace', async () => {
    const { cache, load, pass } = cacheWith({ graceMs: 50 });
    await cache.get('a', load('last'));
    pass(149);
    expect(await cache.get('a', fail)).toBe('last');
    await expect(cache.get('a', fail, { servesStale: () => false })).rejects.toThrow('down');
    pass(1);
    await expect(cache.get('a', fail)).rejects.toThrow('down');
  });

  it('loads again when a load has failed', async () => {
    const { cache, load } = cacheWith();
    await expect(cache.get('a', fail)).rejects.toThrow('down');
    expect(await cache.get('a', load('up'))).toBe('up');
  });

  it('evicts the least recently used value when it is full', async () => {
    const { cache, load, loads } = cacheWith({ maxEntries: 2 });
    for (const key of ['a', 'b', 'a', 'c', 'a', 'b']) await cache.get(key, load(key));
    expect(loads()).toBe(4);
  });
});
