import { isScalarType } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../schema.ts';
import { timestampOf } from './scalars.ts';

function parseDateTime(text: string): unknown {
  const type = schema.getType('DateTime');
  return isScalarType(type) ? type.parseValue(text) : undefined;
}

it('accepts a DateTime with nanoseconds and an offset', () => {
  expect(parseDateTime('2026-11-21T10:30:00.123456789+01:00')).toBe(Date.parse('2026-11-21T09:30:00.123Z'));
});

it('refuses a DateTime of more than 64 characters, and quotes at most 100', () => {
  const text = `2026-11-21T09:30:00.${'1'.repeat(1_000)}Z`;
  expect(() => parseDateTime(text)).toThrow(/^Expected a DateTime such as "[^"]+", got "[^"]{99}\.$/u);
});

it.each(['2026-02-30T10:00:00Z', '2026-02-29T00:00:00Z', '2026-04-31T00:00:00+01:00', '2026-13-01T00:00:00Z'])(
  'refuses %s, and returns null for it, because the day does not exist',
  (text) => {
    expect(() => parseDateTime(text)).toThrow('Expected a DateTime');
    expect(timestampOf(text)).toBeNull();
  },
);

it('accepts a leap day', () => {
  expect(timestampOf('2028-02-29T00:00:00Z')).toBe('2028-02-29T00:00:00Z');
  expect(parseDateTime('2028-02-29T00:00:00Z')).toBe(Date.UTC(2028, 1, 29));
});
