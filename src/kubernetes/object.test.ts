import { expect, it } from 'vitest';
import { compareVersions } from './object.ts';

it.each([
  ['9', '10', -1],
  ['10', '9', 1],
  ['10', '10', 0],
  ['10000000000000000001', '10000000000000000002', -1],
  ['', '1', -1],
  ['1', '', 1],
  ['', 'opaque', -1],
  ['', '', 0],
  ['opaque', 'opaque', 0],
  ['opaque', 'other', Number.NaN],
  ['other', 'opaque', Number.NaN],
  ['10', '9a', Number.NaN],
  ['-1', '1', Number.NaN],
  ['1.5', '1', Number.NaN],
])('compares the versions %j and %j: %d', (a, b, sign) => {
  expect(Math.sign(compareVersions(a, b))).toBe(sign);
});
