import { Bail } from './bail.ts';

/** UTF-8 of a constant text, to be written again and again. The constants of an operation are next to each other in Node's pool. */
export function constantText(text: string): Buffer {
  return Buffer.from(text);
}

const [QUOTE, BACKSLASH, FIRST_PRINTABLE, FIRST_NON_ASCII] = [0x22, 0x5c, 0x20, 0x80];
const MAX_BYTES_PER_CHARACTER = 3;
/** Longer texts are written by Node, whose call takes as long as writing this number of characters. */
const SHORT = 128;
/** Longer constants are copied by V8. */
const SHORT_CONSTANT = 64;
// oxlint-disable-next-line eslint/no-control-regex -- JSON escapes them
const ESCAPED = /["\\\u0000-\u001f\ud800-\udfff]/u;
const INITIAL_BYTES = 64 * 1024;
/** A larger buffer is replaced when the text has been taken. */
const MAX_KEPT_BYTES = 1024 * 1024;
/** Limit of the buffer. A longer text, which would be written in one turn of the event loop, is left to graphql-js. */
const MAX_BYTES = 8 * 1024 * 1024;

/**
 * JSON text in UTF-8 that is being written. The buffer is reused: a function that begins a text takes it, or removes it, before it
 * returns, so texts can be nested. To write bytes takes less time than to concatenate and encode strings, and leaves no garbage.
 */
export class Utf8Text {
  #bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  #length = 0;

  /** Number of bytes that are written and not taken. */
  get length(): number {
    return this.#length;
  }

  /** Writes a constant. */
  writeConstant(constant: Uint8Array): void {
    this.#length = this.#copyConstant(constant, this.#reserve(constant.length));
  }

  /** Writes JSON text. */
  write(text: string): void {
    const { length } = text;
    const bytes = this.#reserve(MAX_BYTES_PER_CHARACTER * length);
    if (length > SHORT) {
      this.#length += bytes.write(text, this.#length);
      return;
    }
    let at = this.#length;
    for (let index = 0; index < length; index += 1) {
      const code = text.charCodeAt(index);
      if (code >= FIRST_NON_ASCII) {
        this.#length += bytes.write(text, this.#length);
        return;
      }
      bytes[at] = code;
      at += 1;
    }
    this.#length = at;
  }

  /** Writes a part of a text in UTF-8. */
  writeBytes(source: Buffer, start = 0, end = source.length): void {
    this.#length += source.copy(this.#reserve(end - start), this.#length, start, end);
  }

  /** Writes a string as JSON, after a constant that ends with the opening quote. */
  writeString(before: Uint8Array, value: string): void {
    const { length } = value;
    const bytes = this.#reserve(before.length + MAX_BYTES_PER_CHARACTER * length + 1);
    let at = this.#copyConstant(before, bytes);
    if (length > SHORT) return this.#writeLong(at, value);
    for (let index = 0; index < length; index += 1) {
      const code = value.charCodeAt(index);
      if (code < FIRST_PRINTABLE || code >= FIRST_NON_ASCII || code === QUOTE || code === BACKSLASH)
        return this.#writeLong(this.#length + before.length, value);
      bytes[at] = code;
      at += 1;
    }
    bytes[at] = QUOTE;
    this.#length = at + 1;
    return undefined;
  }

  /** Writes a string that is long, or may have characters that JSON escapes, after the opening quote. */
  #writeLong(at: number, value: string): void {
    if (ESCAPED.test(value)) {
      this.#length = at - 1;
      this.write(JSON.stringify(value));
      return;
    }
    const end = at + this.#bytes.write(value, at);
    this.#bytes[end] = QUOTE;
    this.#length = end + 1;
  }

  /** Returns the bytes from a position on, and removes them. */
  take(start: number): Buffer {
    const taken = Buffer.allocUnsafeSlow(this.#length - start); // a slice of Node's pool would retain the pool
    this.#bytes.copy(taken, 0, start, this.#length);
    this.removeFrom(start);
    return taken;
  }

  /** As {@link take}, as a string. */
  takeString(start: number): string {
    const text = this.#bytes.toString('utf8', start, this.#length);
    this.removeFrom(start);
    return text;
  }

  removeFrom(start: number): void {
    this.#length = start;
    if (start === 0 && this.#bytes.length > MAX_KEPT_BYTES) this.#bytes = Buffer.allocUnsafeSlow(INITIAL_BYTES);
  }

  /** Calls a function that writes. Removes what it has written if it throws. */
  attempt<T>(write: () => T): T {
    const start = this.#length;
    try {
      return write();
    } catch (error) {
      this.removeFrom(start);
      throw error;
    }
  }

  /** Returns the position behind the constant. */
  #copyConstant(constant: Uint8Array, bytes: Buffer): number {
    let at = this.#length;
    const { length } = constant;
    if (length > SHORT_CONSTANT) {
      bytes.set(constant, at);
      return at + length;
    }
    for (let index = 0; index < length; index += 1) {
      bytes[at] = constant[index] ?? 0;
      at += 1;
    }
    return at;
  }

  /** Returns the buffer, with space for at least a number of bytes. @throws {Bail} if it would have more than {@link MAX_BYTES} */
  #reserve(count: number): Buffer {
    const needed = this.#length + count;
    if (needed > this.#bytes.length) {
      if (needed > MAX_BYTES) throw new Bail('a text is too long');
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, 2 * this.#bytes.length));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    return this.#bytes;
  }
}
