import { readFileSync } from 'node:fs';
import path from 'node:path';
import { buildSchema, isEnumType } from 'graphql';
import { canariesIn } from '../access/canaries.ts';
import type { Answer } from './abusive-input.ts';
import { USERS } from './target.ts';

const SCHEMA = path.resolve(import.meta.dirname, '../../../schema/schema.graphql');
export const schema = buildSchema(readFileSync(SCHEMA, 'utf8'));

const errorCode = schema.getType('ErrorCode');
const CODES = new Set(isEnumType(errorCode) ? errorCode.getValues().map(({ name }) => name) : []);

/** Words of JavaScript, Node, the network or the file system. No input contains them, so an answer cannot repeat one. */
const INTERNAL_WORDS: readonly RegExp[] = [
  /\n\s+at .+:\d+:\d+/u,
  /\\n\s+at .+:\d+:\d+/u,
  /node_modules|node:internal|file:\/\/\/|\.[mc]?[jt]s:\d+/u,
  /\bundefined\b|\[object \w+\]|\bNaN\b/u,
  /\b(?:Type|Range|Reference|Syntax|Aggregate|Assertion)Error\b/u,
  /Cannot read propert|is not a function|is not iterable|\w is not defined|Maximum call stack|Invalid array length/u,
  /Unexpected token|in JSON at position|Unexpected end of JSON|Bad control character|is not valid JSON/u,
  /\bE(?:CONN\w+|PIPE|NOTFOUND|AI_AGAIN|ADDR\w+|MFILE)\b|socket hang up|ERR_[A-Z_]+/u,
  /Internal error of the gateway/u,
];

/** Close codes of a server that has failed, rather than refused. */
const FAILED_CLOSES = new Set([1011, 4500]);

interface GraphQLAnswer {
  readonly errors?: unknown;
  readonly payload?: unknown;
}

/** Returns what is wrong with an answer, one text per problem. */
export function problemsOf({ status, closeCode, text }: Answer): readonly string[] {
  const internal = INTERNAL_WORDS.flatMap((pattern) => pattern.exec(text)?.[0] ?? []);
  const canaries = [...canariesIn(text)].filter((word) => word.startsWith('zq'));
  return [
    ...(status !== undefined && status >= 500 ? [`status ${status}`] : []),
    ...(closeCode !== undefined && FAILED_CLOSES.has(closeCode) ? [`close code ${closeCode}`] : []),
    ...internal.map((word) => `internal word ${JSON.stringify(word)}`),
    ...canaries.map((canary) => `canary ${canary} of another viewer`),
    ...(text.includes(USERS.owner.token) ? ['token of another viewer'] : []),
    ...jsonIn(text).flatMap((json) => codingProblems(json)),
  ];
}

/** Returns the JSON bodies in an answer: a message, a body after its headers, or events of a stream. */
function jsonIn(text: string): readonly GraphQLAnswer[] {
  const candidates = [text, ...text.split('\n').map((line) => line.replace(/^data: /u, ''))];
  return candidates
    .filter((candidate) => candidate.startsWith('{'))
    .flatMap((candidate) => {
      try {
        return [JSON.parse(candidate) as GraphQLAnswer];
      } catch {
        return []; // an incomplete event
      }
    });
}

function codingProblems({ errors, payload }: GraphQLAnswer): readonly string[] {
  const nested = Array.isArray(payload) ? payload : ((payload as GraphQLAnswer | null | undefined)?.errors ?? []);
  return [errors ?? [], nested]
    .flatMap((list) => (Array.isArray(list) ? list : [list]))
    .flatMap((error: unknown) => {
      const { message, extensions } = error as {
        readonly message?: unknown;
        readonly extensions?: { readonly code?: unknown };
      };
      const code = extensions?.code;
      if (typeof code === 'string' && CODES.has(code) && code !== 'INTERNAL') return [];
      return [`error with code ${String(code)}: ${String(message)}`];
    });
}

/** Returns the parts of a gateway's log that report a failure of the gateway. */
export function problemsInLog(text: string): readonly string[] {
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const outside = lines.filter((line) => !line.startsWith('{"level":')).join('\n');
  return [
    ...(outside === '' ? [] : [`output outside of the log: ${outside.slice(0, MAX_LOG_CHARACTERS)}`]),
    ...lines
      .filter((line) => line.includes('"msg":"unexpected error"'))
      .map((line) => `unexpected error in the log: ${line}`),
    ...Object.values(USERS).flatMap(({ name, token }) => (text.includes(token) ? [`token of ${name} in the log`] : [])),
  ];
}

const MAX_LOG_CHARACTERS = 2_000;
