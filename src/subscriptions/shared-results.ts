import { LRUCache } from 'lru-cache';
import type { SerializedEvent } from './result-template.ts';

/** Bound of the results by estimate. */
const MAX_BYTES = 16 * 1024 * 1024;
/** The text of a result, and its bytes for each of two transports. */
const COPIES_OF_TEXT = 3;
/** Memory of a result without its text. */
const RESULT_BYTES = 500;

/**
 * Results of operations for events that several subscriptions get, so that each operation is executed once for an event. Holds at most
 * 16 MiB, also of events that are over: the least recently used result makes room, and is executed again for a later subscriber.
 */
export class SharedResults {
  readonly #results = new LRUCache<string, Promise<SerializedEvent>>({ maxSize: MAX_BYTES });
  /** Numbers of events, which end with them. */
  readonly #numbers = new WeakMap<object, number>();
  #lastNumber = 0;

  /**
   * Returns the result of an operation for an event.
   * @param execute called unless the result is known. Its error is that of all subscribers
   */
  get(event: object, operation: string, execute: () => Promise<SerializedEvent>): Promise<SerializedEvent> {
    const key = `${this.#numberOf(event)} ${operation}`;
    const known = this.#results.get(key);
    if (known) return known;
    const result = execute();
    this.#results.set(key, result, { size: RESULT_BYTES + key.length });
    void this.#measure(key, result);
    return result;
  }

  /** Counts the text of a result when it is known. */
  async #measure(key: string, result: Promise<SerializedEvent>): Promise<void> {
    const event = await result.catch(() => undefined); // the subscribers get the error
    if (!event || this.#results.peek(key) !== result) return;
    this.#results.delete(key); // a value that is set again would keep its size
    this.#results.set(key, result, { size: RESULT_BYTES + key.length + COPIES_OF_TEXT * event.text.length });
  }

  #numberOf(event: object): number {
    let number = this.#numbers.get(event);
    if (number === undefined) this.#numbers.set(event, (number = this.#lastNumber += 1));
    return number;
  }
}
