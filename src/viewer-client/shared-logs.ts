import type { Client } from '../kubernetes/client.ts';
import type { ObjectName } from '../kubernetes/object.ts';
import { MAX_BATCH_LINES, readPodLog, type LogLine, type PodLogOptions } from '../kubernetes/pod-log.ts';
import { StatusError } from '../kubernetes/status-error.ts';

/** Limit on the characters of a log that are kept. Those of the last batch come on top, until the next one is read. */
const MAX_KEPT_CHARACTERS = 512 * 1024;
/** Characters that a line counts besides its text, so that the number of empty lines is bounded, too. */
const LINE_OVERHEAD = 128;
/** Time for which a subscriber who is behind delays the others, if the kept lines have reached their limit. */
const MAX_DELAY_MS = 250;
/** A connection that has not been read for this time may be behind the log. It gets no further subscribers. */
const MAX_UNREAD_MS = 1_000;

/** Subscription to the log of one container. */
export interface FollowedLog {
  /** Sends the request to the API server. */
  readonly client: Client;
  /** Identity of the client. Subscriptions with different ones share no connection. */
  readonly identity: string;
  readonly pod: ObjectName;
  /** Undefined if it is unknown. */
  readonly podUid: string | undefined;
  readonly options: FollowOptions;
}

export type FollowOptions = Pick<PodLogOptions, 'container' | 'sinceTime' | 'previous'> & {
  readonly tailLines: number;
};

/**
 * The followed logs of all viewers. Subscriptions to the same container of the same pod, with equal options and the same
 * identity, share one connection to the API server. Callers check the permission of each subscriber.
 *
 * - Every subscriber gets what a connection of its own would send: at most `tailLines` lines that exist when it
 *   subscribes, then all later ones, each once and in order. A subscriber can join while the kept lines contain these;
 *   otherwise it opens a new connection, which later subscribers share.
 * - The connection is read as fast as the fastest subscriber reads. A subscriber who is behind by more than the kept lines
 *   delays the others for 250 ms, and then continues with a connection of its own after the last line that it received.
 *   If that line is no longer in the log, the subscription ends with Expired.
 * - An error of the connection ends all its subscriptions, each after the lines that came before it.
 * - The connection ends with its last subscriber.
 *
 * Holds one connection per subscriber at most, with at most 512 Ki characters of kept lines each.
 */
export class SharedLogs {
  readonly #connections = new Map<string, SharedConnection>();

  /** Yields lines in batches of at most 500, as they arrive. Throws as {@link readPodLog}, or the reason of the signal. */
  async *follow(log: FollowedLog, signal: AbortSignal): AsyncGenerator<readonly LogLine[], undefined> {
    signal.throwIfAborted();
    const reader = new LogReader(this.#connectionFor(log), signal);
    try {
      yield* reader.batches();
    } finally {
      reader.leave();
    }
    if (reader.isBehind) yield* readAfter(log, reader.last, signal);
  }

  #connectionFor(log: FollowedLog): SharedConnection {
    const { container, tailLines, sinceTime, previous } = log.options;
    const { identity, pod, podUid } = log;
    const key = JSON.stringify([
      identity,
      pod.namespace,
      pod.name,
      podUid,
      container,
      tailLines,
      sinceTime,
      previous === true,
    ]);
    const open = this.#connections.get(key);
    if (open?.canBeJoined) return open;
    const connection = new SharedConnection(log, () => {
      if (this.#connections.get(key) === connection) this.#connections.delete(key);
    });
    this.#connections.set(key, connection);
    return connection;
  }
}

/** One connection to the API server, and the lines that its readers have yet to receive or that later ones need. */
class SharedConnection {
  readonly #batches: AsyncGenerator<readonly LogLine[], undefined>;
  readonly #tailLines: number;
  readonly #stopping = new AbortController();
  readonly #onEnd: () => void;
  readonly #readers = new Set<LogReader>();
  /** The kept lines. Lines are numbered from 0, in the order of the log. */
  #lines: LogLine[] = [];
  /** Number of the first kept line. */
  #start = 0;
  #characters = 0;
  #reading: Promise<void> | undefined;
  #lastReadAt = performance.now();
  /** Ends the delay for readers that are behind. */
  #caughtUp: (() => void) | undefined;
  #end: { readonly error?: unknown } | undefined;

  /** @param onEnd called once, when the connection takes no further readers */
  constructor({ client, pod, options }: FollowedLog, onEnd: () => void) {
    this.#tailLines = options.tailLines;
    this.#onEnd = onEnd;
    this.#batches = readPodLog(client, pod, { ...options, follow: true, signal: this.#stopping.signal });
  }

  /** Whether a reader that joins now receives the lines that a new connection would send. */
  get canBeJoined(): boolean {
    const isRead = this.#reading !== undefined || performance.now() - this.#lastReadAt < MAX_UNREAD_MS;
    return !this.#end && isRead && this.#start <= this.#tailStart;
  }

  /** Adds a reader. Returns the number of its first line. */
  join(reader: LogReader): number {
    this.#readers.add(reader);
    return this.#tailStart;
  }

  /** Removes a reader, and closes the connection after the last one. */
  leave(reader: LogReader): void {
    if (!this.#readers.delete(reader)) return;
    this.advanced();
    if (this.#readers.size > 0) return;
    this.#stopping.abort();
    this.#ended({});
  }

  /** Must be called when a reader has received lines. */
  advanced(): void {
    if (this.#caughtUp && this.#haveAllCaughtUp) this.#caughtUp();
  }

  /** Returns lines from a number on. None if they have not been read yet; undefined if they are not kept any more. */
  linesFrom(number: number): readonly LogLine[] | undefined {
    if (number < this.#start) return undefined;
    return this.#lines.slice(number - this.#start, number - this.#start + MAX_BATCH_LINES);
  }

  /** Resolves to false at the end of the log, or to true after another batch was read. Rejects if the connection failed. */
  async readMore(): Promise<boolean> {
    if (!this.#end) {
      this.#reading ??= this.#readBatch().finally(() => (this.#reading = undefined));
      await this.#reading;
      return true;
    }
    if ('error' in this.#end) throw this.#end.error;
    return false;
  }

  get #nextNumber(): number {
    return this.#start + this.#lines.length;
  }

  /** Number of the first line that a new reader receives. */
  get #tailStart(): number {
    return Math.max(0, this.#nextNumber - this.#tailLines);
  }

  async #readBatch(): Promise<void> {
    try {
      if (this.#characters > MAX_KEPT_CHARACTERS) await this.#stragglersCaughtUp();
      this.#trim();
      const { value } = await this.#batches.next();
      if (value) this.#append(value);
      else this.#ended({});
    } catch (error) {
      this.#ended({ error });
    }
    this.#lastReadAt = performance.now();
  }

  #append(lines: readonly LogLine[]): void {
    for (const line of lines) {
      this.#lines.push(line);
      this.#characters += line.text.length + LINE_OVERHEAD;
    }
  }

  /** Drops lines that no reader needs, and the oldest ones beyond the limit, with the readers that still need those. */
  #trim(): void {
    let needed = this.#tailStart;
    for (const { next } of this.#readers) needed = Math.min(needed, next);
    let dropped = 0;
    for (const { text } of this.#lines) {
      if (this.#start + dropped >= needed && this.#characters <= MAX_KEPT_CHARACTERS) break;
      this.#characters -= text.length + LINE_OVERHEAD;
      dropped += 1;
    }
    this.#lines.splice(0, dropped);
    this.#start += dropped;
    for (const reader of this.#readers) if (reader.next < this.#start) this.#readers.delete(reader);
  }

  get #haveAllCaughtUp(): boolean {
    return [...this.#readers].every(({ next }) => next === this.#nextNumber);
  }

  async #stragglersCaughtUp(): Promise<void> {
    if (this.#haveAllCaughtUp) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#caughtUp = resolve;
    const timer = setTimeout(resolve, MAX_DELAY_MS);
    await promise;
    clearTimeout(timer);
    this.#caughtUp = undefined;
  }

  #ended(end: { readonly error?: unknown }): void {
    if (this.#end) return;
    this.#end = end;
    this.#onEnd();
  }
}

/** The last line that a subscriber has received, and the number of equal lines that it has received in a row. */
interface ReceivedLine {
  readonly line: LogLine;
  readonly count: number;
}

/** One subscriber of a shared connection. Leaves it when the signal aborts. */
class LogReader {
  readonly #connection: SharedConnection;
  readonly #signal: AbortSignal;
  readonly #aborted = Promise.withResolvers<never>();
  readonly #abort = (): void => {
    this.leave();
    this.#aborted.reject(this.#signal.reason);
  };
  #last: ReceivedLine | undefined;
  #isBehind = false;
  /** Number of the next line. */
  next: number;

  constructor(connection: SharedConnection, signal: AbortSignal) {
    this.#connection = connection;
    this.#signal = signal;
    this.#aborted.promise.catch(() => undefined); // there may be nothing to wait for
    this.next = connection.join(this);
    signal.addEventListener('abort', this.#abort);
  }

  /** Whether {@link batches} ended because the next line is not kept any more. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  /** Undefined if it has received none. */
  get last(): ReceivedLine | undefined {
    return this.#last;
  }

  async *batches(): AsyncGenerator<readonly LogLine[], undefined> {
    for (;;) {
      const lines = this.#connection.linesFrom(this.next);
      if (!lines) return void (this.#isBehind = true);
      if (lines.length > 0) {
        this.next += lines.length;
        this.#last = lastOf(lines, this.#last);
        this.#connection.advanced();
        yield lines;
      } else if (!(await Promise.race([this.#connection.readMore(), this.#aborted.promise]))) return undefined;
    }
  }

  leave(): void {
    this.#signal.removeEventListener('abort', this.#abort);
    this.#connection.leave(this);
  }
}

function lastOf(lines: readonly LogLine[], before: ReceivedLine | undefined): ReceivedLine | undefined {
  const line = lines.at(-1);
  if (!line) return before;
  const count = lines.length - 1 - lines.findLastIndex((other) => !isSame(line, other));
  const isContinued = count === lines.length && before !== undefined && isSame(line, before.line);
  return { line, count: isContinued ? count + before.count : count };
}

function isSame(a: LogLine, b: LogLine): boolean {
  return a.time === b.time && a.text === b.text;
}

/**
 * Yields the lines after the last received one, with a connection that is not shared.
 * @throws {StatusError} Expired if the log does not contain that line any more, or the node wrote no times
 */
async function* readAfter(
  { client, pod, options }: FollowedLog,
  last: ReceivedLine | undefined,
  signal: AbortSignal,
): AsyncGenerator<readonly LogLine[], undefined> {
  if (!last) return yield* readPodLog(client, pod, { ...options, follow: true, signal });
  const { time } = last.line;
  if (time === null) throw missedLines();
  const { container, previous } = options;
  // Lines of two streams of the container may be out of order, so the log is read from the start of that second.
  const sinceTime = `${secondOf(time)}Z`;
  let missing = last.count;
  for await (const batch of readPodLog(client, pod, { container, previous, sinceTime, follow: true, signal })) {
    let received = 0;
    for (const line of missing > 0 ? batch : []) {
      if (secondOf(line.time) > secondOf(time)) throw missedLines();
      received += 1;
      if (isSame(line, last.line)) missing -= 1;
      if (missing === 0) break;
    }
    if (received < batch.length) yield batch.slice(received);
  }
  if (missing > 0) throw missedLines();
  return undefined;
}

function secondOf(time: string | null): string {
  return time?.slice(0, 'YYYY-MM-DDThh:mm:ss'.length) ?? '';
}

function missedLines(): StatusError {
  return new StatusError({
    code: 410,
    reason: 'Expired',
    message:
      'The client read the log more slowly than the container wrote it, and the next line is no longer available. Subscribe again, with `sinceTime` to continue from a time.',
  });
}
