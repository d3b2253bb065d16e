import { GraphQLBoolean, GraphQLID, GraphQLString, isEnumType, type GraphQLLeafType } from 'graphql';
import { Bail, synchronous } from './bail.ts';

/** Returns the JSON text of a value of a leaf type, after a constant text. */
export type LeafWriter = (value: unknown) => string;

interface LeafOptions {
  /** Whether null is an error. */
  readonly isNonNull: boolean;
  /** Text that precedes each value. To write both at once takes less time than to write them one after the other. */
  readonly before: string;
}

/** Longer texts are checked by a regular expression. */
const SHORT = 48;
// oxlint-disable-next-line eslint/no-control-regex -- JSON escapes them
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/u;

/** Whether JSON.stringify of a string is not the string between quotes. It takes twice as long as this. */
function isEscaped(text: string): boolean {
  if (text.length > SHORT) return ESCAPED.test(text);
  for (let index = 0; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x22 || code === 0x5c || (code >= 0xd800 && code <= 0xdfff)) return true;
  }
  return false;
}

/**
 * Returns the writer of a leaf type. Values that its `coerceOutputValue` keeps as they are have short cuts; all others go through
 * it, as in graphql-js.
 */
export function leafWriterOf(type: GraphQLLeafType, options: LeafOptions): LeafWriter {
  const coerced = coercing(type, options);
  if (isEnumType(type)) return enumWriter(coerced);
  if (type === GraphQLString || type === GraphQLID) return textWriter(coerced, options);
  if (type === GraphQLBoolean) return booleanWriter(coerced, options);
  return coerced;
}

function textWriter(coerced: LeafWriter, { before }: LeafOptions): LeafWriter {
  const opening = `${before}"`;
  return (value) => (typeof value === 'string' && !isEscaped(value) ? `${opening}${value}"` : coerced(value));
}

function booleanWriter(coerced: LeafWriter, { before }: LeafOptions): LeafWriter {
  const [trueText, falseText] = [`${before}true`, `${before}false`];
  return (value) => (value === true ? trueText : value === false ? falseText : coerced(value));
}

function coercing(type: GraphQLLeafType, { isNonNull, before }: LeafOptions): LeafWriter {
  const opening = `${before}"`;
  const nullText = `${before}null`;
  return (value) => {
    if (value === null || value === undefined) {
      if (isNonNull) throw new Bail('null at a position that is not nullable');
      return nullText;
    }
    const coerced: unknown = type.coerceOutputValue(leafOf(value));
    if (typeof coerced === 'string' && !isEscaped(coerced)) return `${opening}${coerced}"`;
    if (typeof coerced === 'number' && Number.isFinite(coerced)) return `${before}${coerced}`;
    if (coerced === null || coerced === undefined) throw new Bail('expected a leaf value that is not null');
    const text: string | undefined = JSON.stringify(coerced);
    if (text === undefined) throw new Bail('expected a leaf value that JSON can represent');
    return `${before}${text}`;
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
