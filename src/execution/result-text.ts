import type { ResultChunks } from './serialized-result.ts';
import type { Utf8Text } from './utf8-text.ts';

/** Bytes that are collected before they become a chunk. */
const CHUNK_BYTES = 32 * 1024;
/** Results up to this length are one string. */
const SHORT_BYTES = 16 * 1024;

/** The chunks of a result whose text is being written. */
export class ResultText {
  readonly #text: Utf8Text;
  readonly #chunks: (string | Buffer)[] = [];
  #start = 0;

  constructor(text: Utf8Text) {
    this.#text = text;
  }

  /** To be called before the first text of a turn of the event loop. */
  begin(): void {
    this.#start = this.#text.length;
  }

  /** To be called after some text has been written. */
  written(): void {
    if (this.#length > CHUNK_BYTES) this.#chunks.push(this.#text.take(this.#start));
  }

  /** @param bytes text in UTF-8. It is not copied unless the result is short so far */
  writeBytes(bytes: Buffer): void {
    if (this.#chunks.length === 0 && this.#length + bytes.length <= SHORT_BYTES) return this.#text.writeBytes(bytes);
    this.end();
    this.#chunks.push(bytes);
    return undefined;
  }

  /** Makes what was written a chunk. To be called before the turn ends. */
  end(): void {
    const length = this.#length;
    if (length === 0) return;
    const isShort = this.#chunks.length === 0 && length <= SHORT_BYTES;
    this.#chunks.push(isShort ? this.#text.takeString(this.#start) : this.#text.take(this.#start));
  }

  /** Returns the chunks of the text. A short one is one string. */
  chunks(): ResultChunks {
    return this.#chunks;
  }

  get #length(): number {
    return this.#text.length - this.#start;
  }
}
