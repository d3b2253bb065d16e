import type { ExecutionResult, GraphQLError } from 'graphql';
import type { ErrorCode } from '../graphql/errors.ts';
import { SerializedEvent } from './result-template.ts';
import type { EventSink, RunningSubscription } from './subscriber.ts';

/**
 * What a subscription follows that is for one client only, such as a log. graphql-js lets a subscription's resolver return
 * async iterables only, so it looks like one; its events are drawn by an open private stream.
 */
export class UnsharedSubscription<T> implements AsyncIterable<T> {
  readonly #open: (signal: AbortSignal) => AsyncIterable<T>;

  /** @param open begins to follow; when its signal aborts, everything is to be released at once */
  constructor(open: (signal: AbortSignal) => AsyncIterable<T>) {
    this.#open = open;
  }

  open(signal: AbortSignal): AsyncIterable<T> {
    return this.#open(signal);
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    throw new TypeError(
      'An UnsharedSubscription is not iterated; pass the operation to SubscriptionRegistry.subscribe instead.',
    );
  }
}

const REFUSALS: ReadonlySet<unknown> = new Set<ErrorCode>(['FORBIDDEN', 'UNAUTHENTICATED', 'UNAVAILABLE']);

interface ActiveUnsharedSubscriptionOptions {
  readonly sink: EventSink;
  readonly source: UnsharedSubscription<unknown>;
  /** Executes the operation for one event. */
  readonly execute: (event: unknown, signal: AbortSignal) => Promise<ExecutionResult>;
  readonly publicError: (error: unknown) => GraphQLError;
  /** Finds out again whether the viewer may follow it; throws where they may not. */
  readonly recheck: () => Promise<unknown>;
  readonly recheckMs: number;
  /** Told of each event that was sent. */
  readonly onEvent: () => void;
  /** Told once, however it ends. */
  readonly onClose: () => void;
}

/**
 * A private stream between its first and its last frame. An event is drawn only while the client reads, so nothing
 * gathers here; one that cannot be told is the last. Whether the viewer may follow it is asked again while it lasts.
 */
export class ActiveUnsharedSubscription implements RunningSubscription {
  readonly #options: ActiveUnsharedSubscriptionOptions;
  readonly #stopping = new AbortController();
  readonly #rechecks: NodeJS.Timeout;
  #isOpen = true;
  #ready: PromiseWithResolvers<void> | undefined;

  constructor(options: ActiveUnsharedSubscriptionOptions) {
    this.#options = options;
    this.#rechecks = setInterval(() => void this.#recheck(), options.recheckMs);
    void this.#run();
  }

  resume(): void {
    if (this.#options.sink.ready) this.#ready?.resolve();
  }

  /** The client wants no more. */
  stop(): void {
    this.#close();
    this.#ready?.resolve();
  }

  async #run(): Promise<void> {
    try {
      await this.#pump();
      this.#end();
    } catch (error) {
      this.#end(this.#options.publicError(error));
    }
  }

  /** Also while there is nothing to tell. */
  async #recheck(): Promise<void> {
    try {
      await this.#options.recheck();
    } catch (error) {
      const problem = this.#options.publicError(error);
      // Whatever else is the matter, such as that there is nothing to follow any more, the stream itself tells.
      if (REFUSALS.has(problem.extensions['code'])) this.#end(problem);
    }
  }

  #end(error?: GraphQLError): void {
    if (!this.#isOpen) return;
    this.#close();
    this.#ready?.resolve();
    this.#options.sink.end(error);
  }

  async #pump(): Promise<void> {
    const { sink, source, execute, onEvent: onFrame } = this.#options;
    const { signal } = this.#stopping;
    await this.#readiness();
    if (signal.aborted) return;
    for await (const event of source.open(signal)) {
      const result = await execute(event, signal);
      if (signal.aborted) return;
      const [error] = result.errors ?? [];
      if (error) throw error;
      sink.send(new SerializedEvent(JSON.stringify(result), ''));
      onFrame();
      await this.#readiness();
      if (signal.aborted) return;
    }
  }

  /** Resolves when the client reads, or the stream is over. */
  async #readiness(): Promise<void> {
    while (this.#isOpen && !this.#options.sink.ready) {
      this.#ready = Promise.withResolvers();
      await this.#ready.promise;
    }
  }

  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    clearInterval(this.#rechecks);
    this.#stopping.abort();
    this.#options.onClose();
  }
}
