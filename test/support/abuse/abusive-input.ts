import type { GraphQLSchema } from 'graphql';
import type { SeededRandom } from '../seeded-random.ts';
import type { AbuseTarget, Mode, SampleValues } from './target.ts';

/** Everything that an input is derived from. */
export interface InputSources {
  readonly random: SeededRandom;
  readonly samples: SampleValues;
  readonly schema: GraphQLSchema;
  /** Names of the schema: types, fields, arguments, enum values. */
  readonly names: readonly string[];
  /** Valid operations with their variables: those of `schema/operations`. */
  readonly operations: readonly { readonly query: string; readonly variables: unknown }[];
}

/** Something that the gateway has sent. */
export interface Answer {
  /** HTTP status; undefined for a message of a WebSocket. */
  readonly status?: number;
  /** Close code of a WebSocket. */
  readonly closeCode?: number;
  readonly text: string;
}

/** One attempt to make the gateway fail. */
export interface AbusiveInput {
  readonly mode: Mode;
  /** The bytes that are sent, shortened, for the reader of a failure. */
  readonly description: string;
  /**
   * Sends the input and resolves with all answers.
   * @throws {Error} if an answer is missing that the protocol requires
   */
  send(target: AbuseTarget): Promise<readonly Answer[]>;
}

/** Makes inputs of one kind. Deterministic for the same sources. */
export type Surface = (sources: InputSources) => AbusiveInput;

/** Time for an answer. A longer one is a hang: nothing that a fuzzer sends may take this long. */
export const ANSWER_TIMEOUT_MS = 15_000;
const DESCRIPTION_CHARACTERS = 800;

export function describeBytes(bytes: Buffer | string): string {
  const text = JSON.stringify(bytes.toString('latin1'));
  const { length } = text;
  return length <= DESCRIPTION_CHARACTERS ? text : `${text.slice(0, DESCRIPTION_CHARACTERS)}… (${length} characters)`;
}
