/** Texts up to this length are collected before they are encoded. */
const ENCODED_LENGTH = 32 * 1024;

/** The text of a result while it is written: strings, and bytes of UTF-8. */
export class ResultText {
  readonly #chunks: (string | Buffer)[] = [];
  #texts: string[] = [];
  #length = 0;

  write(text: string): void {
    this.#texts.push(text);
    this.#length += text.length;
    if (this.#length > ENCODED_LENGTH) this.#chunks.push(Buffer.from(this.#take()));
  }

  /** @param bytes text in UTF-8, which is not copied */
  writeBytes(bytes: Buffer): void {
    if (this.#length > 0) this.#chunks.push(this.#take());
    this.#chunks.push(bytes);
  }

  /** Returns the chunks of the text. A short one is one string. */
  chunks(): readonly (string | Buffer)[] {
    return [...this.#chunks, this.#take()];
  }

  #take(): string {
    const text = this.#texts.join('');
    this.#texts = [];
    this.#length = 0;
    return text;
  }
}
