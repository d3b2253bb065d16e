import { ListError, toListError } from './list-error.ts';
import type { GraphQLErrorLike, SubscriptionClient, SubscriptionResult } from './subscription-client.ts';

type EventType = 'ADDED' | 'MODIFIED' | 'DELETED' | 'SYNCED' | 'RESET';

/** Event of a list subscription of the gateway. */
export interface ListEvent {
  readonly type: EventType;
  readonly cursor: string;
  /** Null for RESET and SYNCED. */
  readonly object?: object | null | undefined;
}

/** A subscription of a list, without its cursor. */
export interface ListRequest {
  /** Empty if there is a `documentId`. */
  readonly query: string;
  /** Name of a trusted document. */
  readonly documentId?: string | undefined;
  readonly operationName?: string | undefined;
  readonly variables: Record<string, unknown>;
}

/** Receiver of the events of a stream and of its interruptions. */
export interface EventStreamHandler {
  /**
   * A batch leads from one consistent list to the next: a complete snapshot or catch-up, which ends with SYNCED, or one
   * change.
   */
  onBatch(results: readonly BatchResult[]): void;
  /** The stream will go on. Called for every failed attempt, with its reason. */
  onInterruption(error: ListError): void;
  /** The stream has ended, because the same subscription would fail again. */
  onFailure(error: ListError): void;
  /** Errors of single fields, which are null in the event. */
  onFieldErrors?(errors: readonly GraphQLErrorLike[]): void;
}

/** An event with the complete result that contained it. */
export interface BatchResult {
  readonly event: ListEvent;
  readonly result: SubscriptionResult;
}

export interface EventStreamOptions {
  /** Cursor after which the first subscription starts, such as `liveCursor` of a list. */
  readonly after?: string | undefined;
  /**
   * Obtains new credentials, which the client sends with its next connection. Called when the gateway refuses those it
   * got; the subscription continues when the promise resolves, and fails if it rejects.
   */
  readonly renewCredentials?: ((error: ListError) => unknown) | undefined;
  /** Time before the second attempt, doubled for each further one. Default: 1,000. */
  readonly minRetryMs?: number | undefined;
  /** Limit of the doubled time. The server's Retry-After may exceed it. Default: 30,000. */
  readonly maxRetryMs?: number | undefined;
}

const MAX_RENEWALS = 2;
/** Limit of every delay: 12 days. Timers do not wait for more than 24 days, but end at once. */
const MAX_DELAY_MS = 2 ** 30;

/**
 * Events of one list subscription over any number of connections. After an interruption it resumes after the last
 * received event. The cursor is sent as `extensions.after` and is read for each message, so that a client which
 * repeats the subscription by itself sends the newest one too.
 *
 * Memory: the events of an incomplete snapshot or catch-up.
 */
export class EventStream {
  readonly #client: SubscriptionClient;
  readonly #request: ListRequest;
  readonly #handler: EventStreamHandler;
  readonly #options: EventStreamOptions;
  #cursor: string | undefined;
  /** Events after the last batch. Empty while the stream is live. */
  #pending: BatchResult[] = [];
  #isLive = false;
  #attempts = 0;
  #renewals = 0;
  /** Ends the current attempt or the wait before the next one. Undefined while stopped. */
  #end: (() => void) | undefined;

  constructor(
    client: SubscriptionClient,
    request: ListRequest,
    { handler, ...options }: EventStreamOptions & { readonly handler: EventStreamHandler },
  ) {
    this.#client = client;
    this.#request = request;
    this.#handler = handler;
    this.#options = options;
    this.#cursor = options.after;
  }

  /** Subscribes. After `stop`, resumes after the last received event. */
  start(): void {
    if (this.#end) return;
    this.#attempts = 0;
    this.#renewals = 0;
    this.#connect();
  }

  stop(): void {
    this.#isLive = false;
    this.#end?.();
    this.#end = undefined;
  }

  #connect(): void {
    const sentCursor = this.#cursor;
    let isOver = false;
    let unsubscribe: (() => void) | undefined;
    const unlisten = this.#client.on?.('closed', (event) => this.#interrupt(toListError(event)));
    const end = () => {
      isOver = true;
      unlisten?.();
      unsubscribe?.();
    };
    const finish = (error: ListError) => {
      if (isOver) return;
      end();
      const isCursorRefused = error.code === 'BAD_REQUEST' && sentCursor !== undefined && sentCursor === this.#cursor;
      if (isCursorRefused) this.#restart();
      else this.#recover(error);
    };
    this.#end = end;
    unsubscribe = this.#client.subscribe(
      this.#requestWithCursor(),
      {
        next: (result) => {
          if (isOver) return;
          const event = eventOf(result);
          if (!event) return finish(toListError(result.errors ?? []));
          if (result.errors) this.#handler.onFieldErrors?.(result.errors);
          // The handler may have stopped the stream.
          if (!isOver) this.#receive({ event, result });
        },
        error: (reason) => finish(toListError(reason)),
        complete: () => finish(new ListError('The server ended the subscription.')),
      },
      { connecting: (again) => again && this.#interrupt(new ListError('The connection was lost.')) },
    );
    if (isOver) unsubscribe();
  }

  #requestWithCursor() {
    const readCursor = () => this.#cursor;
    const extensions = {
      get after() {
        return readCursor();
      },
    };
    return { ...this.#request, extensions };
  }

  #receive({ event, result }: BatchResult): void {
    this.#cursor = event.cursor;
    if (event.type === 'RESET') {
      this.#isLive = false;
      this.#pending = [];
    }
    this.#pending.push({ event, result });
    if (event.type === 'SYNCED') {
      this.#isLive = true;
      this.#attempts = 0;
      this.#renewals = 0;
    }
    if (!this.#isLive) return;
    const batch = this.#pending;
    this.#pending = [];
    this.#handler.onBatch(batch);
  }

  /** Subscribes without a cursor: the gateway does not accept it, for example after an update. */
  #restart(): void {
    this.#cursor = undefined;
    this.#pending = [];
    this.#connect();
  }

  /** The client connects again by itself. */
  #interrupt(error: ListError): void {
    if (!this.#isLive) return;
    this.#isLive = false;
    this.#handler.onInterruption(error);
  }

  #recover(error: ListError): void {
    this.#isLive = false;
    const { renewCredentials } = this.#options;
    const canRenew = renewCredentials && this.#renewals < MAX_RENEWALS;
    if (error.recovery === 'stop' || (error.recovery === 'renew' && !canRenew)) return this.#fail(error);
    if (error.recovery === 'retry') this.#wait(this.#delayAfter(error), () => this.#connect());
    // A socket may close with 4401 after the error of its subscription: the second renewal waits for new connections.
    else this.#wait(this.#renewals++ === 0 ? 0 : this.#delayAfter(error), () => void this.#renew(error));
    // Last, because the handler may stop the stream.
    this.#handler.onInterruption(error);
  }

  async #renew(error: ListError): Promise<void> {
    const ending = new AbortController();
    this.#end = () => ending.abort();
    try {
      await this.#options.renewCredentials?.(error);
      if (!ending.signal.aborted) this.#connect();
    } catch (cause) {
      if (!ending.signal.aborted) this.#fail(new ListError('The credentials could not be renewed.', { cause }));
    }
  }

  #fail(error: ListError): void {
    this.stop();
    this.#handler.onFailure(error);
  }

  #wait(ms: number, then: () => void): void {
    const timer = setTimeout(then, ms);
    this.#end = () => clearTimeout(timer);
  }

  /** Up to half of the delay is added at random, so that clients do not return all at once. */
  #delayAfter({ retryAfterMs }: ListError): number {
    return retryDelayMs(this.#attempts++, retryAfterMs, this.#options) * (1 + Math.random() / 2);
  }
}

/** Returns the delay after a number of failed attempts. It is at least that of the server, and doubles up to its limit. */
export function retryDelayMs(
  attempts: number,
  retryAfterMs = 0,
  { minRetryMs = 1_000, maxRetryMs = 30_000 }: EventStreamOptions = {},
): number {
  const limitMs = Math.min(Math.max(maxRetryMs, retryAfterMs), MAX_DELAY_MS);
  return Math.min(Math.max(minRetryMs, retryAfterMs) * 2 ** attempts, limitMs);
}

/** Returns the value of the only root field. Undefined if the result has no data. */
function eventOf({ data }: SubscriptionResult): ListEvent | undefined {
  const values: unknown[] = Object.values(data ?? {});
  return values.find((value): value is ListEvent => typeof value === 'object' && value !== null);
}
