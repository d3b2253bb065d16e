import { isScalarType } from 'graphql';
import { expect, it } from 'vitest';
import { schema } from '../schema.ts';

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
