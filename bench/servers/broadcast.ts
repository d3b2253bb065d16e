/** Hands each value to every iterator; each keeps what its reader has not yet taken. */
export class Broadcast<T> {
  readonly #feeds = new Set<Feed<T>>();

  get readers(): number {
    return this.#feeds.size;
  }

  publish(value: T): void {
    for (const feed of this.#feeds) feed.push(value);
  }

  iterate(): AsyncIterableIterator<T> {
    const feed: Feed<T> = new Feed(() => this.#feeds.delete(feed));
    this.#feeds.add(feed);
    return feed;
  }
}

class Feed<T> implements AsyncIterableIterator<T> {
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
