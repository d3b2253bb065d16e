import { describe, expect, it } from 'vitest';
import { Multimap } from './multimap.ts';

describe('Multimap', () => {
  it('holds a value once for each key that it is added to', () => {
    const map = new Multimap<string, number>();
    for (const key of ['a', 'a', 'b']) map.add(key, 1);
    map.add('a', 2);
    expect([...(map.get('a') ?? [])]).toEqual([1, 2]);
    expect([...(map.get('b') ?? [])]).toEqual([1]);
    expect(map.size).toBe(2);
  });

  it('counts the values of each key', () => {
    const map = new Multimap<string, object>();
    const set = new Set([1, 2]);
    map.add('a', set); // a value may be a set itself
    expect([map.count('a'), map.count('b')]).toEqual([1, 0]);
    expect([...(map.get('a') ?? [])]).toEqual([set]);
    map.add('a', []);
    expect(map.count('a')).toBe(2);
    map.delete('a', set);
    expect([...(map.get('a') ?? [])]).toEqual([[]]);
  });

  it('removes a key when its last value is deleted', () => {
    const map = new Multimap<string, number>();
    map.add('a', 1);
    map.add('a', 2);
    map.delete('a', 1);
    expect([...(map.get('a') ?? [])]).toEqual([2]);
    map.delete('a', 2);
    expect(map.get('a')).toBeUndefined();
    expect(map.size).toBe(0);
  });

  it('keeps other values when a value or a key is deleted that it does not have', () => {
    const map = new Multimap<string, number>();
    map.add('a', 1);
    map.delete('a', 2);
    map.delete('b', 1);
    map.deleteKey('b');
    expect([...(map.get('a') ?? [])]).toEqual([1]);
    map.deleteKey('a');
    expect(map.size).toBe(0);
  });
});
