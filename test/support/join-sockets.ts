import type { Socket } from 'node:net';

/**
 * Copies bytes between two connections in both directions. If one of them ends, the other one ends after the bytes that were received
 * before; if one breaks, the other one is destroyed.
 */
export function joinSockets(one: Socket, other: Socket): void {
  for (const [from, to] of [
    [one, other],
    [other, one],
  ] as const) {
    from.pipe(to);
    from.on('error', () => from.destroy()); // 'close' follows
    // After the end of `from`, `to` may still have bytes to write.
    from.on('close', () => from.readableEnded || to.destroy());
  }
}
