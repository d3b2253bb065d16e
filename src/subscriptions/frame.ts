/** One event as its readers get it. Its bytes are worked out once for all who want them in the same form. */
export class Frame {
  readonly text: string;
  readonly cursor: string;
  #encode: ((frame: Frame) => Buffer) | undefined;
  #bytes: Buffer | undefined;

  constructor(text: string, cursor: string) {
    this.text = text;
    this.cursor = cursor;
  }

  bytes(encode: (frame: Frame) => Buffer): Buffer {
    if (this.#encode === encode && this.#bytes) return this.#bytes;
    this.#encode = encode;
    this.#bytes = encode(this);
    return this.#bytes;
  }
}
