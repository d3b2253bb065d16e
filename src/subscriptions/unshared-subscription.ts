import type { ExecutionResult, GraphQLError } from 'graphql';
import type { ErrorCode } from '../graphql/errors.ts';
import { SerializedEvent } from './result-template.ts';
import type { EventSink, RunningSubscription } from './subscriber.ts';

/**
 * The source of a subscription that serves one client only, such as a log. Subscription fields return one from
 * `subscribe`.
 *
 * graphql-js requires an async iterable there, so it implements that interface, but the registry opens the source
 * instead. Iterating it throws.
 */
export class UnsharedSubscription<T> implements AsyncIterable<T> {
  readonly #open: (signal: AbortSignal) => AsyncIterable<T>;

  /** @param open starts the source. It must release everything at once when its signal aborts */
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

/** Errors of a recheck that end the subscription. */
const REVOCATIONS: ReadonlySet<unknown> = new Set<ErrorCode>(['FORBIDDEN', 'UNAUTHENTICATED', 'UNAVAILABLE']);

interface ActiveUnsharedSubscriptionOptions {
  readonly sink: EventSink;
  readonly source: UnsharedSubscription<unknown>;
  /** Executes the operation for one event. */
  readonly execute: (event: unknown, signal: AbortSignal) => Promise<ExecutionResult>;
  readonly publicError: (error: unknown) => GraphQLError;
  /** Authorizes the subscription again. Rejects if the viewer may not see it any more. */
  readonly recheck: () => Promise<unknown>;
  readonly recheckMs: number;
  /** Called for each event that was sent. */
  readonly onEvent: () => void;
  /** Called once, however the subscription ends. */
  readonly onClose: () => void;
}

/**
 * A started subscription to an {@link UnsharedSubscription}.
 *
 * Events keep their order and are never skipped. The next event is read from the source only while the sink is ready, so
 * nothing is queued here. An event that fails to execute ends the subscription. Permission is rechecked every `recheckMs`,
 * also while no events come.
 */
export class ActiveUnsharedSubscription implements RunningSubscription {
  readonly #options: ActiveUnsharedSubscriptionOptions;
  readonly #stopping = new AbortController();
  readonly #rechecks: NodeJS.Timeout;
  #isOpen = true;
  #ready: PromiseWithResolvers<void> | undefined;

  constructor(options: ActiveUnsharedSubscriptionOptions) {
    this.#options = options;
    this.#rechecks = setInterval(() => void this.recheck(), options.recheckMs);
    void this.#run();
  }

  resume(): void {
    if (this.#options.sink.ready) this.#ready?.resolve();
  }

  stop(): void {
    this.#close();
    this.#ready?.resolve();
  }

  async #run(): Promise<void> {
    try {
      await this.#pump();
      this.#end();
    } catch (error) {
      // After the end, reading fails because it is aborted.
      if (this.#isOpen) this.#end(this.#options.publicError(error));
    }
  }

  /** Authorizes the subscription again, and ends it if that is refused. Never rejects. */
  async recheck(): Promise<void> {
    try {
      await this.#options.recheck();
    } catch (error) {
      const shown = this.#options.publicError(error);
      // Other errors, such as NOT_FOUND for a deleted pod, are reported by the source itself.
      if (REVOCATIONS.has(shown.extensions['code'])) this.#end(shown);
    }
  }

  #end(error?: GraphQLError): void {
    if (!this.#isOpen) return;
    this.#close();
    this.#ready?.resolve();
    this.#options.sink.end(error);
  }

  async #pump(): Promise<void> {
    const { sink, source, execute, onEvent } = this.#options;
    const { signal } = this.#stopping;
    await this.#untilReady();
    if (signal.aborted) return;
    for await (const event of source.open(signal)) {
      const result = await execute(event, signal);
      if (signal.aborted) return;
      const [error] = result.errors ?? [];
      if (error) throw error;
      sink.send(new SerializedEvent(JSON.stringify(result), ''));
      onEvent();
      await this.#untilReady();
      if (signal.aborted) return;
    }
  }

  /** Resolves when the sink is ready or the subscription has ended. */
  async #untilReady(): Promise<void> {
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
