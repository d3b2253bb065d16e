import type { Client } from '../kubernetes/client.ts';
import type { Discovery, Serving } from '../kubernetes/discovery.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { kindUnavailable } from '../kubernetes/status-error.ts';
import type { WatchEvent } from '../kubernetes/watch-stream.ts';
import { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { IdleDeadlines } from './idle-deadline.ts';
import type { WakeSignal } from './wake-signal.ts';
import { hasServerRolledBack } from './server-rollback.ts';
import { retryPolicyFor } from './retry-policy.ts';
import type { ReflectorReport } from './reflector-report.ts';
import type { Store } from './store.ts';
import { applyInitialEvent, isStreamingListRefused } from './streaming-list.ts';

export interface ReflectOptions<T extends KubernetesObject> {
  readonly client: Client;
  readonly store: Store<T>;
  readonly report: ReflectorReport;
  readonly clock: Clock;
  readonly discovery: Discovery;
  /** Ask what the cluster serves before asking for it the first time, not only when it turns out that it does not. */
  readonly discoverFirst: boolean;
  /** Given by who needs a change told that is known to have happened, where it is polled for. */
  readonly wakeSignal: WakeSignal;
  /** A watch that carries bookmarks is broken after this time without a byte; see {@link IdleDeadlines} for others. */
  readonly watchIdleTimeoutMs: number;
  /** How often to ask whether a kind that was not served is served now. */
  readonly discoveryIntervalMs: number;
  readonly signal: AbortSignal;
}

/** How long a streaming list may take to say that it is complete; servers that ignore the request for one never do. */
const STREAMING_LIST_PATIENCE_MS = 10_000;
const SHORTEST_WATCH_SECONDS = 300;
/** A server that has not ended a watch this long after its `timeoutSeconds` is not there any more. */
const WATCH_END_GRACE_MS = 30_000;
/** A watch that lived so long was no failure to watch at all: the next wait starts small again. */
const STEADY_MS = 5_000;
const JITTER_MS = 250;
/** How often to list what cannot be watched. */
const POLL_INTERVAL_MS = 10_000;
/** How many lists of what cannot be watched it takes to ask whether it can be. */
const POLLS_PER_QUESTION = 6;

/** Keeps a store equal to what the API server has, through every failure, until the signal ends it. */
export async function reflect<T extends KubernetesObject>(options: ReflectOptions<T>): Promise<void> {
  await new Reflector(options).run();
}

class Reflector<T extends KubernetesObject> {
  readonly #options: ReflectOptions<T>;
  readonly #backoff: Backoff;
  readonly #idleDeadlines: IdleDeadlines;
  /** Failures, and watches that ended without having told anything, since the last progress. */
  #attempts = 0;
  /** Of the last failure since the last progress: what is done at once is done so once. */
  #lastCause: string | undefined;
  /** Why the next round begins with a list; undefined while our version is good. */
  #listCause: string | undefined = 'start';
  #checkForRollback = false;
  /** Whether this round has made progress. */
  #progressed = false;
  /** Until the server has shown that it cannot. */
  #streamsLists = true;
  #discoverFirst: boolean;
  /** Set while it cannot be watched: how often it has been listed since that was asked. */
  #polls: number | undefined;

  constructor(options: ReflectOptions<T>) {
    this.#options = options;
    this.#discoverFirst = options.discoverFirst;
    this.#backoff = new Backoff(() => options.clock.random());
    this.#idleDeadlines = new IdleDeadlines(options.clock, options.watchIdleTimeoutMs);
  }

  async run(): Promise<void> {
    const { signal, clock } = this.#options;
    while (!signal.aborted) {
      try {
        this.#progressed = false;
        await this.#listAndWatch();
        if (!this.#progressed) this.#attempts += 1;
        await clock.sleep(this.#attempts > 1 ? this.#backoff.next() : this.#jitter(), signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error);
      }
    }
  }

  /** Lists where necessary, then follows one watch to its end. */
  async #listAndWatch(): Promise<void> {
    if (this.#discoverFirst) await this.#discover();
    this.#discoverFirst = false;
    if (this.#polls !== undefined) return this.#poll(this.#polls);
    if (this.#listCause === undefined && this.#checkForRollback && (await hasServerRolledBack(this.#options)))
      this.#listCause = 'older-world';
    this.#checkForRollback = false;
    if (this.#listCause === undefined) return this.#watchFromVersion();
    if (this.#streamsLists) return this.#streamList(this.#listCause);
    await this.#list(this.#listCause);
    return this.#watchFromVersion();
  }

  async #list(cause: string): Promise<void> {
    const { client, store, signal, report } = this.#options;
    const { knownVersion } = store;
    const { items, resourceVersion } = await client.listAll(
      store.resource,
      { signal, intern: (object) => store.intern(object) },
      report.malformed,
    );
    signal.throwIfAborted();
    store.replace(items, resourceVersion, knownVersion);
    this.#listed(cause);
  }

  /** Lists, then waits until it is time to list again. */
  async #poll(polls: number): Promise<void> {
    const { clock, wakeSignal, signal } = this.#options;
    wakeSignal.clear();
    await this.#list(this.#listCause ?? 'poll');
    this.#progress();
    this.#polls = polls + 1;
    await wakeSignal.sleep(POLL_INTERVAL_MS, clock, signal);
    if (this.#polls % POLLS_PER_QUESTION === 0) await this.#discover();
  }

  /** @throws {StatusError} KindUnavailable where it is not served */
  async #discover(): Promise<void> {
    const { discovery, store } = this.#options;
    this.#applyServing(await discovery.ask(store.resource));
  }

  #applyServing(serving: Serving): void {
    if (serving === 'absent') throw kindUnavailable(this.#options.store.resource);
    if (serving === 'unknown' || (serving === 'listed') === (this.#polls !== undefined)) return;
    this.#polls = serving === 'listed' ? 0 : undefined;
    this.#options.report.polling(serving === 'listed');
  }

  #listed(cause: string): void {
    this.#listCause = undefined;
    this.#options.report.listed(cause);
  }

  async #watchFromVersion(): Promise<void> {
    const { store, signal } = this.#options;
    await this.#watch(store.version, signal, (event) => this.#handleEvent(event));
  }

  /** Lists and follows in one stream; a server that cannot is asked for a list and a watch from then on. */
  async #streamList(cause: string): Promise<void> {
    const { clock, signal, store } = this.#options;
    const { knownVersion } = store;
    const listed = new Map<string, T>();
    const [done, tooLate] = [new AbortController(), new AbortController()];
    void clock.sleep(STREAMING_LIST_PATIENCE_MS, done.signal).then(() => done.signal.aborted || tooLate.abort());
    try {
      await this.#watch(undefined, AbortSignal.any([signal, tooLate.signal]), (event) => {
        if (done.signal.aborted) return this.#handleEvent(event);
        if (event.type !== 'BOOKMARK') return applyInitialEvent(listed, event, store);
        if (!event.initialEventsEnd) return undefined;
        done.abort();
        this.#progress();
        store.replace([...listed.values()], event.resourceVersion, knownVersion);
        return this.#listed(cause);
      });
      this.#streamsLists &&= done.signal.aborted;
    } catch (error) {
      if (signal.aborted || done.signal.aborted || !(tooLate.signal.aborted || isStreamingListRefused(error)))
        throw error;
      this.#streamsLists = false; // the next round lists
    } finally {
      done.abort();
    }
  }

  /** Follows one watch to its end, or until its silence calls for another one. */
  async #watch(
    resourceVersion: string | undefined,
    signal: AbortSignal,
    onEvent: (event: WatchEvent<T>) => void,
  ): Promise<void> {
    const { client, store, report, clock } = this.#options;
    const startedAt = clock.now();
    const timeoutSeconds = Math.round(SHORTEST_WATCH_SECONDS * (1 + clock.random()));
    using deadline = this.#idleDeadlines.create();
    if (resourceVersion !== undefined) deadline.start();
    try {
      await client.watch(store.resource, {
        resourceVersion,
        timeoutSeconds,
        idleTimeoutMs: timeoutSeconds * 1_000 + WATCH_END_GRACE_MS,
        onActivity: () => deadline.extend(),
        onEvent(event) {
          if (signal.aborted) return;
          deadline.observe(event);
          onEvent(event);
        },
        onMalformed: report.malformed,
        signal: AbortSignal.any([signal, deadline.signal]),
      });
    } catch (error) {
      if (signal.aborted || !deadline.needsRenewal) throw error;
      this.#checkForRollback = true;
      report.renewed();
    } finally {
      if (clock.now() - startedAt >= STEADY_MS) this.#progress();
    }
  }

  #handleEvent(event: WatchEvent<T>): void {
    const { store, report } = this.#options;
    this.#progress();
    report.received(event.type, event.type === 'BOOKMARK' ? undefined : event.writtenAt);
    switch (event.type) {
      case 'ADDED':
      case 'MODIFIED':
        return store.set(event.object);
      case 'DELETED':
        return store.delete(event.object);
      case 'BOOKMARK':
        return store.advance(event.resourceVersion);
      default:
        throw new TypeError(`Unknown watch event ${JSON.stringify(event satisfies never)}`);
    }
  }

  #progress(): void {
    this.#progressed = true;
    this.#attempts = 0;
    this.#lastCause = undefined;
    this.#backoff.reset();
  }

  async #recover(error: unknown): Promise<void> {
    const { client, store, report, clock, signal } = this.#options;
    this.#attempts += 1;
    const policy = retryPolicyFor(error, this.#attempts);
    const isNews = this.#lastCause !== policy.cause;
    const waitMs = policy.immediate && isNews ? this.#jitter() : this.#backoff.next(policy.retryAfterMs);
    this.#lastCause = policy.cause;
    report.failed(error, policy, waitMs);
    if (policy.refreshCredentials) client.refreshCredentials();
    if (policy.checkForRollback) this.#checkForRollback = true;
    if (policy.next === 'list' || policy.next === 'wait-for-kind') this.#listCause = policy.cause;
    if (policy.next === 'poll') this.#applyServing('listed');
    if (error instanceof Error) store.fail(error, policy.next === 'wait-for-kind' ? 'discard' : 'keep');
    if (policy.next === 'wait-for-kind') await this.#waitUntilServed();
    else await clock.sleep(waitMs, signal);
  }

  async #waitUntilServed(): Promise<void> {
    const { discovery, store, clock, signal, discoveryIntervalMs } = this.#options;
    let serving: Serving;
    do {
      await clock.sleep(discoveryIntervalMs, signal);
      if (signal.aborted) return;
      serving = await discovery.ask(store.resource);
    } while (serving === 'absent' || serving === 'unknown');
    this.#applyServing(serving);
    this.#progress();
  }

  #jitter(): number {
    return this.#options.clock.random() * JITTER_MS;
  }
}
