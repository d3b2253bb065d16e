import { isUnreachable } from '../kubernetes/status-error.ts';

/** Observes access reviews. They hang from the time that one has waited too long for its response, until one has a response. */
export class ReviewMonitor {
  readonly #patienceMs: number;
  #isHanging = false;
  /** Callers that wait for a review and have a fallback. Bounded by the callers. */
  readonly #waiting = new Set<() => void>();

  /** @param patienceMs time without a response after which reviews hang */
  constructor(patienceMs: number) {
    this.#patienceMs = patienceMs;
  }

  /** Returns the result of a review that has just been sent, or rejects with its error. */
  async observe<R>(review: Promise<R>): Promise<R> {
    const timer = setTimeout(() => this.#markHanging(), this.#patienceMs);
    try {
      const result = await review;
      this.#isHanging = false;
      return result;
    } catch (error) {
      if (!isUnreachable(error)) this.#isHanging = false;
      throw error;
    } finally {
      clearTimeout(timer);
    }
  }

  /** Returns the result, or the fallback as soon as reviews hang. The result may then still arrive; its error is ignored. */
  async unlessHanging<R>(result: Promise<R>, fallback: R): Promise<R> {
    const { promise, resolve } = Promise.withResolvers<R>();
    const useFallback = () => resolve(fallback);
    if (this.#isHanging) useFallback();
    this.#waiting.add(useFallback);
    try {
      return await Promise.race([promise, result]);
    } finally {
      this.#waiting.delete(useFallback);
    }
  }

  #markHanging(): void {
    this.#isHanging = true;
    for (const useFallback of this.#waiting) useFallback();
  }
}
