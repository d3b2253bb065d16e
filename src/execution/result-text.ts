/** Texts up to this length are collected before they are encoded. */
const ENCODED_LENGTH = 32 * 1024;

/** The text of a result while it is written: strings, and bytes of UTF-8. */
export class ResultText {
  readonly #chunks: (string | Buffer)[] = [];
  #text = '';

  write(text: string): void {
    this.#text += text;
    if (this.#text.length > ENCODED_LENGTH) this.#chunks.push(Buffer.from(this.#take()));
  }

  /** @param bytes text in UTF-8, which is not copied */
  writeBytes(bytes: Buffer): void {
    if (this.#text !== '') this.#chunks.push(this.#take());
    this.#chunks.push(bytes);
  }

  /** Returns the chunks of the text. A short one is one string. */
  chunks(): readonly (string | Buffer)[] {
    return [...this.#chunks, this.#take()];
  }

  #take(): string {
    const text = this.#text;
    this.#text = '';
    return text;
  }
}
