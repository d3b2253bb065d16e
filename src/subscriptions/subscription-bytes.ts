import { tooManySubscriptionBytes } from '../graphql/concurrency-limit.ts';

/**
 * Estimated bytes of the result sets of each viewer's subscriptions. A result set counts for the viewer who subscribed first, until its last
 * subscriber has left. Holds one number per viewer who has one that is not empty.
 */
export class SubscriptionBytes {
  readonly #max: number;
  readonly #byViewer = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Counts bytes, or negative ones that have been counted before.
   * @throws {GraphQLError} RATE_LIMITED if the viewer has too many, which are counted nevertheless
   */
  add(viewer: string, bytes: number): void {
    const total = (this.#byViewer.get(viewer) ?? 0) + bytes;
    if (total === 0) this.#byViewer.delete(viewer);
    else this.#byViewer.set(viewer, total);
    if (bytes > 0 && total > this.#max) throw tooManySubscriptionBytes(this.#max);
  }
}
