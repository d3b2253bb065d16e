import type { SerializedEvent } from '../subscriptions/result-template.ts';

/** First byte of a WebSocket frame (RFC 6455, section 5.2): an unfragmented text message. */
const FINAL_TEXT = 0x81;
/** Length of a frame header, with a length of the payload of 7, 16 or 64 bits. */
type HeaderBytes = 2 | 4 | 10;

/** Returns the part of a `next` message that all subscribers share: the event and the closing brace. */
export function sharedPayload({ text }: SerializedEvent): Buffer {
  return Buffer.from(`${text}}`);
}

/**
 * The part of a `next` message that belongs to one operation: the frame header and the message up to its payload. Holds a text and not a
 * Buffer: there is one for each subscription, and a Buffer would retain the 64 kB from which Node allocates short ones.
 */
export class NextMessagePrefix {
  readonly #text: string;
  readonly #bytes: number;

  constructor(id: string) {
    this.#text = `{"id":${JSON.stringify(id)},"type":"next","payload":`;
    this.#bytes = Buffer.byteLength(this.#text);
  }

  /** Returns the bytes to write before a shared payload of this length. */
  before(payloadBytes: number): Buffer {
    return this.#write(payloadBytes, 0).bytes;
  }

  /** Returns the bytes of the whole message. */
  with(payload: Buffer): Buffer {
    const { bytes, end } = this.#write(payload.length, payload.length);
    bytes.set(payload, end);
    return bytes;
  }

  /** Writes the prefix to a new buffer, which has room for some bytes of the payload after it. */
  #write(payloadBytes: number, room: number): { readonly bytes: Buffer; readonly end: number } {
    const length = this.#bytes + payloadBytes;
    const headerBytes = headerBytesOf(length);
    const end = headerBytes + this.#bytes;
    const bytes = Buffer.allocUnsafe(end + room);
    writeHeader(bytes, headerBytes, length);
    bytes.write(this.#text, headerBytes, this.#bytes);
    return { bytes, end };
  }
}

function headerBytesOf(length: number): HeaderBytes {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}

function writeHeader(bytes: Buffer, headerBytes: HeaderBytes, length: number): void {
  bytes[0] = FINAL_TEXT;
  switch (headerBytes) {
    case 2:
      bytes[1] = length;
      break;
    case 4:
      bytes[1] = 126;
      bytes.writeUInt16BE(length, 2);
      break;
    case 10:
      bytes[1] = 127;
      bytes.writeBigUInt64BE(BigInt(length), 2);
      break;
    default:
      throw new TypeError(`Expected 2, 4 or 10 bytes, got ${JSON.stringify(headerBytes satisfies never)}.`);
  }
}

/** Limit of a close frame (RFC 6455, section 5.5) less the close code. */
const MAX_REASON_BYTES = 123;

/** Returns the longest prefix that fits into a close frame and does not split a character. */
export function closeReason(message: string): string {
  return Buffer.from(message)
    .subarray(0, MAX_REASON_BYTES)
    .toString()
    .replace(/\uFFFD$/u, '');
}
