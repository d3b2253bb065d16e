/** Returns the number of bytes of the parts of a body or a message. */
export function byteLengthOf(parts: readonly Buffer[]): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}
