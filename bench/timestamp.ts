/** First byte of a timestamp, `@`. Nothing else in a message contains it, so its number is the number of messages. */
export const TIMESTAMP_MARK = 0x40;
const DIGITS = 16;
/** Length of the mark and the digits. */
export const TIMESTAMP_BYTES = 1 + DIGITS;

/** Returns the time of the monotonic clock, which all processes of the machine share. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

/** Returns the current time as text of fixed length. */
export function timestampNow(): string {
  return `@${String(nowUs()).padStart(DIGITS, '0')}`;
}

/** Reads the timestamp whose mark is at this index. Undefined if the chunk ends within it. */
export function readTimestampUs(chunk: Buffer, at: number): number | undefined {
  return at + TIMESTAMP_BYTES <= chunk.length
    ? Number(chunk.toString('latin1', at + 1, at + TIMESTAMP_BYTES))
    : undefined;
}
