/**
 * A result without errors that was rendered as JSON text, an ExecutionResult of the GraphQL specification. Transports send the
 * text as it is. Equal, byte for byte, to the serialized result of graphql-js.
 */
export class SerializedResult {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }

  /** Returns the text in UTF-8. */
  bytes(): Buffer {
    return Buffer.from(this.text);
  }
}

export function isSerialized(result: object): result is SerializedResult {
  return result instanceof SerializedResult;
}
