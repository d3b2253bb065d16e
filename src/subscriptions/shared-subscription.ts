import type { GraphQLError } from 'graphql';
import type { SubscriptionCounters } from '../graphql/subscription-statistics.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { CatchUp } from './catch-up.ts';
import { encodeStreamCursor, isSameVisibility, type StreamPosition, type Visibility } from './cursor.ts';
import { turns } from '../scheduling/turns.ts';
import type { ScopedLister } from '../viewer-client/scoped-lister.ts';
import { Dependencies } from './dependencies.ts';
import { DirtySet } from './dirty-set.ts';
import { InitialEvents, type InitialEventsOptions, type JoinRequest } from './initial-events.ts';
import { Renderer, type ExecuteEvent } from './result-template.ts';
import { ResultSet, type ResultRow } from './result-set.ts';
import type { RelatedToMatch, SubscriptionSource } from './source.ts';
import { INITIAL_CHECKPOINT, nextSequence, type Checkpoint, type CursorOf } from './pending-event.ts';
import { PositionTracker } from './position-tracker.ts';
import { SerialLoop } from './serial-loop.ts';
import { Subscriber } from './subscriber.ts';
import type { AddBytes } from './subscription-bytes.ts';
import type { EventSink } from './subscription-handle.ts';

interface SharedSubscriptionOptions {
  readonly source: SubscriptionSource<KubernetesObject>;
  readonly execute: ExecuteEvent;
  /** Name of the viewer whose turns of the event loop it takes: its first subscriber. */
  readonly viewer: string;
  /** Listers of the related resources whose informers have to run as long as the subscription, also before a row reads them. */
  readonly related: readonly ScopedLister<KubernetesObject>[];
  /** That all subscribers have in common. */
  readonly visibility: Visibility;
  readonly publicError: (error: unknown) => GraphQLError;
  readonly counters: SubscriptionCounters;
  /** Limit on the characters of the result set. */
  readonly maxCharacters: number;
  /** Counts bytes of the result set for the viewer. */
  readonly addBytes: AddBytes;
  /** Called once, when the last subscriber has left or the subscription has failed. */
  readonly onEmpty: () => void;
}

/** Number of batches of all shared subscriptions whose first objects may be evaluated in the same turn. */
const BATCHES_PER_CHECK = 4;

/**
 * One operation, executed once per change for all subscribers with the same visibility.
 *
 * Order: changes are collected in a {@link DirtySet}. A {@link SerialLoop} drains it, evaluates each object in its latest
 * state, and delivers the events to all subscribers as one batch; then it admits subscribers that have joined meanwhile.
 * Evaluations never overlap, so every subscriber receives the same batches in the same order, and a subscriber joins
 * between two batches: nothing is lost or sent twice.
 *
 * Memory: one {@link ResultSet} and its dependencies, whatever the number of subscribers, plus the queues of slow ones.
 *
 * Life: created by the {@link SubscriptionRegistry} for the first subscriber. It ends by itself, and then releases its
 * event handlers, when the last subscriber leaves. If the source or the evaluation fails, all subscribers end with the
 * error. An error of a single field is part of the result and ends nothing.
 */
export class SharedSubscription {
  /** Of all shared subscriptions. */
  static #batches = 0;
  readonly #options: SharedSubscriptionOptions;
  readonly #source: SubscriptionSource<KubernetesObject>;
  readonly #dependencies: Dependencies;
  readonly #renderer: Renderer;
  readonly #joinOptions: InitialEventsOptions;
  readonly #cursorOf: CursorOf;
  readonly #removeHandlers: readonly (() => void)[];
  readonly #stopping = new AbortController();
  readonly #subscribers = new Set<Subscriber>();
  /** Subscribers whose catch-up is being prepared. Each then moves to `#joining`, and from there to `#subscribers`. */
  readonly #catchingUp = new Set<Subscriber>();
  readonly #joining = new Map<Subscriber, JoinRequest>();
  readonly #resultSet: ResultSet;
  readonly #dirtySet: DirtySet;
  readonly #positions: PositionTracker;
  #checkpoint: Checkpoint = { ...INITIAL_CHECKPOINT, sequence: nextSequence() };
  readonly #loop = new SerialLoop({
    hasWork: () => !this.#dirtySet.isEmpty || this.#joining.entries().some(isAdmissible),
    iterate: () => (this.#joining.size > 0 ? this.#deliverAndAdmit() : this.#deliverChanges()),
    onError: (error) => this.#fail(error),
  });

  constructor(options: SharedSubscriptionOptions) {
    const { execute, source, counters, maxCharacters, addBytes } = options;
    this.#options = options;
    this.#source = source;
    this.#cursorOf = (position) => encodeStreamCursor(source.selection, position);
    this.#dependencies = new Dependencies({
      changed: ({ dependencyKeys }) =>
        this.#schedule(() => this.#dirtySet.mark(this.#dependencies.dependentsOf(dependencyKeys))),
      reset: () => this.refresh(),
      failed: () => this.refresh(), // the fields that read the resource report the error
    });
    const { signal } = this.#stopping;
    const dependencies = this.#dependencies;
    this.#renderer = new Renderer({ shape: source.shape, execute, dependencies, signal });
    const renderer = this.#renderer;
    this.#resultSet = new ResultSet({ source, renderer, counters, maxCharacters, addBytes });
    this.#joinOptions = {
      source,
      viewer: options.viewer,
      dependencies,
      renderer,
      resultSet: this.#resultSet,
      counters,
    };
    this.#dirtySet = new DirtySet(source, this.#resultSet);
    this.#positions = new PositionTracker({ visibility: options.visibility, resultSet: this.#resultSet });
    this.#removeHandlers = [
      source.addEventHandler({
        changed: (change) => this.#schedule(() => this.#dirtySet.markChanged(change, this.#loop.isRunning)),
        reset: () => this.#schedule(() => this.#dirtySet.reset()),
        failed: (error) => this.#fail(error),
      }),
      ...source.related.map((related) => this.#followRelated(related)),
      ...options.related.map((objects) => this.#keepInformer(objects)),
    ];
  }

  /** Keeps the informer of a resource running, and evaluates the rows again that were rendered before the resource was listed. */
  #keepInformer(objects: ScopedLister<KubernetesObject>): () => void {
    return objects.addEventHandler({ changed: () => undefined, reset: () => this.refresh(), failed: () => undefined });
  }

  /** Evaluates objects again that may match or not because an object that the filter reads has changed. */
  #followRelated({ objects, dependentsOf }: RelatedToMatch): () => void {
    this.#dependencies.track(objects);
    const reevaluateAll = () => this.#schedule(() => this.#dirtySet.markCandidates());
    return objects.addEventHandler({
      changed: ({ before, last }) =>
        // The related object may have belonged to another one.
        this.#schedule(() => {
          for (const state of [before, last])
            if (state) this.#dirtySet.mark([...dependentsOf(state)].map(({ metadata }) => metadata.uid));
        }),
      reset: reevaluateAll,
      failed: reevaluateAll,
    });
  }

  /**
   * Adds a subscriber. It receives the snapshot, or the events that it has missed since its position, then every change.
   * The first events may be sent before this returns.
   * @param resumeFrom the position of the client's cursor, of this or another gateway of the same cluster
   * @param addBytes counts bytes of its queue for its viewer
   */
  join(sink: EventSink, resumeFrom: StreamPosition | undefined, addBytes: AddBytes): Subscriber {
    const { counters } = this.#options;
    const subscriber = new Subscriber({ sink, counters, cursorOf: this.#cursorOf, addBytes });
    if (resumeFrom) {
      this.#catchingUp.add(subscriber);
      void this.#prepareCatchUp(subscriber, resumeFrom);
    } else {
      this.#joining.set(subscriber, { mode: 'snapshot' });
      void this.#loop.run();
    }
    return subscriber;
  }

  /** Removes a subscriber at once. Its sink is not called any more. */
  leave(subscriber: Subscriber): void {
    subscriber.discardPending();
    this.#remove([subscriber]);
  }

  /** Sends the pending events, or the snapshot, of a subscriber whose sink is ready again. */
  resume(subscriber: Subscriber): void {
    if (this.#subscribers.has(subscriber)) subscriber.flush(this.#checkpoint);
    else if (this.#joining.has(subscriber)) void this.#loop.run();
  }

  /**
   * Removes subscribers that move to another shared subscription, between two batches. Their queues move with them.
   * @returns a function with the rows that a subscriber has, or will have after its queue. Undefined for a subscriber
   * that has left, or has not received its first events
   */
  async detach(
    subscribers: readonly Subscriber[],
  ): Promise<(subscriber: Subscriber) => ReadonlyMap<string, ResultRow> | undefined> {
    // Nothing may run between the end of the loop and the copy: an evaluation changes rows before it delivers their events.
    while (this.#loop.isRunning) await this.#loop.running;
    const rows = this.#resultSet.copy();
    const detached = new Set(subscribers.filter((subscriber) => this.#subscribers.has(subscriber)));
    for (const subscriber of detached) subscriber.resetCheckpoint();
    this.#remove(subscribers);
    return (subscriber) => (detached.has(subscriber) ? rows : undefined);
  }

  /** Adds a subscriber of another shared subscription. It receives the difference to `rows`, then every change. */
  attach(subscriber: Subscriber, rows: ReadonlyMap<string, ResultRow>): void {
    this.#joining.set(subscriber, { mode: 'transfer', rows });
    void this.#loop.run();
  }

  /** Evaluates the whole result set again, because fields may depend on more than objects, such as permissions. */
  refresh(): void {
    this.#schedule(() => this.#dirtySet.markAll());
  }

  #remove(subscribers: readonly Subscriber[]): void {
    for (const subscriber of subscribers) {
      this.#catchingUp.delete(subscriber);
      this.#joining.delete(subscriber);
      this.#subscribers.delete(subscriber);
    }
    if (this.#subscribers.size + this.#joining.size + this.#catchingUp.size === 0) this.#stop();
  }

  /** Prepares a catch-up beside the loop: it may wait for the cache, and other subscribers must not. */
  async #prepareCatchUp(subscriber: Subscriber, resumeFrom: StreamPosition): Promise<void> {
    try {
      await this.#loop.run(); // after one evaluation the dependencies, and thus the related resources, are known
      const isSame = isSameVisibility(resumeFrom.visibility, this.#options.visibility);
      const catchUp = isSame ? await CatchUp.from(resumeFrom, this.#joinOptions) : undefined;
      if (!this.#catchingUp.delete(subscriber)) return; // it has left meanwhile
      this.#joining.set(subscriber, { mode: 'resume', catchUp });
      await this.#loop.run();
    } catch (error) {
      this.#fail(error);
    }
  }

  #schedule(mark: () => void): void {
    mark();
    if (!this.#dirtySet.isEmpty) this.#loop.schedule();
  }

  /** Evaluates the dirty objects and delivers their events as one batch. */
  async #deliverChanges(): Promise<void> {
    // Versions are read before the evaluation, which may see later states: all up to them is included for certain.
    const { seenVersion, version, changedVersion } = this.#source.objects;
    const related = this.#dependencies.versions();
    const batch = this.#dirtySet.drain();
    const fromCheckpoint = batch.isReset ? INITIAL_CHECKPOINT : this.#checkpoint;
    const toSequence = nextSequence();
    const range = { fromCheckpoint, toSequence, storeVersion: version };
    // Evaluated here and not in a function of its own: no turn may pass between the last evaluation and the delivery.
    const controlEvents = batch.isReset ? new InitialEvents(this.#checkpoint, this.#joinOptions) : undefined;
    const events = controlEvents ? [await controlEvents.controlEvent('RESET', INITIAL_CHECKPOINT)] : [];
    let mayBeOver = SharedSubscription.#isCheckDue();
    for (const object of batch.objects) {
      if (mayBeOver && turns.isOver) await turns.continue(this.#options.viewer);
      mayBeOver = true;
      // During either wait an epoch may end, whose rows must not enter the result set of the next, or the subscription may stop.
      if (this.#dirtySet.isStale(batch)) return;
      const evaluated = this.#resultSet.evaluate(object, range);
      const event = evaluated instanceof Promise ? await evaluated : evaluated;
      if (this.#dirtySet.isStale(batch)) return;
      if (event) events.push(event);
    }
    if (controlEvents) events.push(await controlEvents.controlEvent('SYNCED', INITIAL_CHECKPOINT));
    this.#dirtySet.complete();
    const watermarks = this.#dependencies.watermarks(related);
    const versions = { seenVersion, version, changedVersion };
    const position = this.#positions.after(fromCheckpoint.position, batch, versions, watermarks);
    this.#checkpoint = { position, sequence: toSequence };
    const shared = batch.isReset || events.length === 0 ? undefined : { fromCheckpoint };
    for (const subscriber of this.#subscribers) subscriber.deliver(events, this.#checkpoint, shared);
  }

  /** Whether the turn may be over before the first object of a batch. To ask takes a system call, a part of the cost of a single change. */
  static #isCheckDue(): boolean {
    SharedSubscription.#batches += 1;
    return SharedSubscription.#batches % BATCHES_PER_CHECK === 0;
  }

  async #deliverAndAdmit(): Promise<void> {
    await this.#deliverChanges();
    await this.#admitJoining();
  }

  /** Delivers the first events of subscribers that have joined since the last batch. */
  async #admitJoining(): Promise<void> {
    // A transferred subscriber may have events of a larger sequence number in its queue. Checkpoints must follow them.
    if (this.#joining.values().some(({ mode }) => mode === 'transfer'))
      this.#checkpoint = { ...this.#checkpoint, sequence: nextSequence() };
    const initialEvents = new InitialEvents(this.#checkpoint, this.#joinOptions);
    for (const [subscriber, request] of this.#joining) {
      if (!isAdmissible([subscriber, request])) continue;
      if (this.#dirtySet.isReset) return; // since the last wait: the snapshot follows with the next batch
      // A catch-up compares with the current state of the cache, so the result set must reflect it: evaluate first.
      if (request.mode === 'resume' && request.catchUp && !this.#dirtySet.isEmpty) return;
      const events = await initialEvents.eventsFor(request);
      if (!this.#joining.delete(subscriber)) continue; // it has left meanwhile
      this.#subscribers.add(subscriber);
      await subscriber.deliverInTurns(events, this.#checkpoint, this.#options.viewer);
    }
  }

  #fail(error: unknown): void {
    const shown = this.#options.publicError(error);
    for (const subscriber of [...this.#subscribers, ...this.#joining.keys(), ...this.#catchingUp])
      subscriber.end(shown);
    this.#stop();
  }

  #stop(): void {
    if (this.#stopping.signal.aborted) return;
    this.#dirtySet.clear();
    this.#loop.cancel();
    this.#stopping.abort();
    for (const removeHandler of this.#removeHandlers) removeHandler();
    this.#dependencies[Symbol.dispose]();
    for (const collection of [this.#subscribers, this.#joining, this.#catchingUp, this.#resultSet]) collection.clear();
    this.#options.onEmpty();
  }
}

/**
 * Whether a subscriber can join now. A snapshot is not queued for a sink that is not ready: each of the many subscriptions of a client that
 * does not read would hold a queue of all objects.
 */
function isAdmissible([subscriber, request]: readonly [Subscriber, JoinRequest]): boolean {
  const isSnapshot = request.mode === 'snapshot' || (request.mode === 'resume' && !request.catchUp);
  return !isSnapshot || subscriber.isReady;
}
