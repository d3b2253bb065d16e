import type { Client, ObjectList } from '../kubernetes/client.ts';
import { isServed } from '../kubernetes/discovery.ts';
import { compareVersions, type KubernetesObject } from '../kubernetes/object.ts';
import type { WatchEvent } from '../kubernetes/watch-stream.ts';
import { Backoff } from './backoff.ts';
import type { Clock } from './clock.ts';
import { recoveryFrom, type Recovery } from './recovery.ts';
import type { Store } from './store.ts';

/** What a reflector tells of its work; the cluster cache keeps it for readers, logs and metrics. */
export interface ReflectorReport {
  readonly received: (type: WatchEvent<KubernetesObject>['type']) => void;
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

const PAGE_SIZE = 500;
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
  /** Why the next round begins with a list; undefined while our version is good. */
  #listCause: string | undefined = 'start';
  #suspicious = false;

  constructor(options: ReflectOptions<T>) {
    this.#options = options;
    this.#backoff = new Backoff(() => options.clock.random());
  }

  async run(): Promise<void> {
    const { signal, clock } = this.#options;
    while (!signal.aborted) {
      try {
        await this.#round();
        this.#attempts += 1;
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
    if (this.#listCause !== undefined) await this.#list(this.#listCause);
    await this.#follow();
  }

  async #list(cause: string): Promise<void> {
    const { client, store, signal, report } = this.#options;
    const objects: T[] = [];
    let page: ObjectList<T> | undefined;
    do {
      page = await client.list(
        store.resource,
        { limit: PAGE_SIZE, continue: page?.continue, signal },
        report.malformed,
      );
      objects.push(...page.items);
    } while (page.continue !== undefined);
    store.replace(objects, page.resourceVersion);
    this.#listCause = undefined;
    report.listed(cause);
  }

  async #follow(): Promise<void> {
    const { client, store, signal, report, clock, watchIdleTimeoutMs } = this.#options;
    const begun = clock.now();
    try {
      await client.watch(store.resource, {
        resourceVersion: store.version,
        timeoutSeconds: Math.round(SHORTEST_WATCH_SECONDS * (1 + clock.random())),
        idleTimeoutMs: watchIdleTimeoutMs,
        onEvent: (event) => this.#take(event),
        onMalformed: report.malformed,
        signal,
      });
    } finally {
      if (clock.now() - begun >= STEADY_MS) this.#progress();
    }
  }

  #take(event: WatchEvent<T>): void {
    const { store, report } = this.#options;
    this.#progress();
    report.received(event.type);
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
    this.#attempts = 0;
    this.#backoff.reset();
  }

  async #recover(error: unknown): Promise<void> {
    const { client, store, report, clock, signal } = this.#options;
    this.#attempts += 1;
    const recovery = recoveryFrom(error, this.#attempts);
    const waitMs = recovery.atOnce && this.#attempts === 1 ? this.#jitter() : this.#backoff.next(recovery.retryAfterMs);
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
    const { resourceVersion } = await client.list(store.resource, { limit: 1, signal }, report.malformed);
    return compareVersions(resourceVersion, store.version) < 0;
  }

  #jitter(): number {
    return this.#options.clock.random() * JITTER_MS;
  }
}
