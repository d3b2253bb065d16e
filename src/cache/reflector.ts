import type { Client } from '../kubernetes/client.ts';
import { isServed } from '../kubernetes/discovery.ts';
import { compareVersions, keyOf, type KubernetesObject } from '../kubernetes/object.ts';
import { StatusError } from '../kubernetes/status-error.ts';
import type { WatchEvent } from '../kubernetes/watch-stream.ts';
import { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { recoveryFrom, type Recovery } from './recovery.ts';
import type { Store } from './store.ts';

/** What a reflector tells of its work; the cluster cache keeps it for readers, logs and metrics. */
export interface ReflectorReport {
  /** @param writtenAt when the API server stored the object, in milliseconds since the epoch, where the object tells */
  readonly received: (type: WatchEvent<KubernetesObject>['type'], writtenAt: number | undefined) => void;
  /** The store is complete; `cause` is what made us list. */
  readonly listed: (cause: string) => void;
  readonly failed: (error: unknown, recovery: Recovery, waitMs: number) => void;
  readonly malformed: (error: Error) => void;
}

export interface ReflectOptions<T extends KubernetesObject> {
  readonly client: Client;
  readonly store: Store<T>;
  readonly report: ReflectorReport;
  readonly clock: Clock;
  /** A watch without a byte for so long counts as broken. */
  readonly watchIdleTimeoutMs: number;
  /** How often to ask whether a kind that was not served is served now. */
  readonly discoveryIntervalMs: number;
  readonly signal: AbortSignal;
}

/** How long a streaming list may take to say that it is complete; older servers never do. */
const STREAMING_LIST_PATIENCE_MS = 10_000;
const SHORTEST_WATCH_SECONDS = 300;
/** A watch that lived so long was no failure to watch at all: the next wait starts small again. */
const STEADY_MS = 5_000;
const JITTER_MS = 250;

/** Keeps a store equal to what the API server has, through every failure, until the signal ends it. */
export async function reflect<T extends KubernetesObject>(options: ReflectOptions<T>): Promise<void> {
  await new Reflector(options).run();
}

class Reflector<T extends KubernetesObject> {
  readonly #options: ReflectOptions<T>;
  readonly #backoff: Backoff;
  /** Failures, and watches that ended without having told anything, since the last progress. */
  #attempts = 0;
  /** Of the last failure since the last progress: what is done at once is done so once. */
  #lastCause: string | undefined;
  /** Why the next round begins with a list; undefined while our version is good. */
  #listCause: string | undefined = 'start';
  #suspicious = false;
  /** Whether this round has made progress. */
  #progressed = false;
  /** Until the server has shown that it cannot. */
  #streamsLists = true;

  constructor(options: ReflectOptions<T>) {
    this.#options = options;
    this.#backoff = new Backoff(() => options.clock.random());
  }

  async run(): Promise<void> {
    const { signal, clock } = this.#options;
    while (!signal.aborted) {
      try {
        this.#progressed = false;
        await this.#round();
        if (!this.#progressed) this.#attempts += 1;
        await clock.sleep(this.#attempts > 1 ? this.#backoff.next() : this.#jitter(), signal);
      } catch (error) {
        if (signal.aborted) return;
        await this.#recover(error);
      }
    }
  }

  /** Lists where necessary, then follows one watch to its end. */
  async #round(): Promise<void> {
    if (this.#listCause === undefined && this.#suspicious && (await this.#worldIsOlder()))
      this.#listCause = 'older-world';
    this.#suspicious = false;
    if (this.#listCause === undefined) return this.#follow();
    if (this.#streamsLists) return this.#followFromList(this.#listCause);
    await this.#list(this.#listCause);
    return this.#follow();
  }

  async #list(cause: string): Promise<void> {
    const { client, store, signal, report } = this.#options;
    const { knownVersion } = store;
    const { items, resourceVersion } = await client.listAll(store.resource, { signal }, report.malformed);
    store.replace(items, resourceVersion, knownVersion);
    this.#listed(cause);
  }

  #listed(cause: string): void {
    this.#listCause = undefined;
    this.#options.report.listed(cause);
  }

  async #follow(): Promise<void> {
    const { store, signal } = this.#options;
    await this.#watch(store.version, signal, (event) => this.#take(event));
  }

  /** Lists and follows in one stream; a server that cannot is asked for a list and a watch from then on. */
  async #followFromList(cause: string): Promise<void> {
    const { clock, signal, store } = this.#options;
    const { knownVersion } = store;
    const listed = new Map<string, T>();
    const [done, tooLate] = [new AbortController(), new AbortController()];
    void clock.sleep(STREAMING_LIST_PATIENCE_MS, done.signal).then(() => done.signal.aborted || tooLate.abort());
    try {
      await this.#watch(undefined, AbortSignal.any([signal, tooLate.signal]), (event) => {
        if (done.signal.aborted) return this.#take(event);
        if (event.type !== 'BOOKMARK') return applyTo(listed, event);
        if (!event.initialEventsEnd) return undefined;
        done.abort();
        this.#progress();
        store.replace([...listed.values()], event.resourceVersion, knownVersion);
        return this.#listed(cause);
      });
      this.#streamsLists &&= done.signal.aborted;
    } catch (error) {
      if (signal.aborted || done.signal.aborted || !(tooLate.signal.aborted || isRefusal(error))) throw error;
      this.#streamsLists = false; // the next round lists
    } finally {
      done.abort();
    }
  }

  async #watch(
    resourceVersion: string | undefined,
    signal: AbortSignal,
    onEvent: (event: WatchEvent<T>) => void,
  ): Promise<void> {
    const { client, store, report, clock, watchIdleTimeoutMs: idleTimeoutMs } = this.#options;
    const begun = clock.now();
    const timeoutSeconds = Math.round(SHORTEST_WATCH_SECONDS * (1 + clock.random()));
    const onMalformed = report.malformed;
    try {
      await client.watch(store.resource, {
        resourceVersion,
        timeoutSeconds,
        idleTimeoutMs,
        onEvent,
        onMalformed,
        signal,
      });
    } finally {
      if (clock.now() - begun >= STEADY_MS) this.#progress();
    }
  }

  #take(event: WatchEvent<T>): void {
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
    const recovery = recoveryFrom(error, this.#attempts);
    const isNews = this.#lastCause !== recovery.cause;
    const waitMs = recovery.atOnce && isNews ? this.#jitter() : this.#backoff.next(recovery.retryAfterMs);
    this.#lastCause = recovery.cause;
    report.failed(error, recovery, waitMs);
    if (recovery.refreshCredentials) client.refreshCredentials();
    if (recovery.suspicious) this.#suspicious = true;
    if (recovery.next !== 'again') this.#listCause = recovery.cause;
    if (error instanceof Error) store.fail(error, recovery.next === 'wait-for-kind' ? 'void' : 'keep');
    if (recovery.next === 'wait-for-kind') await this.#untilServed();
    else await clock.sleep(waitMs, signal);
  }

  async #untilServed(): Promise<void> {
    const { client, store, clock, signal, discoveryIntervalMs } = this.#options;
    do await clock.sleep(discoveryIntervalMs, signal);
    while (!signal.aborted && !(await isServed(client, store.resource, signal).catch(() => false)));
    this.#progress();
  }

  /** A server restored from a backup gives out versions anew: a watch from ours would wait in silence. */
  async #worldIsOlder(): Promise<boolean> {
    const { client, store, signal, report } = this.#options;
    const { knownVersion } = store;
    const { resourceVersion } = await client.list(store.resource, { limit: 1, signal }, report.malformed);
    return compareVersions(resourceVersion, knownVersion) < 0;
  }

  #jitter(): number {
    return this.#options.clock.random() * JITTER_MS;
  }
}

/** What the objects of a streaming list are, event by event. */
function applyTo<T extends KubernetesObject>(
  listed: Map<string, T>,
  event: Exclude<WatchEvent<T>, { type: 'BOOKMARK' }>,
): void {
  const key = keyOf(event.object.metadata);
  if (event.type === 'DELETED') listed.delete(key);
  else listed.set(key, event.object);
}

/** The server knows no streaming lists: 400 or 422 for the parameters. */
function isRefusal(error: unknown): boolean {
  return error instanceof StatusError && (error.code === 400 || error.code === 422);
}
