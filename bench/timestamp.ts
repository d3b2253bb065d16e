/** Begins a stamp. Nothing else in a frame contains it, so counting it counts messages, whatever the protocol. */
export const MARK = 0x40;
const DIGITS = 16;
/** The mark and the digits. */
export const TIMESTAMP_BYTES = 1 + DIGITS;

/** A monotonic clock that all processes of this machine share. */
export function nowUs(): number {
  return Number(process.hrtime.bigint() / 1_000n);
}

/** This moment as text that is always of the same length. */
export function timestampNow(): string {
  return `@${String(nowUs()).padStart(DIGITS, '0')}`;
}

/** @param at where the mark is. @returns undefined where the chunk ends within the stamp */
export function readTimestampUs(chunk: Buffer, at: number): number | undefined {
  return at + TIMESTAMP_BYTES <= chunk.length
    ? Number(chunk.toString('latin1', at + 1, at + TIMESTAMP_BYTES))
    : undefined;
}
