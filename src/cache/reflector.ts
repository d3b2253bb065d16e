import type { Client } from '../kubernetes/client.ts';
import type { Discovery, Serving } from '../kubernetes/discovery.ts';
import { compareVersions, keyOf, type KubernetesObject, type ObjectName } from '../kubernetes/object.ts';
import { isEventTooLarge, isUnreachable, kindUnavailable, StatusError } from '../kubernetes/status-error.ts';
import type { WatchEvent } from '../kubernetes/watch-stream.ts';
import type { Clock } from './clock.ts';
import { IdleDeadlines } from './idle-deadline.ts';
import type { ReflectorReport } from './reflector-report.ts';
import { RelistSchedule } from './relist-schedule.ts';
import { Backoff, retryPolicyFor, type RetryPolicy } from './retry-policy.ts';
import type { Store } from './store.ts';
import type { WakeSignal } from './wake-signal.ts';

export interface ReflectOptions<T extends KubernetesObject> {
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
/**
 * Interruption after which the resource is listed. An older backup may have been restored meanwhile, and its versions may have grown past
 * the store's since: a watch from there would miss what was lost, and what was written at lower versions.
 */
const LONG_INTERRUPTION_MS = 10_000;
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
 * Never rejects. One request is in flight at any time.
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
  /** Failures, and watches that ended without an event, since the last progress. */
  #attempts = 0;
  /** Cause of the last failure since the last progress. A policy's immediate retry applies once per cause. */
  #lastCause: string | undefined;
  /** Errors of the server since the store has had its version. */
  #errorsAtVersion = { version: '', count: 0 };
  /** Why the next iteration starts with a list. Undefined while the store's version can be watched from. */
  #listCause: string | undefined = 'start';
  /** Whether to compare the server's version with the store's first: another or an older server may respond next. */
  #checkForRollback = false;
  /** Time from which nothing is known of the server. Undefined while a watch runs, or the server only refuses too many requests. */
  #interruptedAt: number | undefined;
  /** Time at which the API server has to end the last watch. */
  #watchEndsAt = 0;
  /** Time for which the last watch was silent before it was given up. */
  #silentMs = 0;
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
    if (clock.now() < this.#watchEndsAt) this.#checkForRollback = true;
    return clock.sleep(this.#attempts <= 1 ? this.#jitter() : this.#backoff.next(), signal);
  }

  /** Lists if necessary, then follows one watch to its end. */
  async #listAndWatch(): Promise<void> {
    if (this.#discoverFirst) await this.#discover();
    this.#discoverFirst = false;
    if (this.#polls !== undefined) return this.#poll(this.#polls);
    const wasInterrupted = this.#checkForRollback;
    if (this.#listCause === undefined && wasInterrupted) this.#listCause = await this.#causeAfterInterruption();
    this.#checkForRollback = false;
    if (this.#listCause === undefined) return wasInterrupted ? this.#watchAgain() : this.#watchFromVersion();
    if (this.#streamsLists && !pagedCauses.has(this.#listCause)) return this.#streamList(this.#listCause);
    await this.#list(this.#listCause);
    return this.#watchFromVersion();
  }

  /** Returns the cause of a list if the server's history may not be that of the store any more. */
  async #causeAfterInterruption(): Promise<string | undefined> {
    const { clock } = this.#options;
    if (this.#interruptedAt !== undefined && clock.now() - this.#interruptedAt >= LONG_INTERRUPTION_MS)
      return 'interruption';
    return this.#rollbackCause(this.#options.signal);
  }

  async #rollbackCause(signal: AbortSignal): Promise<'server-rollback' | undefined> {
    if (!(await hasServerRolledBack({ ...this.#options, signal }))) return undefined;
    this.#options.store.endEpoch();
    return 'server-rollback';
  }

  async #list(cause: string): Promise<void> {
    const { client, store, signal, report } = this.#options;
    const { knownVersion } = store;
    this.#server = client.server;
    this.#relists.clear();
    const { items, resourceVersion } = await client.listAll(
      store.resource,
      { signal, ...this.#readOptions() },
      report.malformed,
    );
    signal.throwIfAborted();
    store.replace(items, resourceVersion, knownVersion);
    this.#listed(cause);
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

  #listed(cause: string): void {
    this.#listCause = undefined;
    this.#options.report.listed(cause);
  }

  async #watchFromVersion(
    parameters: Pick<WatchParameters<T>, 'signal' | 'onOpen'> = { signal: this.#options.signal },
  ): Promise<void> {
    const resourceVersion = this.#options.store.version;
    await this.#watch({ ...parameters, resourceVersion, onEvent: (event) => this.#handleEvent(event) });
  }

  /** Compares the versions once more when the watch is open: another server may have accepted it than the one that was asked before. */
  async #watchAgain(): Promise<void> {
    const { signal } = this.#options;
    const ending = new AbortController();
    try {
      await this.#watchFromVersion({
        signal: AbortSignal.any([signal, ending.signal]),
        onOpen: () => void this.#endIfRolledBack(ending),
      });
    } catch (error) {
      if (signal.aborted || !ending.signal.aborted) throw error;
    } finally {
      ending.abort();
    }
  }

  /** @param ending ends the watch. Aborted when it has ended */
  async #endIfRolledBack(ending: AbortController): Promise<void> {
    const { clock } = this.#options;
    const backoff = new Backoff(() => clock.random());
    while (!ending.signal.aborted) {
      try {
        const cause = await this.#rollbackCause(ending.signal);
        if (cause === undefined || ending.signal.aborted) return;
        this.#listCause = cause;
        ending.abort();
      } catch {
        // The watch may be kept: it ends by itself if the server cannot be reached.
        await clock.sleep(backoff.next(), ending.signal);
      }
    }
  }

  /** Lists and watches in one stream. If the server cannot, the next iterations list and watch in two requests. */
  async #streamList(cause: string): Promise<void> {
    const { client, clock, signal, store } = this.#options;
    const { knownVersion } = store;
    this.#server = client.server;
    this.#relists.clear();
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
          store.replace([...listed.values()], event.resourceVersion, knownVersion);
          return this.#listed(cause);
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
  async #watch({ resourceVersion, signal, onEvent, onOpen }: WatchParameters<T>): Promise<void> {
    const { client, store, report, clock, signal: stopped } = this.#options;
    let openedAt: number | undefined;
    using deadline = this.#idleDeadlines.create();
    using untilRelist = this.#relists.startWatch();
    if (resourceVersion !== undefined) deadline.start();
    try {
      await client.watch(store.resource, {
        ...this.#watchOptions(),
        resourceVersion,
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
        onMalformed: (error) => this.#skipMalformed(error),
        signal: AbortSignal.any([signal, deadline.signal, untilRelist.signal]),
      });
    } catch (error) {
      if (signal.aborted) throw error;
      if (untilRelist.signal.aborted) this.#listCause = 'malformed';
      else if (deadline.needsRenewal) this.#renew();
      else {
        this.#silentMs = deadline.silentMs;
        throw error;
      }
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

  #skipMalformed(error: Error): void {
    this.#options.report.malformed(error);
    this.#relists.request();
  }

  #renew(): void {
    this.#checkForRollback = true;
    this.#options.report.renewed();
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
    this.#interruptedAt = undefined;
    this.#attempts = 0;
    this.#lastCause = undefined;
    this.#backoff.reset();
  }

  async #recover(error: unknown): Promise<void> {
    const { client, store, report, clock, signal } = this.#options;
    this.#attempts += 1;
    if (!isThrottled(error)) this.#interruptedAt ??= clock.now() - this.#silentMs; // a list would cost an overloaded server more
    this.#silentMs = 0;
    const policy = retryPolicyFor(error, this.#attempts, this.#countError(error));
    const waitMs = this.#waitBefore(policy);
    this.#lastCause = policy.cause;
    report.failed(error, policy, waitMs);
    if (policy.refreshCredentials) client.refreshCredentials();
    this.#checkForRollback = true;
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

/**
 * Resolves with whether the API server's version is behind the store's, as after its restoration from an older backup: it
 * then gives out the same versions again, and a watch from the store's would be silent until it has caught up.
 */
async function hasServerRolledBack<T extends KubernetesObject>(
  options: Pick<ReflectOptions<T>, 'client' | 'store' | 'signal' | 'report'>,
): Promise<boolean> {
  const { client, store, signal, report } = options;
  const { knownVersion } = store;
  const { resourceVersion } = await client.list(
    store.resource,
    { limit: 1, namespace: store.namespace, signal },
    report.malformed,
  );
  return compareVersions(resourceVersion, knownVersion) < 0;
}
