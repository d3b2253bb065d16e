import type { Client } from '../kubernetes/client.ts';
import type { Discovery, Serving } from '../kubernetes/discovery.ts';
import { keyOf, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import { isEventTooLarge, isUnreachable, kindUnavailable, StatusError } from '../kubernetes/status-error.ts';
import type { WatchEvent } from '../kubernetes/watch-stream.ts';
import type { Clock } from './clock.ts';
import { IdleDeadlines, type IdleDeadline } from './idle-deadline.ts';
import type { ReflectorReport } from './reflector-report.ts';
import { RelistSchedule } from './relist-schedule.ts';
import { Backoff, retryPolicyFor, type RetryPolicy } from './retry-policy.ts';
import { RollbackDetector } from './rollback-detector.ts';
import type { Store } from './store.ts';
import type { WakeSignal } from './wake-signal.ts';

interface ReflectOptions<T extends KubernetesObject> {
  readonly client: Client;
  /** Written by the reflector alone, and by the results of writes. */
  readonly store: Store<T>;
  readonly report: ReflectorReport;
  readonly clock: Clock;
  readonly discovery: Discovery;
  /** Whether to ask discovery before the first request, not only after the API server has answered 404. */
  readonly discoverFirst: boolean;
  /** Makes a resource that is polled be listed at once. */
  readonly wakeSignal: WakeSignal;
  /** A watch that carries bookmarks is broken after this time without a byte; see {@link IdleDeadlines} for others. */
  readonly watchIdleTimeoutMs: number;
  /** Time between two questions whether a kind that was not served is served now. */
  readonly discoveryIntervalMs: number;
  /** Ends the reflector. */
  readonly signal: AbortSignal;
}

/** Time for a streaming list to be complete. A server that ignores the parameter never says that one is. */
const STREAMING_LIST_TIMEOUT_MS = 10_000;
/** `timeoutSeconds` of watches are random between this and twice as much. */
const MIN_WATCH_SECONDS = 300;
/** A server that has not ended a watch this long after its `timeoutSeconds` is not there any more. */
const WATCH_END_GRACE_MS = 30_000;
/** A watch of this length counts as progress, even without an event: the next backoff is short again. */
const STEADY_MS = 5_000;
const MAX_JITTER_MS = 250;
const POLL_INTERVAL_MS = 10_000;
/** Causes of lists that are paged: a streaming list would repeat the events that could not be decoded or sent. */
const pagedCauses: ReadonlySet<string> = new Set(['malformed', 'overloaded', 'server-error']);
/** Lists of a polled resource between two questions whether it can be watched. */
const POLLS_PER_DISCOVERY = 6;

/**
 * Keeps a store equal to what the API server has, as client-go's reflector does: lists, watches from the list's version,
 * and after every failure applies its {@link RetryPolicy}. Resolves when the signal has aborted and nothing runs any more.
 * Never rejects. One request is in flight at any time and, while a watch begins after a failure, a second one for
 * {@link RollbackDetector.detectDuringWatch}.
 */
export async function reflect<T extends KubernetesObject>(options: ReflectOptions<T>): Promise<void> {
  await new Reflector(options).run();
}

interface WatchParameters<T extends KubernetesObject> {
  /** Undefined for a streaming list. */
  readonly resourceVersion: string | undefined;
  readonly signal: AbortSignal;
  readonly onEvent: (event: WatchEvent<T>) => void;
  /** Called when the server has accepted the watch. */
  readonly onOpen?: () => void;
}

class Reflector<T extends KubernetesObject> {
  readonly #options: ReflectOptions<T>;
  readonly #backoff: Backoff;
  readonly #idleDeadlines: IdleDeadlines;
  readonly #relists: RelistSchedule;
  readonly #rollbacks: RollbackDetector<T>;
  /** Failures, and watches that ended without an event, since the last progress. */
  #attempts = 0;
  /** Cause of the last failure since the last progress. A policy's immediate retry applies once per cause. */
  #lastCause: string | undefined;
  /** Errors of the server since the store has had its version. */
  #errorsAtVersion = { version: '', count: 0 };
  /** Why the next iteration starts with a list. Undefined while the store's version can be watched from. */
  #listCause: string | undefined = 'start';
  /** Time at which the API server has to end the last watch. */
  #watchEndsAt = 0;
  /** Whether this iteration has made progress. */
  #hasProgressed = false;
  /** False once the server has refused a streaming list, or has not completed one in time. */
  #streamsLists = true;
  #discoverFirst: boolean;
  /** Address of the API server that the store's version is from. */
  #server: string;
  /** Lists since discovery was last asked. Undefined while the resource can be watched. */
  #polls: number | undefined;

  constructor(options: ReflectOptions<T>) {
    this.#options = options;
    this.#discoverFirst = options.discoverFirst;
    this.#server = options.client.server;
    this.#backoff = new Backoff(() => options.clock.random());
    this.#idleDeadlines = new IdleDeadlines(options.clock, options.watchIdleTimeoutMs);
    this.#relists = new RelistSchedule(options.clock);
    this.#rollbacks = new RollbackDetector(options);
  }

  async run(): Promise<void> {
    const { signal } = this.#options;
    while (!signal.aborted) {
      try {
        this.#hasProgressed = false;
        await this.#listAndWatch();
        if (!this.#hasProgressed) this.#attempts += 1;
        await this.#pause();
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error);
      }
    }
  }

  /** Waits after a watch that has ended normally: long if the one before has ended without an event, too. */
  async #pause(): Promise<void> {
    const { clock, signal } = this.#options;
    // A server that stops ends its watches early. It may be rolled back before it accepts the next one.
    if (clock.now() < this.#watchEndsAt) this.#rollbacks.suspect();
    return clock.sleep(this.#attempts <= 1 ? this.#jitter() : this.#backoff.next(), signal);
  }

  /** Lists if necessary, then follows one watch to its end. */
  async #listAndWatch(): Promise<void> {
    if (this.#discoverFirst) await this.#discover();
    this.#discoverFirst = false;
    if (this.#polls !== undefined) return this.#poll(this.#polls);
    const mayHaveRolledBack = this.#rollbacks.takeSuspicion();
    if (mayHaveRolledBack) this.#listCause ??= await this.#rollbacks.findListCause(this.#options.signal);
    if (this.#listCause === undefined) return mayHaveRolledBack ? this.#watchAgain() : this.#watchFromVersion();
    if (this.#streamsLists && !pagedCauses.has(this.#listCause)) return this.#streamList(this.#listCause);
    await this.#list(this.#listCause);
    return this.#watchFromVersion();
  }

  async #list(cause: string): Promise<void> {
    const { client, store, signal, report } = this.#options;
    const replaceObjects = this.#startList(cause);
    const options = { signal, ...this.#readOptions() };
    const { items, resourceVersion } = await client.listAll(store.resource, options, report.malformed);
    signal.throwIfAborted();
    replaceObjects(items, resourceVersion);
  }

  /** To be called before the first request of a list. Returns a function that stores the complete list. */
  #startList(cause: string): (objects: readonly T[], version: string) => void {
    const { client, store, report } = this.#options;
    const { knownVersion } = store;
    this.#server = client.server;
    this.#relists.clear();
    return (objects, version) => {
      store.replace(objects, version, knownVersion);
      this.#listCause = undefined;
      report.listed(cause);
    };
  }

  /** Lists, then waits for the next list. */
  async #poll(polls: number): Promise<void> {
    const { clock, wakeSignal, signal } = this.#options;
    wakeSignal.clear();
    await this.#list(this.#listCause ?? 'poll');
    this.#recordProgress();
    this.#polls = polls + 1;
    await wakeSignal.sleep(POLL_INTERVAL_MS, clock, signal);
    if (this.#polls % POLLS_PER_DISCOVERY === 0) await this.#discover();
  }

  /** @throws {StatusError} KindUnavailable if the resource is not served */
  async #discover(): Promise<void> {
    const { discovery, store } = this.#options;
    this.#applyServing(await discovery.discover(store.resource));
  }

  #applyServing(serving: Serving): void {
    if (serving === 'absent') throw kindUnavailable(this.#options.store.resource);
    if (serving === 'unknown' || (serving === 'listed') === (this.#polls !== undefined)) return;
    this.#polls = serving === 'listed' ? 0 : undefined;
    this.#options.report.polling(serving === 'listed');
  }

  async #watchFromVersion(signal = this.#options.signal, onOpen = () => {}): Promise<void> {
    const resourceVersion = this.#options.store.version;
    await this.#watch({ resourceVersion, signal, onOpen, onEvent: (event) => this.#handleEvent(event) });
  }

  /** Watches from the store's version, and ends the watch if the server that has accepted it was rolled back. */
  async #watchAgain(): Promise<void> {
    const { signal } = this.#options;
    const ending = new AbortController();
    try {
      const signals = AbortSignal.any([signal, ending.signal]);
      await this.#watchFromVersion(signals, () => void this.#endIfRolledBack(ending));
    } catch (error) {
      if (signal.aborted || !ending.signal.aborted) throw error;
    } finally {
      ending.abort();
    }
  }

  /** @param ending ends the watch. Aborted when it has ended */
  async #endIfRolledBack(ending: AbortController): Promise<void> {
    if (!(await this.#rollbacks.detectDuringWatch(ending.signal))) return;
    this.#listCause = 'server-rollback';
    ending.abort();
  }

  /** Lists and watches in one stream. If the server cannot, the next iterations list and watch in two requests. */
  async #streamList(cause: string): Promise<void> {
    const { clock, signal, store } = this.#options;
    const replaceObjects = this.#startList(cause);
    const listed = new Map<string, T>();
    const [complete, tooLate] = [new AbortController(), new AbortController()];
    void clock.sleep(STREAMING_LIST_TIMEOUT_MS, complete.signal).then(() => complete.signal.aborted || tooLate.abort());
    try {
      await this.#watch({
        resourceVersion: undefined,
        signal: AbortSignal.any([signal, tooLate.signal]),
        onEvent: (event) => {
          if (complete.signal.aborted) return this.#handleEvent(event);
          if (tooLate.signal.aborted) return undefined;
          if (event.type !== 'BOOKMARK') return addInitialEvent(listed, event, store);
          if (!event.initialEventsEnd) return undefined;
          complete.abort();
          this.#recordProgress();
          return replaceObjects([...listed.values()], event.resourceVersion);
        },
      });
      this.#streamsLists &&= complete.signal.aborted;
    } catch (error) {
      const isUnsupported = tooLate.signal.aborted || isStreamingListRefused(error) || isEventTooLarge(error);
      if (signal.aborted || complete.signal.aborted || !isUnsupported) throw error;
      if (isEventTooLarge(error) && error instanceof Error) this.#options.report.malformed(error);
      this.#streamsLists = false;
    } finally {
      complete.abort();
    }
  }

  /** Follows one watch to its end, or until its silence calls for another one, or a list is due. */
  async #watch(parameters: WatchParameters<T>): Promise<void> {
    const { signal, resourceVersion } = parameters;
    const { clock, report } = this.#options;
    using deadline = this.#idleDeadlines.create();
    using untilRelist = this.#relists.startWatch();
    if (resourceVersion !== undefined) deadline.start();
    const ended = AbortSignal.any([signal, deadline.signal, untilRelist.signal]);
    try {
      await this.#follow({ ...parameters, signal: ended }, deadline);
    } catch (error) {
      if (signal.aborted) throw error;
      if (untilRelist.signal.aborted) this.#listCause = 'malformed';
      else if (deadline.needsRenewal) {
        this.#rollbacks.suspect();
        report.renewed();
      } else {
        if (deadline.signal.aborted) this.#rollbacks.startInterruption(clock.now() - deadline.silentMs);
        throw error;
      }
    }
  }

  async #follow({ onEvent, onOpen, ...parameters }: WatchParameters<T>, deadline: IdleDeadline): Promise<void> {
    const { client, store, report, clock, signal: stopped } = this.#options;
    let openedAt: number | undefined;
    try {
      await client.watch(store.resource, {
        ...this.#watchOptions(),
        ...parameters,
        onOpen: () => {
          openedAt = clock.now();
          report.opened();
          onOpen?.();
        },
        onActivity: () => deadline.extend(),
        onEvent(event) {
          if (stopped.aborted) return; // not `signal`, which may be composed of several: Node reads each of them
          deadline.observe(event);
          onEvent(event);
        },
        onMalformed: (error) => {
          report.malformed(error);
          this.#relists.request();
        },
      });
    } finally {
      if (openedAt !== undefined && clock.now() - openedAt >= STEADY_MS) this.#recordProgress();
    }
  }

  #watchOptions() {
    const timeoutSeconds = Math.round(MIN_WATCH_SECONDS * (1 + this.#options.clock.random()));
    this.#watchEndsAt = this.#options.clock.now() + timeoutSeconds * 1_000;
    const idleTimeoutMs = timeoutSeconds * 1_000 + WATCH_END_GRACE_MS;
    return { server: this.#server, timeoutSeconds, idleTimeoutMs, ...this.#readOptions() };
  }

  #readOptions() {
    const { store } = this.#options;
    return { namespace: store.namespace, heldObject: (at: ObjectName) => store.get(at) };
  }

  #handleEvent(event: WatchEvent<T>): void {
    const { store, report } = this.#options;
    this.#recordProgress();
    report.received(event.type, event.type === 'BOOKMARK' ? undefined : event.writtenAt);
    switch (event.type) {
      case 'ADDED':
      case 'MODIFIED':
        return store.resource.cache.accepts(event.object) ? store.set(event.object) : store.delete(event.object);
      case 'DELETED':
        return store.delete(event.object);
      case 'BOOKMARK':
        return store.advance(event.resourceVersion);
      default:
        throw new TypeError(`Expected a watch event, got ${JSON.stringify(event satisfies never)}`);
    }
  }

  #recordProgress(): void {
    this.#hasProgressed = true;
    this.#rollbacks.endInterruption();
    this.#attempts = 0;
    this.#lastCause = undefined;
    this.#backoff.reset();
  }

  async #recover(error: unknown): Promise<void> {
    const { client, store, report, clock, signal } = this.#options;
    this.#attempts += 1;
    if (!isThrottled(error)) this.#rollbacks.startInterruption(clock.now()); // a list would cost an overloaded server more
    const policy = retryPolicyFor(error, this.#attempts, this.#countError(error));
    const waitMs = this.#waitBefore(policy);
    this.#lastCause = policy.cause;
    report.failed(error, policy, waitMs);
    if (policy.refreshCredentials) client.refreshCredentials();
    this.#rollbacks.suspect();
    if (policy.next === 'list' || policy.next === 'wait-for-kind') this.#listCause = policy.cause;
    if (policy.next === 'poll') this.#applyServing('listed');
    if (error instanceof Error) store.fail(error, policy.next === 'wait-for-kind' ? 'discard' : 'keep');
    if (policy.next === 'wait-for-kind') await this.#waitUntilServed();
    else await clock.sleep(waitMs, signal);
  }

  #waitBefore({ cause, immediate, next, retryAfterMs, maxWaitMs }: RetryPolicy): number {
    if (immediate && this.#lastCause !== cause) return this.#jitter();
    const waitMs = this.#backoff.next(retryAfterMs, maxWaitMs);
    return next === 'list' && pagedCauses.has(cause) ? Math.max(waitMs, this.#relists.reserve()) : waitMs;
  }

  /** Returns the number of errors that the server has sent at the store's version, including this one. */
  #countError(error: unknown): number {
    if (!(error instanceof StatusError) || isUnreachable(error)) return 0;
    const { version } = this.#options.store;
    const { version: lastVersion, count } = this.#errorsAtVersion;
    this.#errorsAtVersion = { version, count: version === lastVersion ? count + 1 : 1 };
    return this.#errorsAtVersion.count;
  }

  async #waitUntilServed(): Promise<void> {
    const { discovery, store, clock, signal, discoveryIntervalMs } = this.#options;
    let serving: Serving;
    do {
      await clock.sleep(discoveryIntervalMs, signal);
      if (signal.aborted) return;
      serving = await discovery.discover(store.resource);
    } while (serving === 'absent' || serving === 'unknown');
    this.#applyServing(serving);
    this.#recordProgress();
  }

  #jitter(): number {
    return this.#options.clock.random() * MAX_JITTER_MS;
  }
}

/** Adds one event to the objects of a streaming list. */
function addInitialEvent<T extends KubernetesObject>(
  listed: Map<string, T>,
  event: Exclude<WatchEvent<T>, { type: 'BOOKMARK' }>,
  store: Store<T>,
): void {
  const key = keyOf(event.object.metadata);
  const isListed = event.type !== 'DELETED' && store.resource.cache.accepts(event.object);
  if (!isListed) listed.delete(key);
  else listed.set(key, event.object);
}

function isThrottled(error: unknown): boolean {
  return error instanceof StatusError && error.code === 429;
}

/** Returns whether the server does not know the parameters of streaming lists: 400, or 422 if the feature is turned off. */
function isStreamingListRefused(error: unknown): boolean {
  return error instanceof StatusError && (error.code === 400 || error.code === 422);
}
