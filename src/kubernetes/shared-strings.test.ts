import { describe, expect, it } from 'vitest';
import { heapBytes } from '../../test/support/heap.ts';
import { Widget } from '../../test/support/widget.ts';
import { decodeObject } from './decode.ts';
import { SharedStrings } from './shared-strings.ts';

const CAPACITY = 50;

describe('SharedStrings', () => {
  it('returns an equal string when it knows the string, and when it does not', () => {
    const strings = new SharedStrings(CAPACITY);
    expect(strings.share('a string of a label')).toBe('a string of a label');
    expect(strings.share('a string of a label')).toBe('a string of a label');
    expect(strings.size).toBe(1);
  });

  it('holds at most twice its capacity when all strings are different', () => {
    const strings = new SharedStrings(CAPACITY);
    for (let index = 0; index < 1_000; index += 1) strings.share(`a unique string: ${index}`);
    expect(strings.size).toBeLessThanOrEqual(2 * CAPACITY);
  });

  it('knows a string that is used again and again when many others are not', () => {
    const strings = new SharedStrings(CAPACITY);
    for (let index = 0; index < 10 * CAPACITY; index += 1) {
      strings.share('a frequent string');
      strings.share(`a unique string: ${index}`);
    }
    const before = strings.size;
    strings.share('a frequent string');
    expect(strings.size).toBe(before);
  });

  it.each([
    ['short', 'x'.repeat(9)],
    ['long', 'x'.repeat(129)],
  ])('does not hold strings when they are %s', (_, text) => {
    const strings = new SharedStrings(CAPACITY);
    expect(strings.share(text)).toBe(text);
    expect(strings.size).toBe(0);
  });
});

const OBJECTS = 2_000;
const FIELDS = Array.from({ length: 20 }, (_, index) => `field-${index}`);
const VALUE = 'x'.repeat(100);

function parsedWidget(index: number): unknown {
  const fields = Object.fromEntries(FIELDS.map((name) => [name, `${name} ${VALUE}`]));
  const metadata = { name: `w-${index}`, uid: `uid-${index}`, resourceVersion: String(index + 1), labels: fields };
  return JSON.parse(JSON.stringify({ metadata, spec: {}, status: { conditions: [] } }));
}

describe('decodeObject', () => {
  it('keeps equal strings of many objects once', () => {
    const before = heapBytes();
    const objects = Array.from({ length: OBJECTS }, (_, index) => decodeObject(parsedWidget(index), Widget));
    const growth = heapBytes() - before;
    expect(objects).toHaveLength(OBJECTS);
    expect(growth).toBeLessThan((OBJECTS * FIELDS.length * VALUE.length) / 2);
  });

  it('keeps one empty object and one empty list when many objects have them', () => {
    const [one, other] = [decodeObject(parsedWidget(1), Widget), decodeObject(parsedWidget(2), Widget)];
    expect(one.spec).toBe(other.spec);
    expect(one).toMatchObject({ spec: {}, status: { conditions: [] } });
  });
});
