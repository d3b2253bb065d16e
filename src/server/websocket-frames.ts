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

  /** Length of the message up to its payload. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Returns the length of a message with a payload of this length, as a frame. */
  frameBytes(payloadBytes: number): number {
    const length = this.#bytes + payloadBytes;
    return headerBytesOf(length) + length;
  }

  /** Returns the bytes to write before a shared payload of this length. */
  before(payloadBytes: number): Buffer {
    const bytes = Buffer.allocUnsafe(this.frameBytes(payloadBytes) - payloadBytes);
    this.writeTo(bytes, 0, payloadBytes);
    return bytes;
  }

  /** Returns the bytes of the whole message. */
  with(payload: Buffer): Buffer {
    const bytes = Buffer.allocUnsafe(this.frameBytes(payload.length));
    bytes.set(payload, this.writeTo(bytes, 0, payload.length));
    return bytes;
  }

  /** Writes the bytes before a payload of this length. Returns where the payload begins. */
  writeTo(bytes: Buffer, at: number, payloadBytes: number): number {
    const length = this.#bytes + payloadBytes;
    const textAt = at + headerBytesOf(length);
    writeHeader(bytes, at, length);
    bytes.write(this.#text, textAt, this.#bytes);
    return textAt + this.#bytes;
  }
}

function headerBytesOf(length: number): HeaderBytes {
  if (length < 126) return 2;
  return length < 65_536 ? 4 : 10;
}

function writeHeader(bytes: Buffer, at: number, length: number): void {
  const headerBytes = headerBytesOf(length);
  bytes[at] = FINAL_TEXT;
  switch (headerBytes) {
    case 2:
      bytes[at + 1] = length;
      break;
    case 4:
      bytes[at + 1] = 126;
      bytes.writeUInt16BE(length, at + 2);
      break;
    case 10:
      bytes[at + 1] = 127;
      bytes.writeBigUInt64BE(BigInt(length), at + 2);
      break;
    default:
      throw new TypeError(`Expected 2, 4 or 10 bytes, got ${JSON.stringify(headerBytes satisfies never)}.`);
  }
}

/** Frames that nothing refers to any more, so that they can be overwritten. */
interface FreeFrames {
  readonly sequence: PayloadSequence;
  readonly prefixBytes: number;
  readonly frames: Buffer;
}

/**
 * The payloads of successive messages: the same object for connections that get the same payloads one after the other. Its frames are
 * built once for all of them: for each further connection, only the prefixes are written to the same buffer. The last payloads and frames
 * stay in memory; transports limit each to 16 KiB.
 */
export class PayloadSequence {
  static readonly empty = new PayloadSequence([]);
  /** The frames that were built last. */
  static #free: FreeFrames | undefined;

  readonly #payloads: readonly Buffer[];
  /** The sequence that was last made of this one. */
  #longer: PayloadSequence | undefined;

  private constructor(payloads: readonly Buffer[]) {
    this.#payloads = payloads;
  }

  /** Returns the payloads of this sequence and another one. */
  with(payload: Buffer): PayloadSequence {
    const longer = this.#longer;
    if (longer && longer.#payloads[this.#payloads.length] === payload) return longer;
    return (this.#longer = new PayloadSequence([...this.#payloads, payload]));
  }

  /**
   * Returns the messages with these payloads. The caller must not write to the buffer.
   * @param bytes length of all frames
   */
  framesOf(prefix: NextMessagePrefix, bytes: number): Buffer {
    const free = PayloadSequence.#free;
    PayloadSequence.#free = undefined;
    const hasPayloads = free?.sequence === this && free.prefixBytes === prefix.bytes;
    const frames = hasPayloads ? free.frames : Buffer.allocUnsafe(bytes);
    let end = 0;
    for (const payload of this.#payloads) {
      const at = prefix.writeTo(frames, end, payload.length);
      if (!hasPayloads) frames.set(payload, at);
      end = at + payload.length;
    }
    return frames;
  }

  /** Lets {@link framesOf} overwrite frames. Nothing may refer to them any more. */
  reuse(frames: Buffer, { bytes: prefixBytes }: NextMessagePrefix): void {
    PayloadSequence.#free = { sequence: this, prefixBytes, frames };
  }
}
