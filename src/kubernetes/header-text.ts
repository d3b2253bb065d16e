import { StatusError } from './status-error.ts';

/*
 * Header values are bytes. Node reads and writes them as Latin-1 characters; kubectl, the API server and meshes put UTF-8
 * into them. Text is converted where it enters and where it leaves, so that a name is the same name on every request.
 */

/** Control characters, lone surrogates, and leading or trailing spaces, which HTTP removes. */
const NOT_SENDABLE = /[\p{Cc}\p{Cs}]|^ | $/u;

/** Returns whether a header can carry the text unchanged. */
export function isHeaderText(text: string): boolean {
  return !NOT_SENDABLE.test(text);
}

/**
 * Returns the text in the form that Node writes as its UTF-8 bytes.
 * @throws {StatusError} BadRequest if a header cannot carry the text unchanged; the message has the header's name, not its value
 */
export function encodeHeader(name: string, text: string): string {
  if (isHeaderText(text)) return Buffer.from(text, 'utf8').toString('latin1');
  throw new StatusError({
    code: 400,
    reason: 'BadRequest',
    message: `Expected a value for the request header ${name} without control characters and without spaces around it. The request was not sent.`,
  });
}

const ASCII = /^[\0-\x7F]*$/u;

/** Returns the text of a header value that Node has read; undefined if its bytes are not UTF-8. */
export function decodeHeader(value: string): string | undefined {
  if (ASCII.test(value)) return value;
  try {
    return utf8.decode(Buffer.from(value, 'latin1'));
  } catch {
    return undefined; // as U+FFFD, the bytes of different names would become one name
  }
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
