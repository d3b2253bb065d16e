import { GraphQLBoolean, GraphQLID, GraphQLString, isEnumType, type GraphQLLeafType } from 'graphql';
import { keptOutput } from '../graphql/scalars.ts';
import { Bail, synchronous } from './bail.ts';
import { constantText, type Utf8Text } from './utf8-text.ts';

/** Writes a value of a leaf type, after a constant text. */
type WriteLeaf = (value: unknown, text: Utf8Text) => void;

interface LeafOptions {
  /** Whether null is an error. */
  readonly isNonNull: boolean;
  /** Text that precedes each value. To write both at once takes less time than to write them one after the other. */
  readonly before: string;
}

/**
 * Returns the writer of a leaf type. Values that its `coerceOutputValue` keeps as they are have short cuts; all others go through
 * it, as in graphql-js.
 */
export function leafWriterOf(type: GraphQLLeafType, options: LeafOptions): WriteLeaf {
  const writeCoerced = coercing(type, options);
  if (isEnumType(type)) return enumWriter(writeCoerced);
  if (keepsStrings(type)) return stringWriter(writeCoerced, options);
  if (type === GraphQLBoolean) return booleanWriter(writeCoerced, options);
  return writeCoerced;
}

/** Whether strings are the output of a type as they are. */
export function keepsStrings(type: GraphQLLeafType): boolean {
  return type === GraphQLString || type === GraphQLID || type.coerceOutputValue === keptOutput;
}

function stringWriter(writeCoerced: WriteLeaf, { before }: LeafOptions): WriteLeaf {
  const opening = constantText(`${before}"`);
  return (value, text) => {
    if (typeof value === 'string') text.writeString(opening, value);
    else writeCoerced(value, text);
  };
}

function booleanWriter(writeCoerced: WriteLeaf, { before }: LeafOptions): WriteLeaf {
  const [trueText, falseText] = [constantText(`${before}true`), constantText(`${before}false`)];
  return (value, text) => {
    if (typeof value === 'boolean') text.writeConstant(value ? trueText : falseText);
    else writeCoerced(value, text);
  };
}

function coercing(type: GraphQLLeafType, { isNonNull, before }: LeafOptions): WriteLeaf {
  const beforeText = constantText(before);
  const nullText = constantText(`${before}null`);
  return (value, text) => {
    if (value === null || value === undefined) {
      if (isNonNull) throw new Bail('null at a position that is not nullable');
      return text.writeConstant(nullText);
    }
    const coerced: unknown = type.coerceOutputValue(leafOf(value));
    if (coerced === null || coerced === undefined) throw new Bail('expected a leaf value that is not null');
    const json: string | undefined = JSON.stringify(coerced);
    if (json === undefined) throw new Bail('expected a leaf value that JSON can represent');
    text.writeConstant(beforeText);
    return text.write(json);
  };
}

/** Rejects values that graphql-js does not complete as a leaf. */
function leafOf(value: unknown): unknown {
  if (typeof value !== 'object') return value;
  if (synchronous(value) instanceof Error || isThenable(value)) throw new Bail('expected a leaf value');
  return value;
}

/** Keeps the text of each value of the enum. */
function enumWriter(writeCoerced: WriteLeaf): WriteLeaf {
  const texts = new Map<unknown, Uint8Array>();
  return (value, text) => {
    let constant = texts.get(value);
    if (!constant) {
      const start = text.length;
      writeCoerced(value, text);
      constant = text.take(start);
      texts.set(value, constant);
    }
    text.writeConstant(constant);
  };
}

export function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
