import type { GraphQLError } from 'graphql';
import type { ErrorCode } from '../graphql/errors.ts';
import { accessRevoked } from './access-revoked.ts';
import type { SerializedEvent } from './result-template.ts';
import type { EventSink, RunningSubscription } from './subscription-handle.ts';

interface UnsharedSubscriptionOptions {
  /** Whether it holds a connection to the API server, which counts against the limit of logs. */
  readonly isLog: boolean;
  /** Whether an event adds to the earlier ones, so that an equal one is sent, too. Otherwise it replaces them. */
  readonly isIncremental: boolean;
  /**
   * Signature of the scopes in which the viewer sees objects. If it is another one after a recheck, the subscription goes on with
   * the new source. Undefined if the source checks the permission for each event.
   */
  readonly visibility?: string;
  /** Whether the viewer sees no object. If that becomes true by a recheck, the subscription ends. */
  readonly seesNothing?: boolean;
}

/**
 * The source of a subscription that is not a set of objects, such as a log, totals or a bulk action. Subscription fields return one from
 * `subscribe`. Every client has its own, but those that yield the same object share its execution.
 *
 * graphql-js requires an async iterable there, so it implements that interface, but the registry opens the source
 * instead. Iterating it throws.
 */
export class UnsharedSubscription<T> implements AsyncIterable<T> {
  readonly #open: (signal: AbortSignal) => AsyncIterable<T>;
  readonly options: UnsharedSubscriptionOptions;

  /** @param open starts the source. It must release everything at once when its signal aborts */
  constructor(open: (signal: AbortSignal) => AsyncIterable<T>, options: UnsharedSubscriptionOptions) {
    this.#open = open;
    this.options = options;
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

/** A source, and the execution of the operation for one of its events. */
export interface UnsharedExecution {
  readonly source: UnsharedSubscription<unknown>;
  readonly execute: (event: unknown, signal: AbortSignal) => Promise<SerializedEvent>;
  /**
   * Calls a handler after each change of permissions since the authorization that can change the source: at once if there was one.
   * Returns a function that removes the handler.
   */
  readonly addAccessChangeHandler: (handler: () => void) => () => void;
}

interface ActiveUnsharedSubscriptionOptions {
  readonly sink: EventSink;
  readonly first: UnsharedExecution;
  readonly publicError: (error: unknown) => GraphQLError;
  /** Authorizes the subscription again. Rejects if the viewer may not see it any more. */
  readonly recheck: () => Promise<UnsharedExecution>;
  readonly recheckMs: number;
  /** Called for each event that was sent. */
  readonly onEvent: () => void;
  /** Called once, however the subscription ends. */
  readonly onClose: () => void;
}

/**
 * A started subscription to an {@link UnsharedSubscription}.
 *
 * Events keep their order. Those of a log are never skipped; a result of totals that equals the one before is. The next event is
 * read from the source only while the sink is ready, so nothing is queued here. An event that fails to execute ends the
 * subscription. Permission is rechecked every `recheckMs`, also while no events come.
 */
export class ActiveUnsharedSubscription implements RunningSubscription {
  readonly #options: ActiveUnsharedSubscriptionOptions;
  readonly #stopping = new AbortController();
  readonly #rechecks: NodeJS.Timeout;
  #current: UnsharedExecution;
  #removeChangeHandler: () => void;
  /** Ends the current source, so that the next one starts. */
  #switching = new AbortController();
  #last: string | undefined;
  #rechecked = 0;
  /** Number of the newest recheck that has been applied. */
  #applied = 0;
  #isOpen = true;
  #ready: PromiseWithResolvers<void> | undefined;

  constructor(options: ActiveUnsharedSubscriptionOptions) {
    this.#options = options;
    this.#current = options.first;
    this.#rechecks = setInterval(this.#recheck, options.recheckMs);
    this.#removeChangeHandler = this.#current.addAccessChangeHandler(this.#recheck);
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

  /** Authorizes the subscription again, and ends it if that is refused. */
  readonly #recheck = (): void => void this.#authorizeAgain();

  async #authorizeAgain(): Promise<void> {
    const number = (this.#rechecked += 1);
    try {
      const next = await this.#options.recheck();
      if (number <= this.#applied || !this.#isOpen) return; // it was overtaken, and its decisions are older
      this.#applied = number;
      this.#removeChangeHandler();
      this.#removeChangeHandler = next.addAccessChangeHandler(this.#recheck);
      this.#apply(next);
    } catch (error) {
      const shown = this.#options.publicError(error);
      // Other errors, such as NOT_FOUND for a deleted pod, are reported by the source itself.
      if (REVOCATIONS.has(shown.extensions['code'])) this.#end(shown);
    }
  }

  /** Goes on with another source if the viewer sees something else. */
  #apply(next: UnsharedExecution): void {
    const { visibility, seesNothing } = this.#current.source.options;
    const { options } = next.source;
    if (options.visibility === visibility) return;
    if (options.seesNothing === true && seesNothing !== true) throw accessRevoked();
    this.#current = next;
    this.#switching.abort();
  }

  #end(error?: GraphQLError): void {
    if (!this.#isOpen) return;
    this.#close();
    this.#ready?.resolve();
    this.#options.sink.end(error);
  }

  async #pump(): Promise<void> {
    for (;;) {
      const { source, execute } = this.#current;
      this.#switching = new AbortController();
      const signal = AbortSignal.any([this.#stopping.signal, this.#switching.signal]);
      await this.#untilReady();
      if (!signal.aborted) await this.#send(source, execute, signal);
      if (this.#stopping.signal.aborted || this.#current.source === source) return;
    }
  }

  async #send(
    source: UnsharedExecution['source'],
    execute: UnsharedExecution['execute'],
    signal: AbortSignal,
  ): Promise<void> {
    const { sink, onEvent } = this.#options;
    try {
      for await (const event of source.open(signal)) {
        const serialized = await execute(event, signal);
        if (signal.aborted) return;
        if (source.options.isIncremental || serialized.text !== this.#last) {
          this.#last = source.options.isIncremental ? undefined : serialized.text;
          sink.send(serialized);
          onEvent();
        }
        await this.#untilReady();
        if (signal.aborted) return;
      }
    } catch (error) {
      if (!this.#switching.signal.aborted) throw error; // else the source has failed because it was ended
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
    this.#removeChangeHandler();
    this.#stopping.abort();
    this.#options.onClose();
  }
}
