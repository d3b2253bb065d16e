import { afterEach, expect, it } from 'vitest';
import { constantText, Utf8Text } from './utf8-text.ts';

const text = new Utf8Text();
afterEach(() => text.removeFrom(0));

const KEY = constantText('"name":"');
const BASES = [
  '',
  'a',
  'plain ASCII',
  'quote " backslash \\ line\n',
  '\u0000\u001f\u007f',
  'Zoë',
  '日本語',
  '🚀',
  '\ud800',
  '\udfff\ud800',
];
/** The strings that are written character by character, those that Node writes, and those that need a larger buffer. */
const LENGTHS = [1, 2, 40, 127, 128, 129, 1_000, 70_000];

it('writes strings as JSON.stringify does', () => {
  for (const base of BASES) {
    for (const length of LENGTHS) {
      for (const value of [
        base,
        base.padStart(length, '.'),
        base.padEnd(length, '.'),
        base.repeat(Math.min(length, 1_000)),
      ]) {
        text.writeString(KEY, value);
        expect(text.takeString(0)).toBe(`"name":${JSON.stringify(value)}`);
      }
    }
  }
});

it('writes JSON text and constants of any length and characters', () => {
  for (const base of BASES) {
    for (const length of LENGTHS) {
      const json = JSON.stringify(base.padEnd(length, 'é'));
      text.write(json);
      text.writeConstant(constantText(json));
      expect(text.take(0).toString()).toBe(json + json);
    }
  }
});

it('keeps what precedes a text that is taken', () => {
  text.write('[1,');
  const start = text.length;
  text.write('"é"');
  expect(text.takeString(start)).toBe('"é"');
  text.writeBytes(Buffer.from('1,2,3]'), 2);
  expect(text.take(0).toString()).toBe('[1,2,3]');
  expect(text.length).toBe(0);
});

it('removes what a function has written that throws', () => {
  text.write('before');
  const fail = () =>
    text.attempt(() => {
      text.write('x'.repeat(200_000));
      throw new RangeError('Expected the function to throw.');
    });
  expect(fail).toThrow(RangeError);
  expect(text.attempt(() => text.takeString(0))).toBe('before');
});

it('refuses more bytes than a turn of the event loop may take to write', () => {
  const megabyte = 'x'.repeat(1e6);
  const write = () => {
    for (let count = 0; count < 20; count += 1) text.write(megabyte);
  };
  expect(() => text.attempt(write)).toThrow('too long');
  expect(text.length).toBe(0);
});
