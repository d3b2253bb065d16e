import { Receiver as FrameParser } from 'ws';

/** The stream into which `ws` writes what a socket receives. */
interface ReceivedBytes {
  readonly errored: Error | null;
  _write: (this: ReceivedBytes, chunk: Buffer, encoding: BufferEncoding, callback: () => void) => void;
}

declare module 'ws' {
  /** @types/ws lacks it. */
  export const Receiver: { readonly prototype: ReceivedBytes };
}

/**
 * Makes the parser of `ws` (8.22.2 to 8.23.0) ignore the bytes after an invalid frame. While a message waits for its iteration of the event
 * loop, chunks that arrive are queued, and Node then writes them in one loop, also after one of them has failed. The parser would go on with
 * a mask that it no longer has: its TypeError would end the process, at the request of any client.
 */
export function ignoreBytesAfterErrors(): void {
  const { prototype } = FrameParser;
  const write = prototype._write;
  prototype._write = function writeUnlessErrored(chunk, encoding, callback) {
    if (this.errored) callback();
    else write.call(this, chunk, encoding, callback);
  };
}
