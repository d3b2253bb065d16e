import { GraphQLError, Kind, valueFromASTUntyped } from 'graphql';
import { quotedValue } from '../kubernetes/excerpt.ts';
import { utcText } from '../kubernetes/iso-text.ts';
import { builder } from './builder.ts';

const RFC_3339 = /^\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:[Zz]|[+-]\d{2}:\d{2})$/u;

/** Maximum length of a DateTime in characters. Nanoseconds and an offset need 35. */
const MAX_LENGTH = 64;

/** Returns a value of a scalar as it is. */
export function keptOutput<T>(value: T): T {
  return value;
}

builder.scalarType('DateTime', {
  description: 'Time as an RFC 3339 string in UTC, e.g. `2026-11-21T09:30:00Z`. Input may have any offset.',
  specifiedByURL: 'https://www.rfc-editor.org/rfc/rfc3339',
  serialize: keptOutput,
  parseValue: millisecondsOf,
  parseLiteral: (node) => millisecondsOf(node.kind === Kind.STRING ? node.value : undefined),
});

builder.scalarType('JSON', {
  description: 'Any JSON value: an object, a list, a string, a number, a boolean or null.',
  serialize: keptOutput,
  parseValue: (value) => value,
  parseLiteral: (node, variables) => valueFromASTUntyped(node, variables),
});

/**
 * Converts a timestamp of a Kubernetes object to a DateTime in UTC and keeps its precision. Null if it is absent, invalid, or on
 * a day that does not exist, such as February 30.
 */
export function timestampOf(text: string | undefined): string | null {
  if (text === undefined || Number.isNaN(Date.parse(text)) || !isOnExistingDay(text)) return null;
  return utcText(text);
}

/** `Date.parse` takes February 30 for March 2. */
function isOnExistingDay(text: string): boolean {
  const [year = 0, month = 0, day = 0] = text.slice(0, 10).split('-').map(Number);
  return new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
}

function millisecondsOf(value: unknown): number {
  const isTime = typeof value === 'string' && value.length <= MAX_LENGTH && RFC_3339.test(value);
  const milliseconds = isTime && isOnExistingDay(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(milliseconds)) {
    throw new GraphQLError(`Expected a DateTime such as "2026-11-21T09:30:00Z", got ${quotedValue(value)}.`);
  }
  return milliseconds;
}
