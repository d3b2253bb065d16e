import { GraphQLBoolean, GraphQLID, GraphQLString, isEnumType, type GraphQLLeafType } from 'graphql';
import { Bail, synchronous } from './bail.ts';

/** Returns the JSON text of a value of a leaf type. */
export type LeafWriter = (value: unknown) => string;

/** Longer texts are checked by a regular expression. */
const SHORT = 48;
// oxlint-disable-next-line eslint/no-control-regex -- JSON escapes them
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/u;

/** Equal to JSON.stringify of a string, which takes twice as long. */
function quote(text: string): string {
  if (text.length > SHORT) return ESCAPED.test(text) ? JSON.stringify(text) : `"${text}"`;
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x22 || code === 0x5c || (code >= 0xd800 && code <= 0xdfff))
      return JSON.stringify(text);
  }
  return `"${text}"`;
}

/**
 * Returns the writer of a leaf type. Values that its `coerceOutputValue` keeps as they are have short cuts; all others go through
 * it, as in graphql-js.
 * @param isNonNull whether null is an error
 */
export function leafWriterOf(type: GraphQLLeafType, isNonNull: boolean): LeafWriter {
  const coerced = coercing(type, isNonNull);
  if (isEnumType(type)) return enumWriter(coerced);
  if (type === GraphQLString || type === GraphQLID)
    return (value) => (typeof value === 'string' ? quote(value) : coerced(value));
  if (type === GraphQLBoolean) return (value) => (value === true ? 'true' : value === false ? 'false' : coerced(value));
  return coerced;
}

function coercing(type: GraphQLLeafType, isNonNull: boolean): LeafWriter {
  return (value) => {
    if (value === null || value === undefined) {
      if (isNonNull) throw new Bail('null at a position that is not nullable');
      return 'null';
    }
    const coerced: unknown = type.coerceOutputValue(leafOf(value));
    if (typeof coerced === 'string') return quote(coerced);
    if (typeof coerced === 'number' && Number.isFinite(coerced)) return String(coerced);
    if (coerced === null || coerced === undefined) throw new Bail('expected a leaf value that is not null');
    const text: string | undefined = JSON.stringify(coerced);
    if (text === undefined) throw new Bail('expected a leaf value that JSON can represent');
    return text;
  };
}

/** Rejects values that graphql-js does not complete as a leaf. */
function leafOf(value: unknown): unknown {
  if (typeof value !== 'object') return value;
  if (synchronous(value) instanceof Error || isThenable(value)) throw new Bail('expected a leaf value');
  return value;
}

/** Keeps the text of each value of the enum. */
function enumWriter(coerced: LeafWriter): LeafWriter {
  const texts = new Map<unknown, string>();
  return (value) => {
    let text = texts.get(value);
    if (text === undefined) {
      text = coerced(value);
      texts.set(value, text);
    }
    return text;
  };
}

export function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
