const MASK_BIT = 0x80;
const TWO_BYTES = 126;
const EIGHT_BYTES = 127;

export const OPCODES = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** A frame of a client (RFC 6455, section 5.2). Every part may be wrong. */
export interface ClientFrame {
  readonly opcode: number;
  readonly payload: Buffer;
  readonly final?: boolean;
  readonly reserved?: number;
  readonly masked?: boolean;
  /** Length that the header claims. Default: that of the payload. */
  readonly claimedLength?: number;
}

/** Returns the bytes of a frame, masked with zeros. */
export function encodeFrame({ opcode, payload, final = true, reserved = 0, masked = true, ...claims }: ClientFrame) {
  const length = claims.claimedLength ?? payload.length;
  const first = (final ? MASK_BIT : 0) | (reserved << 4) | opcode;
  const maskBit = masked ? MASK_BIT : 0;
  return Buffer.concat([
    Buffer.from([first]),
    lengthBytes(length, maskBit),
    masked ? Buffer.alloc(4) : Buffer.alloc(0),
    payload,
  ]);
}

export function encodeText(text: string): Buffer {
  return encodeFrame({ opcode: OPCODES.text, payload: Buffer.from(text) });
}

function lengthBytes(length: number, maskBit: number): Buffer {
  if (length < TWO_BYTES) return Buffer.from([maskBit | length]);
  if (length < 65_536) return Buffer.from([maskBit | TWO_BYTES, length >> 8, length & 0xff]);
  const bytes = Buffer.alloc(9);
  bytes[0] = maskBit | EIGHT_BYTES;
  bytes.writeBigUInt64BE(BigInt(length), 1);
  return bytes;
}

/** A complete frame of the server. */
export interface ServerFrame {
  readonly opcode: number;
  readonly payload: Buffer;
}

/** Decodes the complete frames of a server, which are neither masked nor fragmented by the gateway. */
export function decodeFrames(bytes: Buffer): readonly ServerFrame[] {
  const frames: ServerFrame[] = [];
  let at = 0;
  while (at + 2 <= bytes.length) {
    const opcode = bytes.readUInt8(at) & 0x0f;
    const short = bytes.readUInt8(at + 1) & 0x7f;
    const lengthSize = short === EIGHT_BYTES ? 8 : short === TWO_BYTES ? 2 : 0;
    const start = at + 2 + lengthSize;
    if (start > bytes.length) break;
    const length =
      lengthSize === 0 ? short : bytes.readUIntBE(start - Math.min(lengthSize, 6), Math.min(lengthSize, 6));
    if (start + length > bytes.length) break;
    frames.push({ opcode, payload: bytes.subarray(start, start + length) });
    at = start + length;
  }
  return frames;
}
