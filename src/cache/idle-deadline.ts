import type { KubernetesObject } from '../kubernetes/object.ts';
import { StatusError } from '../kubernetes/status-error.ts';
import type { WatchEvent } from '../kubernetes/watch-stream.ts';
import type { Clock, Timer } from './clock.ts';

/** A server's first bookmark may take two intervals: kube-apiserver sends one a minute, the first after up to 120 s. */
const FIRST_BOOKMARK_FACTOR = 2;

/**
 * Decides how long the watches of one resource may be silent.
 *
 * A watch that has carried a bookmark is broken after `idleTimeoutMs` without a byte, because the server sends more of
 * them. Silence before that proves nothing: kube-apiserver sends no bookmarks for events, which it does not serve from its
 * watch cache, and aggregated API servers need not send any. Such a watch is renewed after twice `idleTimeoutMs`, and each
 * renewal doubles the time until the next one, so that soon every watch ends by its own `timeoutSeconds`. The first
 * bookmark of any watch restores the initial time.
 */
export class IdleDeadlines {
  readonly #clock: Clock;
  readonly #idleTimeoutMs: number;
  #untilFirstBookmarkMs: number;

  constructor(clock: Clock, idleTimeoutMs: number) {
    this.#clock = clock;
    this.#idleTimeoutMs = idleTimeoutMs;
    this.#untilFirstBookmarkMs = idleTimeoutMs * FIRST_BOOKMARK_FACTOR;
  }

  /** Returns the deadline of one watch; it runs from {@link IdleDeadline.start} until it is disposed. */
  create(): IdleDeadline {
    return new IdleDeadline(this.#clock, {
      untilFirstBookmarkMs: this.#untilFirstBookmarkMs,
      betweenBookmarksMs: this.#idleTimeoutMs,
      onFirstBookmark: () => void (this.#untilFirstBookmarkMs = this.#idleTimeoutMs * FIRST_BOOKMARK_FACTOR),
      onRenewal: () => void (this.#untilFirstBookmarkMs *= 2),
    });
  }
}

interface IdleDeadlineOptions {
  readonly untilFirstBookmarkMs: number;
  readonly betweenBookmarksMs: number;
  readonly onFirstBookmark: () => void;
  readonly onRenewal: () => void;
}

/** The deadline of one watch. */
export class IdleDeadline implements Disposable {
  readonly #clock: Clock;
  readonly #options: IdleDeadlineOptions;
  readonly #expired = new AbortController();
  #timer: Timer | undefined;
  #hasBookmark = false;
  #silentMs = 0;

  constructor(clock: Clock, options: IdleDeadlineOptions) {
    this.#clock = clock;
    this.#options = options;
  }

  /** Aborts when the deadline expires. Its reason is a `Broken` {@link StatusError}. */
  get signal(): AbortSignal {
    return this.#expired.signal;
  }

  /** Whether the deadline expired before the watch carried a bookmark: renew the watch, it need not be broken. */
  get needsRenewal(): boolean {
    return this.signal.aborted && !this.#hasBookmark;
  }

  /** Time for which the watch was silent when the deadline expired; 0 before. */
  get silentMs(): number {
    return this.#silentMs;
  }

  start(): void {
    this.#restart(this.#options.untilFirstBookmarkMs);
  }

  /** Postpones the deadline: the connection has carried bytes. */
  extend(): void {
    this.#timer?.refresh();
  }

  /** Starts with the end of the initial events; the first other bookmark shortens the deadline. */
  observe(event: WatchEvent<KubernetesObject>): void {
    if (event.type !== 'BOOKMARK') return;
    if (event.initialEventsEnd) return this.start();
    if (this.#hasBookmark) return;
    this.#hasBookmark = true;
    this.#options.onFirstBookmark();
    this.#restart(this.#options.betweenBookmarksMs);
  }

  [Symbol.dispose](): void {
    this.#timer?.[Symbol.dispose]();
  }

  #restart(ms: number): void {
    this.#timer?.[Symbol.dispose]();
    this.#timer = this.#clock.startTimer(ms, () => this.#expire(ms));
  }

  #expire(ms: number): void {
    this.#silentMs = ms;
    if (!this.#hasBookmark) this.#options.onRenewal();
    const message = `The watch was silent for ${ms} ms.`;
    this.#expired.abort(new StatusError({ code: 503, reason: 'Broken', message }));
  }
}
