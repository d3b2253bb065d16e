import { expect, it } from 'vitest';
import { excessiveValues } from './body-limits.ts';

const list = (length: number, item = '1') => `[${Array.from({ length }, () => item).join()}]`;

it.each([
  ['a list', list(1_000)],
  ['lists of lists', list(400, '[1]')],
  ['objects', list(400, '{"a":1}')],
  ['members', `{${Array.from({ length: 1_000 }, (_, index) => `"k${index}":1`).join()}}`],
  ['a list after an escaped quotation mark', `["\\"",${list(1_000)}]`],
  ['a list after an escaped backslash', `["\\\\",${list(1_000)}]`],
])('refuses values beyond the limit when they are in %s', (_, text) => {
  expect(JSON.parse(text)).toBeDefined();
  const { code, limit } = excessiveValues(text, 500)?.extensions ?? {};
  expect([code, limit]).toEqual(['TOO_LARGE', { name: 'MAX_BODY_VALUES', max: 500 }]);
});

it.each([
  ['commas and brackets in a string', JSON.stringify(','.repeat(5_000) + '[{'.repeat(5_000))],
  ['escapes in a string', JSON.stringify('",\\,"'.repeat(5_000))],
  ['a string without an end', `"${',['.repeat(5_000)}`],
  ['white space', `${' '.repeat(5_000)}1`],
  ['as many values as the limit', list(499)],
])('accepts %s', (_, text) => {
  expect(excessiveValues(text, 500)).toBeUndefined();
});

it('finds the end of a string when backslashes stand anywhere before a quotation mark', () => {
  const separators = ','.repeat(1_000);
  for (let length = 0; length < 200; length += 1) {
    for (let backslashes = 0; backslashes < 6; backslashes += 1) {
      const start = `${'x'.repeat(length)}${'\\'.repeat(backslashes)}"`;
      const isEscaped = backslashes % 2 === 1;
      const text = isEscaped ? `["${start}${separators}"]` : `["${start},${list(1_000)}]`;
      expect(JSON.parse(text)).toBeDefined();
      const isAccepted = excessiveValues(text, 500) === undefined;
      expect({ length, backslashes, isAccepted }).toEqual({ length, backslashes, isAccepted: isEscaped });
    }
  }
});
