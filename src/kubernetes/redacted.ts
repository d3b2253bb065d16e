/*
 * Readers of errors and logs may lack permission to read the objects of the cluster, Secrets above all. So errors and logs
 * describe content by type and size and do not quote it.
 */

/** Returns the type and size of a value, e.g. `an object with 3 fields` or `a string of 20 characters`. */
export function redactedSummary(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return `a string of ${counted(value.length, 'character')}`;
  if (Array.isArray(value)) return `a list of ${counted(value.length, 'item')}`;
  if (typeof value === 'object') return `an object with ${counted(Object.keys(value).length, 'field')}`;
  return `a ${typeof value}`;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/** Part of an error that a log may contain. */
interface LoggedError {
  readonly name: string;
  readonly code?: string | number;
  /** Absent if the message may quote content. */
  readonly message?: string;
  /** Stack frames without the message. */
  readonly stack: string;
  readonly cause?: LoggedError;
}

/** Errors of parsers and of graphql-js; their messages quote the input. */
const QUOTING_NAMES = new Set(['SyntaxError', 'YAMLParseError', 'YAMLException', 'GraphQLError']);
/** Type errors of V8 and Node that quote a value. The others name expressions and properties of the code. */
const QUOTING_MESSAGE =
  /^Cannot use 'in' operator|^Cannot (?:create|assign to read only) property|^Cannot convert |^Iterator value | is not iterable|\. Received /u;

/**
 * Returns the part of an error that a log may contain: without further properties, and without a message that may quote
 * content.
 */
export function redactedError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { name: typeof error, stack: '' };
  const { name, message, stack = '', cause } = error;
  const { code } = error as NodeJS.ErrnoException;
  const frames = stack.slice(stack.indexOf(message) + message.length).match(/^ {4}at .*$/gmu) ?? [];
  return {
    name,
    ...(isPlain(code) && { code }),
    ...(!mayQuote(error) && { message }),
    stack: frames.join('\n'),
    ...(cause !== undefined && { cause: redactedError(cause) }),
  };
}

/** Returns name and message of an error, without the message if it may quote content. */
export function redactedReason(error: unknown): string {
  const { name, message = 'details are withheld, since they may quote content' } = redactedError(error);
  return `${name}: ${message}`;
}

function mayQuote({ name, message }: Error): boolean {
  return QUOTING_NAMES.has(name) || QUOTING_MESSAGE.test(message);
}

function isPlain(code: unknown): code is string | number {
  return typeof code === 'string' || typeof code === 'number';
}
