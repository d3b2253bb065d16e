const FIRST_MS = 800;
const LONGEST_MS = 30_000;
/** A server that asks for more is not taken at its word. */
const LONGEST_WISH_MS = 600_000;

/**
 * How long to wait before the next attempt: 0.8 s doubling to 30 s, each up to half shorter at random, so that many
 * gateways do not return at once.
 */
export class Backoff {
  readonly #random: () => number;
  #nextMs = FIRST_MS;

  constructor(random: () => number) {
    this.#random = random;
  }

  /** @param atLeastMs what the server asked for in Retry-After */
  next(atLeastMs = 0): number {
    const waitMs = this.#nextMs * (1 - this.#random() / 2);
    this.#nextMs = Math.min(this.#nextMs * 2, LONGEST_MS);
    return Math.max(waitMs, Math.min(atLeastMs, LONGEST_WISH_MS));
  }

  reset(): void {
    this.#nextMs = FIRST_MS;
  }
}
