import type { ExecutionResult } from 'graphql';
import type { Context } from '../graphql/context.ts';
import { failure } from '../graphql/errors.ts';
import { SerializedResult } from './serialized-result.ts';

/** Characters of a result that are serialized at once, in some milliseconds. */
const LONG_CHARACTERS = 1024 * 1024;
/** Characters of a part of a longer result. */
const PART_CHARACTERS = 128 * 1024;
/** Limit on a result with errors, which a transport serializes in one turn. */
const MAX_CHARACTERS_WITH_ERRORS = 8 * 1024 * 1024;

/**
 * Serializes a long result of graphql-js in turns of its viewer. Returns a short one, and one with errors, as it is; if the latter is too
 * long, its errors without the data. Rejects if the text exceeds the limit of the operation, or its signal aborts.
 */
export function inTurnsIfLong(result: ExecutionResult, context: Context): ExecutionResult | Promise<SerializedResult> {
  const { data, errors } = result;
  if (!errors) return isLonger(data, LONG_CHARACTERS) ? serializedInTurns(result, context) : result;
  if (!isLonger(data, MAX_CHARACTERS_WITH_ERRORS)) return result;
  const message = `Expected a result with errors of at most ${MAX_CHARACTERS_WITH_ERRORS} characters, got more. Request smaller pages with \`first\`, or leave out the fields with errors.`;
  return { errors: [...errors, failure('BAD_REQUEST', message)] };
}

async function serializedInTurns(result: ExecutionResult, { client, signal }: Context): Promise<SerializedResult> {
  const chunks: Buffer[] = [];
  let texts: string[] = [];
  let characters = 0;
  const take = () => {
    const chunk = Buffer.from(texts.join(''));
    client.cost.addText(chunk.length);
    chunks.push(chunk);
    texts = [];
    characters = 0;
  };
  for (const text of textsOf(result)) {
    texts.push(text);
    characters += text.length;
    if (characters < PART_CHARACTERS) continue;
    take();
    await client.cost.pause();
    signal.throwIfAborted();
  }
  take();
  return new SerializedResult(chunks);
}

/** Yields the parts of what JSON.stringify returns for a value of JSON. Only strings are longer than {@link PART_CHARACTERS}. */
export function* textsOf(value: unknown): Generator<string, void> {
  if (typeof value !== 'object' || value === null || !isLonger(value, PART_CHARACTERS)) {
    yield JSON.stringify(value);
    return;
  }
  const isList = Array.isArray(value);
  let separator = isList ? '[' : '{';
  for (const [key, member] of Object.entries(value)) {
    if (!isList && member === undefined) continue;
    yield isList ? separator : `${separator}${JSON.stringify(key)}:`;
    separator = ',';
    yield* textsOf(member ?? null);
  }
  yield isList ? ']' : '}';
}

/** Returns whether the JSON text of a value has more than about a number of characters. Takes time in that number at most. */
function isLonger(value: unknown, characters: number): boolean {
  return roomAfter(value, characters) < 0;
}

/** Returns the characters of a room that a value leaves. Negative if it needs more. */
function roomAfter(value: unknown, room: number): number {
  if (typeof value === 'string') return room - value.length;
  let left = room - 1;
  if (typeof value !== 'object' || value === null) return left;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && left >= 0; index += 1) left = roomAfter(value[index], left);
    return left;
  }
  for (const [key, member] of Object.entries(value)) {
    left = roomAfter(member, left - key.length);
    if (left < 0) break;
  }
  return left;
}
