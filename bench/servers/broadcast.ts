/** Passes each value to every iterator. Each iterator queues the values that its consumer has not taken, without a bound. */
export class Broadcast<T> {
  readonly #iterators = new Set<QueueIterator<T>>();

  get subscribers(): number {
    return this.#iterators.size;
  }

  publish(value: T): void {
    for (const iterator of this.#iterators) iterator.push(value);
  }

  iterate(): AsyncIterableIterator<T> {
    const iterator: QueueIterator<T> = new QueueIterator(() => this.#iterators.delete(iterator));
    this.#iterators.add(iterator);
    return iterator;
  }
}

class QueueIterator<T> implements AsyncIterableIterator<T> {
  readonly #values: T[] = [];
  readonly #onEnd: () => void;
  #waiting: ((result: IteratorResult<T>) => void) | undefined;

  constructor(onEnd: () => void) {
    this.#onEnd = onEnd;
  }

  push(value: T): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting) waiting({ done: false, value });
    else this.#values.push(value);
  }

  async next(): Promise<IteratorResult<T>> {
    const value = this.#values.shift();
    if (value !== undefined) return { done: false, value };
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  async return(): Promise<IteratorResult<T>> {
    this.#onEnd();
    this.#waiting?.({ done: true, value: undefined });
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
