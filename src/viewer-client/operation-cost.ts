import { StatusError } from '../kubernetes/status-error.ts';
import type { RequestBytes } from '../scheduling/bytes-in-flight.ts';
import { turns } from '../scheduling/turns.ts';
import type { ReadCost } from './scoped-lister.ts';

/** Cost after which an operation takes another turn of the event loop, if its turn is not over before. */
const SLICE_COST = 20_000;
/** Cost of an object that is read in a list: much less than that of a field. */
const LISTED_COST = 0.1;
/** Cost after which it is checked whether a turn is long, and the CPU time of a long one. */
const [CHECKED_COST, LONG_TURN_MS] = [500, 20];
const RETRY_AFTER_SECONDS = 1;

/**
 * Cost of one operation, or of one event of a subscription, while it is executed. An object in the result costs 1 and the
 * number of its selected fields, a fragment counted as often as it is spread; a scalar in a list costs 1. An object costs
 * 0.1 each time that it is read from the cache for a page, or examined by a filter, and 1 if a list, or the index of an order,
 * is sorted for it, or it is grouped alone for totals. 64 characters of a log cost 1, an ID of `nodes` 10, a workspace that a mutation of
 * several writes 100. Lists are charged before their items are executed, so the limit bounds the time of an operation. Objects that the
 * viewer may not see cost nothing, as the cost would disclose how many there are.
 *
 * A field may have a long text, so the bytes of the result have a limit of their own: those of all results together.
 */
export class OperationCost implements ReadCost {
  readonly max: number;
  #total = 0;
  #textBytes = 0;
  readonly #viewer: string;
  readonly #bytes: RequestBytes | undefined;
  #sliceEndCost = SLICE_COST;
  #checkedCost = 0;
  #isRefused = false;

  /**
   * @param max limit of the cost
   * @param viewer name of the viewer who executes the operation
   * @param bytes memory of the request. Events of subscriptions have none
   */
  constructor(max: number, viewer: string, bytes?: RequestBytes) {
    this.max = max;
    this.#viewer = viewer;
    this.#bytes = bytes;
  }

  get isExceeded(): boolean {
    return this.#total > this.max || this.#isTextExceeded;
  }

  /** Whether the operation has got no room for its result, and must not be executed again. */
  get isRefused(): boolean {
    return this.#isRefused;
  }

  get #isTextExceeded(): boolean {
    return this.#bytes !== undefined && this.#textBytes > this.#bytes.max;
  }

  get total(): number {
    return this.#total;
  }

  /** Sets the cost to an earlier {@link total}, for an operation that is executed again from there. */
  restore(total: number): void {
    this.#bytes?.removeCost(this.#total - total);
    this.#total = total;
    this.#checkedCost = 0;
    this.#textBytes = 0;
  }

  /** @throws {StatusError} 400 BadRequest if the operation exceeds its limit, now or before */
  add(amount: number): void {
    this.#total += amount;
    this.#bytes?.addCost(amount);
    this.assertWithin();
  }

  /**
   * Adds bytes of the text of the result.
   * @throws {StatusError} 400 BadRequest if it has more than all results together may have
   */
  addText(bytes: number): void {
    this.#textBytes += bytes;
    this.#bytes?.atLeast(this.#textBytes);
    if (this.#isTextExceeded) this.assertWithin();
  }

  /** @throws {StatusError} 400 BadRequest if the operation has exceeded its limit */
  assertWithin(): void {
    if (this.isExceeded) throw new StatusError({ code: 400, reason: 'BadRequest', message: this.excess });
  }

  addListed(count: number): void {
    this.add(count * LISTED_COST);
  }

  addSorted(count: number): void {
    this.add(count);
  }

  /** The limit that is exceeded, and the cost or bytes so far, as in `extensions.limit` of an error. */
  get limit(): {
    readonly name: 'MAX_OPERATION_COST' | 'MAX_BYTES_IN_FLIGHT';
    readonly max: number;
    readonly actual: number;
  } {
    return this.#bytes && this.#isTextExceeded
      ? { name: 'MAX_BYTES_IN_FLIGHT', max: this.#bytes.max, actual: this.#textBytes }
      : { name: 'MAX_OPERATION_COST', max: this.max, actual: Math.ceil(this.#total) };
  }

  /** Error message of an operation that exceeds the limit. */
  get excess(): string {
    if (this.#isTextExceeded)
      return `Expected a result of at most ${this.#bytes?.max} bytes (MAX_BYTES_IN_FLIGHT), got at least ${this.#textBytes}. Request smaller pages with \`first\`, or fewer long fields, such as \`manifest\`.`;
    return `Expected an operation with a cost of at most ${this.max} (MAX_OPERATION_COST), got at least ${Math.ceil(this.#total)}. Request smaller pages with \`first\`, fewer \`tailLines\` of logs, fewer fields of the objects in lists, or fewer workspaces in one mutation.`;
  }

  /** Whether {@link pause} would wait. */
  get needsPause(): boolean {
    return turns.isOver || this.#total > this.#sliceEndCost || this.#bytes?.mustWait() === true;
  }

  /** Whether work that cannot pause has taken much more than a turn. To be read before each read of other objects. */
  get isTurnLong(): boolean {
    if (this.#total - this.#checkedCost < CHECKED_COST) return false;
    this.#checkedCost = this.#total;
    return turns.usedMs > LONG_TURN_MS;
  }

  /**
   * Resolves when the operation may continue: in the next turn of its viewer if this one is over. Undefined if it is not. Fields that
   * wait at the same time continue in different turns. Waits before for room for its result, if there is none. Rejects with 429
   * TooManyRequests if there is no room in time.
   */
  pause(): Promise<void> | undefined {
    return this.needsPause ? this.#pause() : undefined;
  }

  async #pause(): Promise<void> {
    if (this.#bytes && !(await this.#bytes.start())) {
      this.#isRefused = true;
      throw tooManyBytes(this.#bytes.max);
    }
    await turns.continue(this.#viewer);
    this.#sliceEndCost = this.#total + SLICE_COST;
  }
}

function tooManyBytes(max: number): StatusError {
  const message =
    'Expected the results of all clients together to have at most MAX_BYTES_IN_FLIGHT bytes, got more for several seconds. Repeat the operation later, or request smaller pages with `first`.';
  const limit = { name: 'MAX_BYTES_IN_FLIGHT', max };
  return new StatusError({
    code: 429,
    reason: 'TooManyRequests',
    message,
    limit,
    retryAfterSeconds: RETRY_AFTER_SECONDS,
  });
}
