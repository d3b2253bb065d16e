import type { GraphQLError } from 'graphql';
import { tooManySubscriptionBytes } from '../graphql/concurrency-limit.ts';

/**
 * Counts bytes for a viewer, or negative ones that have been counted before. Returns the error RATE_LIMITED if the viewer has too many,
 * which are counted nevertheless. Negative ones never cause it.
 */
export type AddBytes = (bytes: number) => GraphQLError | undefined;

/**
 * Estimated bytes of each viewer's subscriptions: of result sets, or of the queues of slow subscribers. A result set counts for the viewer
 * who subscribed first, until its last subscriber has left. Holds one number per viewer who has any.
 */
export class SubscriptionBytes {
  readonly #max: number;
  readonly #byViewer = new Map<string, number>();

  constructor(max: number) {
    this.#max = max;
  }

  /** See {@link AddBytes}. */
  add(viewer: string, bytes: number): GraphQLError | undefined {
    const total = (this.#byViewer.get(viewer) ?? 0) + bytes;
    if (total === 0) this.#byViewer.delete(viewer);
    else this.#byViewer.set(viewer, total);
    return bytes > 0 && total > this.#max ? tooManySubscriptionBytes(this.#max) : undefined;
  }
}
