import type { SerializedEvent } from '../subscriptions/result-template.ts';

const FINAL_TEXT = 0x81;
/** Payloads up to here have their size in the second byte of the header, or in two more, or in eight more. */
const [SMALL, MEDIUM] = [126, 65_536];

/** What is the same of a `next` message for all operations that it goes to. */
export function sharedPayload({ text }: SerializedEvent): Buffer {
  return Buffer.from(`${text}}`);
}

/** What is its own of each `next` message of one operation: the head of a WebSocket frame (RFC 6455), and the id. */
export class NextMessagePrefix {
  readonly #text: Buffer;
  #bytes = Buffer.alloc(0);
  #sharedBytes = -1;

  constructor(id: string) {
    this.#text = Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
  }

  /** One unmasked text frame that goes on with so many bytes. Events are often of one size, so the last is kept. */
  before(sharedBytes: number): Buffer {
    if (this.#sharedBytes !== sharedBytes) {
      this.#bytes = Buffer.concat([headOf(this.#text.length + sharedBytes), this.#text]);
      this.#sharedBytes = sharedBytes;
    }
    return this.#bytes;
  }
}

function headOf(size: number): Buffer {
  if (size < SMALL) return Buffer.from([FINAL_TEXT, size]);
  const head = Buffer.alloc(size < MEDIUM ? 4 : 10);
  head[0] = FINAL_TEXT;
  head[1] = size < MEDIUM ? 126 : 127;
  if (size < MEDIUM) head.writeUInt16BE(size, 2);
  else head.writeBigUInt64BE(BigInt(size), 2);
  return head;
}
