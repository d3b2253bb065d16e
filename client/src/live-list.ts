import { EventStream, type BatchResult, type EventStreamOptions, type ListRequest } from './event-stream.ts';
import { ListError } from './list-error.ts';
import type { GraphQLErrorLike, SubscriptionClient } from './subscription-client.ts';

/**
 * - `connecting`: there are no rows yet. `error` is the reason of the last failed attempt.
 * - `live`: the rows are those of the gateway.
 * - `stale`: the rows are those of an earlier moment, because the connection was interrupted. They will be updated.
 * - `failed`: the rows will not be updated, because `error` cannot pass by itself.
 */
type ListStatus = 'connecting' | 'live' | 'stale' | 'failed';

/** Rows and status of a live list at one moment. A change creates a new object; unchanged rows stay the same array. */
export interface ListState<Row> {
  readonly status: ListStatus;
  readonly rows: readonly Row[];
  readonly error: ListError | undefined;
}

export interface LiveListOptions<Row> extends Omit<EventStreamOptions, 'after'> {
  /** Returns the identity of a row: `metadata { uid }` or the like, not the name. Default: its `id`. */
  readonly key?: ((row: Row) => string) | undefined;
  /** Rows of a queried list and its `liveCursor`: the live list starts with them and receives the changes only. */
  readonly initial?: { readonly rows: readonly Row[]; readonly liveCursor: string } | undefined;
  /** Order of the rows. Default: the order of arrival. */
  readonly compare?: ((a: Row, b: Row) => number) | undefined;
  /** Called with the errors of single fields. The row contains null for them. */
  readonly onFieldErrors?: ((errors: readonly GraphQLErrorLike[]) => void) | undefined;
}

/** Methods, so that a list of rows is also one of less specific rows. */
interface RowOrder<Row> {
  key(this: void, row: Row): string;
  compare?(this: void, a: Row, b: Row): number;
}

/**
 * A list that follows its subscription while it has subscribers. The first one starts it and the last one stops it; the
 * rows remain, and the next one continues after them.
 */
export class LiveList<Row> implements AsyncIterable<ListState<Row>> {
  readonly #stream: EventStream;
  readonly #order: RowOrder<Row>;
  readonly #rows = new Map<string, Row>();
  readonly #listeners = new Set<() => void>();
  /** Functions that end the running iterations. */
  readonly #iterations = new Set<() => void>();
  /** True after the first snapshot, which may be empty. */
  #hasRows = false;
  #isStopped = false;
  #state: ListState<Row> = { status: 'connecting', rows: [], error: undefined };

  constructor(
    client: SubscriptionClient,
    request: ListRequest,
    { key, initial, compare, onFieldErrors, ...options }: LiveListOptions<Row> & { readonly key: (row: Row) => string },
  ) {
    this.#order = { key, ...(compare && { compare }) };
    if (initial) this.#fill(initial.rows);
    this.#stream = new EventStream(client, request, {
      ...options,
      after: initial?.liveCursor,
      handler: {
        onBatch: (results) => this.#apply(results),
        onInterruption: (error) => this.#change({ status: this.#waitingStatus(), error }),
        onFailure: (error) => this.#change({ status: 'failed', error }),
        ...(onFieldErrors && { onFieldErrors }),
      },
    });
  }

  /** The same object until something changes. */
  get state(): ListState<Row> {
    return this.#state;
  }

  /** Returns the row with this key. Undefined if the list does not contain it. */
  get(key: string): Row | undefined {
    return this.#rows.get(key);
  }

  /** Calls the listener after each change of `state`, until the returned function is called. */
  readonly subscribe = (listener: () => void): (() => void) => {
    if (this.#isStopped) return () => undefined;
    const entry = () => listener();
    this.#listeners.add(entry);
    if (this.#listeners.size === 1) {
      if (this.#state.status === 'failed') this.#state = { ...this.#state, status: this.#waitingStatus() };
      this.#stream.start();
    }
    return () => {
      if (this.#listeners.delete(entry) && this.#listeners.size === 0) this.#pause();
    };
  };

  /** Ends the subscription and all iterations for good. */
  stop(): void {
    this.#isStopped = true;
    this.#listeners.clear();
    this.#pause();
    for (const end of this.#iterations) end();
  }

  /** Yields the newest state after one or more changes, and throws the error of a list that has failed. */
  [Symbol.asyncIterator](): AsyncIterator<ListState<Row>, undefined> {
    let seen = this.#state;
    const waiting: (() => void)[] = [];
    const wake = () => {
      for (const resolve of waiting.splice(0)) resolve();
    };
    const unsubscribe = this.subscribe(wake);
    const end = () => {
      this.#iterations.delete(end);
      unsubscribe();
      wake();
    };
    if (!this.#isStopped) this.#iterations.add(end);
    return {
      next: async () => {
        while (this.#iterations.has(end) && seen === this.#state && seen.status !== 'failed')
          await new Promise<void>((resolve) => {
            waiting.push(resolve);
          });
        if (!this.#iterations.has(end)) return { done: true, value: undefined };
        seen = this.#state;
        if (seen.status !== 'failed') return { done: false, value: seen };
        end();
        throw seen.error;
      },
      return: () => {
        end();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
  }

  #apply(results: readonly BatchResult[]): void {
    for (const { event } of results) {
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the document of the request has this type of rows
      const row = event.object as Row | null | undefined;
      if (event.type === 'RESET') this.#rows.clear();
      else if (event.type === 'DELETED' && row) this.#rows.delete(this.#order.key(row));
      else if (row) this.#rows.set(this.#order.key(row), row);
    }
    this.#hasRows = true;
    const isUnchanged = results.every(({ event }) => event.type === 'SYNCED');
    this.#change({ status: 'live', error: undefined, ...(!isUnchanged && { rows: this.#sortedRows() }) });
  }

  #fill(rows: readonly Row[]): void {
    for (const row of rows) this.#rows.set(this.#order.key(row), row);
    this.#hasRows = true;
    this.#state = { status: 'stale', rows: this.#sortedRows(), error: undefined };
  }

  #sortedRows(): readonly Row[] {
    const rows = [...this.#rows.values()];
    return this.#order.compare ? rows.sort(this.#order.compare) : rows;
  }

  #waitingStatus(): ListStatus {
    return this.#hasRows ? 'stale' : 'connecting';
  }

  #pause(): void {
    this.#stream.stop();
    if (this.#state.status === 'live') this.#state = { ...this.#state, status: 'stale' };
  }

  #change(change: Partial<ListState<Row>>): void {
    this.#state = { ...this.#state, ...change };
    for (const listener of this.#listeners) callSafely(listener);
  }
}

/** An error of a listener must not end the subscription: it is reported as an uncaught error. */
function callSafely(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
