import { GraphQLBoolean, GraphQLID, GraphQLString, isEnumType, type GraphQLLeafType } from 'graphql';
import { Bail } from './bail.ts';

/** Returns the JSON text of a value of a leaf type that is not null. */
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
 */
export function leafWriterOf(type: GraphQLLeafType): LeafWriter {
  const coerced = coercing(type);
  if (isEnumType(type)) return enumWriter(coerced);
  if (type === GraphQLString || type === GraphQLID)
    return (value) => (typeof value === 'string' ? quote(value) : coerced(value));
  if (type === GraphQLBoolean) return (value) => (typeof value === 'boolean' ? String(value) : coerced(value));
  return coerced;
}

function coercing(type: GraphQLLeafType): LeafWriter {
  return (value) => {
    if (value instanceof Error || isThenable(value)) throw new Bail('expected a leaf value');
    const coerced: unknown = type.coerceOutputValue(value);
    if (coerced === null || coerced === undefined) throw new Bail('expected a leaf value that is not null');
    if (typeof coerced === 'string') return quote(coerced);
    if (typeof coerced === 'number' && Number.isFinite(coerced)) return String(coerced);
    const text: string | undefined = JSON.stringify(coerced);
    if (text === undefined) throw new Bail('expected a leaf value that JSON can represent');
    return text;
  };
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
