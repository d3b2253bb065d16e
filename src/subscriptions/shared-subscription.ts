import type { GraphQLError } from 'graphql';
import { compareVersions, type KubernetesObject } from '../kubernetes/object.ts';
import { DirtySet, SerialLoop } from './dirty-set.ts';
import { encodeStreamCursor, advance, objectToken, type StreamPosition, type DeliveredState } from './cursor.ts';
import { nextSequence, INITIAL_CHECKPOINT, type Checkpoint, Subscriber, type EventSink } from './subscriber.ts';
import { Dependencies } from './dependencies.ts';
import { ResultSet, type ResultRow, type DirtyObject } from './result-set.ts';
import type { SubscriptionSource } from './source.ts';
import { Renderer, type ExecuteEvent } from './result-template.ts';
import { CatchUp } from './catch-up.ts';
import type { SubscriptionCounters } from '../graphql/subscription-statistics.ts';
import { InitialEvents, type JoinRequest, type InitialEventsOptions } from './initial-events.ts';

export interface SharedSubscriptionOptions {
  readonly source: SubscriptionSource<KubernetesObject>;
  readonly execute: ExecuteEvent;
  /** Names what its subscribers see. */
  readonly visibilityHash: string;
  readonly publicError: (error: unknown) => GraphQLError;
  readonly counters: SubscriptionCounters;
  /** Told once, when the group has no subscribers any more. */
  readonly onEmpty: () => void;
}

/**
 * The subscribers of one operation with one view. For each change the filter, the execution and the serialisation happen
 * once for all of them.
 *
 * Changes gather in the dirty set; the loop evaluates each object in it in its current state and delivers the differences
 * to the result set. Steps of the loop do not overlap, so every subscriber receives the same order.
 */
export class SharedSubscription {
  readonly #options: SharedSubscriptionOptions;
  readonly #source: SubscriptionSource<KubernetesObject>;
  readonly #dependencies: Dependencies;
  readonly #renderer: Renderer;
  readonly #joinOptions: InitialEventsOptions;
  readonly #removeHandler: () => void;
  readonly #stopping = new AbortController();
  readonly #subscribers = new Set<Subscriber>();
  /** Subscribers whose catch-up is being prepared. */
  readonly #catchingUp = new Set<Subscriber>();
  readonly #joining = new Map<Subscriber, JoinRequest>();
  readonly #resultSet: ResultSet;
  readonly #dirtySet: DirtySet;
  #checkpoint: Checkpoint = { ...INITIAL_CHECKPOINT, sequence: nextSequence() };
  readonly #loop = new SerialLoop({
    hasWork: () => !this.#dirtySet.isEmpty || this.#joining.size > 0,
    iterate: async () => {
      await this.#deliverChanges();
      await this.#admitJoining();
    },
    onError: (error) => this.#end(this.#options.publicError(error)),
  });

  constructor(options: SharedSubscriptionOptions) {
    this.#options = options;
    this.#source = options.source;
    this.#dependencies = new Dependencies({
      changed: ({ dependencyKeys }) =>
        this.#schedule(() => this.#dirtySet.mark(this.#dependencies.dependentsOf(dependencyKeys))),
      reset: () => this.refresh(),
      failed: () => this.refresh(),
    });
    const { execute, source } = options;
    this.#renderer = new Renderer({
      shape: source.shape,
      execute,
      dependencies: this.#dependencies,
      signal: this.#stopping.signal,
    });
    this.#resultSet = new ResultSet({ source, renderer: this.#renderer, counters: options.counters });
    this.#joinOptions = {
      source,
      dependencies: this.#dependencies,
      renderer: this.#renderer,
      resultSet: this.#resultSet,
      counters: options.counters,
    };
    this.#dirtySet = new DirtySet(source, this.#resultSet);
    this.#removeHandler = source.objects.addEventHandler({
      changed: (change) => this.#schedule(() => this.#dirtySet.markChanged(change, this.#loop.isRunning)),
      reset: () => this.#schedule(() => this.#dirtySet.reset()),
      failed: (error) => this.#end(options.publicError(error)),
    });
  }

  /**
   * Adds a subscriber: it gets the snapshot, or what it has missed since it was at `resumeFrom`, and then every change.
   * @param resumeFrom the position when it left, here or before another gateway of the same cluster
   */
  join(sink: EventSink, resumeFrom: StreamPosition | undefined): Subscriber {
    const { counters } = this.#options;
    const subscriber = new Subscriber({
      sink,
      counters,
      cursorOf: (position) => encodeStreamCursor(this.#source.selection, position),
    });
    if (resumeFrom) {
      this.#catchingUp.add(subscriber);
      void this.#prepareCatchUp(subscriber, resumeFrom);
    } else {
      this.#joining.set(subscriber, { mode: 'snapshot' });
      void this.#loop.run();
    }
    return subscriber;
  }

  leave(subscriber: Subscriber): void {
    subscriber.discardPending();
    this.#remove([subscriber]);
  }

  /**
   * Lets subscribers go to another group, at a moment when each has been delivered all that this one holds.
   * @returns what they hold; undefined of those that have not been given anything yet, or have left
   */
  async detach(
    subscribers: readonly Subscriber[],
  ): Promise<(subscriber: Subscriber) => ReadonlyMap<string, ResultRow> | undefined> {
    await this.#loop.idle();
    const rows = this.#resultSet.copy();
    const delivered = new Set(subscribers.filter((subscriber) => this.#subscribers.has(subscriber)));
    for (const subscriber of delivered) subscriber.resetCheckpoint();
    this.#remove(subscribers);
    return (subscriber) => (delivered.has(subscriber) ? rows : undefined);
  }

  /** Takes a subscriber that holds something already. */
  attach(subscriber: Subscriber, rows: ReadonlyMap<string, ResultRow>): void {
    this.#joining.set(subscriber, { mode: 'transfer', rows });
    void this.#loop.run();
  }

  /** Looks at everything anew, where what is selected depends on more than objects. */
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

  /** Sends a subscriber what is pending, once its client reads again. */
  resume(subscriber: Subscriber): void {
    if (this.#subscribers.has(subscriber)) subscriber.flush(this.#checkpoint);
  }

  /** Finds a subscriber’s way on without holding up the others. */
  async #prepareCatchUp(subscriber: Subscriber, resumeFrom: StreamPosition): Promise<void> {
    try {
      await this.#loop.run(); // after that the dependencies of the selected fields are known
      const catchUp =
        resumeFrom.visibilityHash === this.#options.visibilityHash
          ? await CatchUp.from(resumeFrom, this.#joinOptions)
          : undefined;
      if (!this.#catchingUp.delete(subscriber)) return; // it has left meanwhile
      this.#joining.set(subscriber, { mode: 'resume', catchUp });
      await this.#loop.run();
    } catch (error) {
      this.#end(this.#options.publicError(error));
    }
  }

  /** What has come to be looked at is looked at in the next round. */
  #schedule(note: () => void): void {
    note();
    if (!this.#dirtySet.isEmpty) this.#loop.schedule();
  }

  async #deliverChanges(): Promise<void> {
    const { version } = this.#source.objects;
    const related = this.#dependencies.versions();
    const batch = this.#dirtySet.drain();
    const { objects, isReset } = batch;
    const range = { fromCheckpoint: isReset ? INITIAL_CHECKPOINT : this.#checkpoint, toSequence: nextSequence() };
    const controlEvents = new InitialEvents(this.#checkpoint, this.#joinOptions);
    const events = isReset ? [await controlEvents.controlEvent('RESET', INITIAL_CHECKPOINT)] : [];
    for (const each of objects) {
      const event = await this.#resultSet.evaluate(each, range);
      if (this.#dirtySet.isStale(batch)) return;
      if (event) events.push(event);
    }
    if (isReset) events.push(await controlEvents.controlEvent('SYNCED', INITIAL_CHECKPOINT));
    this.#dirtySet.complete();
    const { visibilityHash } = this.#options;
    const position = { version, pastCheckpoint: [], related: this.#dependencies.watermarks(related), visibilityHash };
    const isPastCheckpoint = (of: string) => compareVersions(of, version) > 0; // the watch has not come to it
    const delivered = objects
      .filter(({ last }) => isPastCheckpoint(last.metadata.resourceVersion))
      .map((each) => this.#deliveredStateOf(each));
    const pastCheckpoint = [
      ...range.fromCheckpoint.position.pastCheckpoint.filter((each) => isPastCheckpoint(each.version)),
      ...delivered,
    ];
    this.#checkpoint = { position: pastCheckpoint.reduce(advance, position), sequence: range.toSequence };
    const sharedBatch = isReset || events.length === 0 ? undefined : { fromCheckpoint: range.fromCheckpoint };
    for (const subscriber of this.#subscribers) subscriber.deliver(events, this.#checkpoint, sharedBatch);
  }

  #deliveredStateOf({ last: { metadata } }: DirtyObject): DeliveredState {
    return {
      token: objectToken(metadata.uid),
      version: metadata.resourceVersion,
      exists: this.#resultSet.has(metadata.uid),
    };
  }

  /** Gives the subscribers that have joined meanwhile what all others hold. */
  async #admitJoining(): Promise<void> {
    // A transferred subscriber continues after whatever its previous shared subscription delivered.
    if (this.#joining.values().some(({ mode }) => mode === 'transfer'))
      this.#checkpoint = { ...this.#checkpoint, sequence: nextSequence() };
    const initialEvents = new InitialEvents(this.#checkpoint, this.#joinOptions);
    for (const [subscriber, joining] of this.#joining) {
      // A catch-up is computed from the current state, which the result set must reflect.
      if (joining.mode === 'resume' && joining.catchUp && !this.#dirtySet.isEmpty) return;
      const delivered = await initialEvents.eventsFor(joining);
      if (!this.#joining.delete(subscriber)) continue; // it has left meanwhile
      this.#subscribers.add(subscriber);
      subscriber.deliver(delivered, this.#checkpoint);
    }
  }

  #end(error: GraphQLError): void {
    for (const subscriber of [...this.#subscribers, ...this.#joining.keys(), ...this.#catchingUp])
      subscriber.end(error);
    this.#stop();
  }

  #stop(): void {
    if (this.#stopping.signal.aborted) return;
    this.#dirtySet.clear();
    this.#loop.cancel();
    this.#stopping.abort();
    this.#removeHandler();
    this.#dependencies[Symbol.dispose]();
    for (const collection of [this.#subscribers, this.#joining, this.#catchingUp, this.#resultSet]) collection.clear();
    this.#options.onEmpty();
  }
}
