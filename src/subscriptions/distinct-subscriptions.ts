import { tooMany } from '../graphql/concurrency-limit.ts';

/**
 * Counts the different operations that each viewer subscribes to: each is a shared subscription with a result set of its own,
 * whereas subscribers of the same operation cost little. Holds the key of each operation that a viewer subscribes to.
 */
export class DistinctSubscriptions {
  readonly #max: number;
  /** Numbers of subscriptions by operation, by viewer. No number is 0, and no map is empty. */
  readonly #byViewer = new Map<string, Map<string, number>>();

  constructor(max: number) {
    this.#max = max;
  }

  /**
   * Counts a subscription until the result is disposed of, once.
   * @param operation its `operationKey`
   * @throws {GraphQLError} RATE_LIMITED if the operation is new and the viewer has reached the limit
   */
  enter(viewer: string, operation: string): Disposable {
    const operations = this.#byViewer.get(viewer) ?? new Map<string, number>();
    const before = operations.get(operation) ?? 0;
    if (before === 0 && operations.size >= this.#max)
      throw tooMany(
        { setting: 'MAX_DISTINCT_SUBSCRIPTIONS_PER_VIEWER', max: this.#max },
        'different subscriptions of one viewer over all connections',
      );
    operations.set(operation, before + 1);
    this.#byViewer.set(viewer, operations);
    return {
      [Symbol.dispose]: () => {
        const left = (operations.get(operation) ?? 0) - 1;
        if (left > 0) operations.set(operation, left);
        else operations.delete(operation);
        if (operations.size === 0) this.#byViewer.delete(viewer);
      },
    };
  }
}
