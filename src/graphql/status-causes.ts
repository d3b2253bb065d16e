import { excerptOf } from '../kubernetes/excerpt.ts';
import { MAX_CAUSES, type StatusCause, type StatusDetails } from '../kubernetes/status-error.ts';

/** An API server adds this cause if it has not evaluated every rule because of the others. It names no field. */
const INCOMPLETE = /^Invalid value: null: some validation rules were not checked\b/u;
/** The same in the message of the Status, which lists all causes. */
const INCOMPLETE_IN_MESSAGE = /, <nil>: Invalid value: null: some validation rules were not checked[^\]]*(?=\])/gu;

/** Cause with the text of a response that is not a Status, which may be a page of HTML. */
const UNEXPECTED_RESPONSE = 'UnexpectedServerResponse';

/** Limits on the texts of an error: they may quote any value of the request, or thousands of them. */
const [MAX_MESSAGE_LENGTH, MAX_CAUSE_LENGTH] = [20_000, 2_000];

/**
 * Returns the message and causes of a Status as clients get them: without the cause that only announces that there may be more,
 * and without objects, which API servers and webhooks print as invalid values. The message ends with the causes that name no field if it
 * does not contain them: some webhooks have the reason only there. Returns at most {@link MAX_CAUSES} causes, and
 * the beginning of long texts.
 */
export function readableStatus({ message, causes = [] }: Pick<StatusDetails, 'message' | 'causes'>): Pick<
  Required<StatusDetails>,
  'message'
> & {
  readonly causes: readonly StatusCause[];
} {
  const specific = causes.filter(({ field, message: text }) => field !== '' || !INCOMPLETE.test(text));
  const kept = (specific.length > 0 ? specific : causes).slice(0, MAX_CAUSES);
  const readable = kept.map((cause) => ({
    ...cause,
    message: excerptOf(withoutObject(cause.message), MAX_CAUSE_LENGTH),
  }));
  const whole = kept.reduce(
    (text, cause, i) => text.replace(cause.message, () => readable[i]?.message ?? ''),
    specific.length > 0 ? message.replaceAll(INCOMPLETE_IN_MESSAGE, '') : message,
  );
  const missing = readable.filter(
    ({ field, reason, message: text }) =>
      field === '' && reason !== UNEXPECTED_RESPONSE && text !== '' && !whole.includes(text),
  );
  const added = missing.map(({ message: text }) => text).join('; ');
  const full = [whole, added].filter((text) => text !== '').join(': ');
  return { message: excerptOf(full, MAX_MESSAGE_LENGTH), causes: readable };
}

/** Kinds of `field.Error` that print their value, up to the value. */
const WITH_VALUE = /^(?:Invalid value|Unsupported value|Duplicate value|Internal error|Not found): /u;
/** Start of an object or list: as JSON, quoted JSON, or a Go value such as `map[string]string{` or `v1beta1.Rule{`. */
const OBJECT_START = /^(?:"?[[{]|&?(?:map\[|\[\])?[\w.[\]*]*\{)/u;
/** Longer values are left out, short ones such as `{"mountPath":"/data"}` are kept. */
const LONGEST_VALUE = 100;

/** Returns the message of a cause without the value, if that is a long object: `Invalid value: must have …`. */
function withoutObject(message: string): string {
  const start = WITH_VALUE.exec(message)?.[0];
  if (start === undefined) return message;
  const value = message.slice(start.length);
  if (!OBJECT_START.test(value)) return message;
  const length = lengthOfValue(value);
  if (length <= LONGEST_VALUE) return message;
  const rest = value.slice(length).replace(/^:\s*/u, '');
  return rest === '' ? start.replace(/: $/u, '') : `${start}${rest}`;
}

/** Returns the length of the value at the start of a text, up to its closing quotation mark or outermost bracket. */
function lengthOfValue(text: string): number {
  const quoted = /^"(?:[^"\\]|\\.)*"/u.exec(text)?.[0];
  if (quoted !== undefined) return quoted.length;
  let depth = 0;
  let inString = false;
  for (let i = 0; i < text.length; i += 1) {
    const character = text[i];
    if (character === '\\') i += 1;
    else if (character === '"') inString = !inString;
    else if (!inString && (character === '{' || character === '[')) depth += 1;
    else if (!inString && (character === '}' || character === ']')) {
      depth -= 1;
      const isGoType = character === ']' && /^[\w.*]*\{/u.test(text.slice(i + 1)); // such as map[string]v1beta1.Rule{
      if (depth === 0 && !isGoType) return i + 1;
    }
  }
  return text.length;
}
