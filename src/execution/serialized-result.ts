/** Parts of a result in order: strings, or bytes of UTF-8, which must not be changed. */
export type ResultChunks = readonly (string | Buffer)[];

/**
 * A result without errors that was rendered as JSON text, an ExecutionResult of the GraphQL specification. Transports send the
 * text as it is. Equal, byte for byte, to the serialized result of graphql-js.
 */
export class SerializedResult {
  readonly #chunks: ResultChunks;

  constructor(chunks: ResultChunks) {
    this.#chunks = chunks;
  }

  get text(): string {
    return this.#chunks.map(String).join('');
  }

  /** Number of bytes of the text in UTF-8. */
  get byteLength(): number {
    return this.#chunks.reduce((sum, chunk) => sum + Buffer.byteLength(chunk), 0);
  }

  /** Returns the text in UTF-8. The bytes belong to the row cache, and must not be changed. */
  bytes(): readonly Buffer[] {
    return this.#chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk) : chunk));
  }
}

export function isSerialized(result: object): result is SerializedResult {
  return result instanceof SerializedResult;
}
