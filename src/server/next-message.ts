import type { Frame } from '../graphql/live/frame.ts';

const FINAL_TEXT = 0x81;
/** Payloads up to here have their size in the second byte of the header, or in two more, or in eight more. */
const [SMALL, MEDIUM] = [126, 65_536];

/** What is the same of a `next` message for all operations that it goes to. */
export function sharedPart({ text }: Frame): Buffer {
  return Buffer.from(`${text}}`);
}

/** The beginning of every `next` message of one operation. */
export function ownPart(id: string): Buffer {
  return Buffer.from(`{"id":${JSON.stringify(id)},"type":"next","payload":`);
}

/** The head of a WebSocket frame (RFC 6455: one unmasked text) that holds both parts, and the first of them. */
export function beginMessage(own: Buffer, sharedBytes: number): Buffer {
  const size = own.length + sharedBytes;
  const head = size < SMALL ? 2 : size < MEDIUM ? 4 : 10;
  const bytes = Buffer.allocUnsafe(head + own.length);
  bytes[0] = FINAL_TEXT;
  bytes[1] = size < SMALL ? size : size < MEDIUM ? 126 : 127;
  if (head === 4) bytes.writeUInt16BE(size, 2);
  if (head === 10) bytes.writeBigUInt64BE(BigInt(size), 2);
  own.copy(bytes, head);
  return bytes;
}
