import type { GraphQLError } from 'graphql';
import { compareVersions, type KubernetesObject } from '../kubernetes/object.ts';
import { Agenda } from './agenda.ts';
import { encodePlace, placeBehind, toldKeyOf, type Place, type Told } from './cursor.ts';
import { nextStationNumber, START, type Station } from './delivery.ts';
import { Dependencies } from './dependencies.ts';
import { Holdings, type Held, type Seen } from './holdings.ts';
import type { LiveSource } from './live-source.ts';
import { Reader, type Sink } from './reader.ts';
import { Renderer, type ExecuteEvent } from './renderer.ts';
import { Resume } from './resume.ts';
import { Rounds } from './rounds.ts';
import type { LiveCounters } from '../graphql/subscription-statistics.ts';
import { Welcome, type Joining, type WelcomeOptions } from './welcome.ts';

export interface LiveGroupOptions {
  readonly source: LiveSource<KubernetesObject>;
  readonly execute: ExecuteEvent;
  /** Names what its readers see. */
  readonly sight: string;
  readonly publicError: (error: unknown) => GraphQLError;
  readonly counters: LiveCounters;
  /** Told once, when the group has no readers any more. */
  readonly onEmpty: () => void;
}

/**
 * The readers of one operation with one view. For each change the filter, the execution and the serialisation happen
 * once for all of them.
 *
 * Changes gather in the agenda; a round looks at each object in it as it is then, and tells the readers what has become of
 * what they hold. Rounds do not overlap, so every reader sees the same order.
 */
export class LiveGroup {
  readonly #options: LiveGroupOptions;
  readonly #source: LiveSource<KubernetesObject>;
  readonly #dependencies: Dependencies;
  readonly #renderer: Renderer;
  readonly #parts: WelcomeOptions;
  readonly #unfollow: () => void;
  readonly #stopping = new AbortController();
  readonly #readers = new Set<Reader>();
  /** Readers whose way on from where they were is being looked for. */
  readonly #preparing = new Set<Reader>();
  readonly #joining = new Map<Reader, Joining>();
  readonly #holdings: Holdings;
  readonly #agenda: Agenda;
  #station: Station = { ...START, number: nextStationNumber() };
  readonly #rounds = new Rounds({
    hasWork: () => !this.#agenda.isEmpty || this.#joining.size > 0,
    round: async () => {
      await this.#tellChanges();
      await this.#admit();
    },
    onError: (error) => this.#end(this.#options.publicError(error)),
  });

  constructor(options: LiveGroupOptions) {
    this.#options = options;
    this.#source = options.source;
    this.#dependencies = new Dependencies({
      changed: ({ readKeys }) => this.#plan(() => this.#agenda.touch(this.#dependencies.touchedBy(readKeys))),
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
    this.#holdings = new Holdings({ source, renderer: this.#renderer, counters: options.counters });
    this.#parts = {
      source,
      dependencies: this.#dependencies,
      renderer: this.#renderer,
      holdings: this.#holdings,
      counters: options.counters,
    };
    this.#agenda = new Agenda(source, this.#holdings);
    this.#unfollow = source.objects.follow({
      changed: (change) => this.#plan(() => this.#agenda.changed(change, this.#rounds.isBusy)),
      reset: () => this.#plan(() => this.#agenda.reset()),
      failed: (error) => this.#end(options.publicError(error)),
    });
  }

  /**
   * Adds a reader: it gets the snapshot, or what it has missed since it was at `from`, and then every change.
   * @param from where it was when it left, here or before another gateway of the same cluster
   */
  join(sink: Sink, from: Place | undefined): Reader {
    const { counters } = this.#options;
    const reader = new Reader({ sink, counters, cursorOf: (place) => encodePlace(this.#source.selection, place) });
    if (from) {
      this.#preparing.add(reader);
      void this.#prepare(reader, from);
    } else {
      this.#joining.set(reader, { begins: 'first' });
      void this.#rounds.run();
    }
    return reader;
  }

  leave(reader: Reader): void {
    reader.leave();
    this.#forget([reader]);
  }

  /**
   * Lets readers go to another group, at a moment when each has been told all that this one holds.
   * @returns what they hold; undefined of those that have not been given anything yet, or have left
   */
  async release(readers: readonly Reader[]): Promise<(reader: Reader) => ReadonlyMap<string, Held> | undefined> {
    await this.#rounds.idle();
    const held = this.#holdings.copy();
    const told = new Set(readers.filter((reader) => this.#readers.has(reader)));
    for (const reader of told) reader.depart();
    this.#forget(readers);
    return (reader) => (told.has(reader) ? held : undefined);
  }

  /** Takes a reader that holds something already. */
  adopt(reader: Reader, held: ReadonlyMap<string, Held>): void {
    this.#joining.set(reader, { begins: 'elsewhere', held });
    void this.#rounds.run();
  }

  /** Looks at everything anew, where what is selected depends on more than objects. */
  refresh(): void {
    this.#plan(() => this.#agenda.touchAll());
  }

  #forget(readers: readonly Reader[]): void {
    for (const reader of readers) {
      this.#preparing.delete(reader);
      this.#joining.delete(reader);
      this.#readers.delete(reader);
    }
    if (this.#readers.size + this.#joining.size + this.#preparing.size === 0) this.#stop();
  }

  /** Sends a reader what is pending, once its client reads again. */
  resume(reader: Reader): void {
    if (this.#readers.has(reader)) reader.flush(this.#station);
  }

  /** Finds a reader’s way on without holding up the others. */
  async #prepare(reader: Reader, from: Place): Promise<void> {
    try {
      await this.#rounds.run(); // from then on it is known what the selected fields come from
      const resume = from.sight === this.#options.sight ? await Resume.from(from, this.#parts) : undefined;
      if (!this.#preparing.delete(reader)) return; // it has left meanwhile
      this.#joining.set(reader, { begins: 'again', resume });
      await this.#rounds.run();
    } catch (error) {
      this.#end(this.#options.publicError(error));
    }
  }

  /** What has come to be looked at is looked at in the next round. */
  #plan(note: () => void): void {
    note();
    if (!this.#agenda.isEmpty) this.#rounds.schedule();
  }

  async #tellChanges(): Promise<void> {
    const { version } = this.#source.objects;
    const related = this.#dependencies.versions();
    const items = this.#agenda.take();
    const { seen, isReset } = items;
    const step = { since: isReset ? START : this.#station, until: nextStationNumber() };
    const signs = new Welcome(this.#station, this.#parts);
    const deliveries = isReset ? [await signs.sign('RESET', START)] : [];
    for (const each of seen) {
      const delivery = await this.#holdings.look(each, step);
      if (this.#agenda.isVoid(items)) return;
      if (delivery) deliveries.push(delivery);
    }
    if (isReset) deliveries.push(await signs.sign('SYNCED', START));
    this.#agenda.done();
    const { sight } = this.#options;
    const place = { version, ahead: [], related: this.#dependencies.reaches(related), sight };
    const isAhead = (of: string) => compareVersions(of, version) > 0; // the watch has not come to it
    const told = seen.filter(({ last }) => isAhead(last.metadata.resourceVersion)).map((each) => this.#toldOf(each));
    const ahead = [...step.since.place.ahead.filter((each) => isAhead(each.version)), ...told];
    this.#station = { place: ahead.reduce(placeBehind, place), number: step.until };
    const leg = isReset || deliveries.length === 0 ? undefined : { since: step.since };
    for (const reader of this.#readers) reader.tell(deliveries, this.#station, leg);
  }

  #toldOf({ last: { metadata } }: Seen): Told {
    return { key: toldKeyOf(metadata.uid), version: metadata.resourceVersion, held: this.#holdings.has(metadata.uid) };
  }

  /** Gives the readers that have joined meanwhile what all others hold. */
  async #admit(): Promise<void> {
    // Who comes from elsewhere goes on behind whatever it was told there.
    if (this.#joining.values().some(({ begins }) => begins === 'elsewhere'))
      this.#station = { ...this.#station, number: nextStationNumber() };
    const welcome = new Welcome(this.#station, this.#parts);
    for (const [reader, joining] of this.#joining) {
      // What it has missed is worked out from what is now, so that must be what the others hold.
      if (joining.begins === 'again' && joining.resume && !this.#agenda.isEmpty) return;
      const told = await welcome.of(joining);
      if (!this.#joining.delete(reader)) continue; // it has left meanwhile
      this.#readers.add(reader);
      reader.tell(told, this.#station);
    }
  }

  #end(error: GraphQLError): void {
    for (const reader of [...this.#readers, ...this.#joining.keys(), ...this.#preparing]) reader.end(error);
    this.#stop();
  }

  #stop(): void {
    if (this.#stopping.signal.aborted) return;
    this.#agenda.clear();
    this.#rounds.cancel();
    this.#stopping.abort();
    this.#unfollow();
    this.#dependencies[Symbol.dispose]();
    for (const collection of [this.#readers, this.#joining, this.#preparing, this.#holdings]) collection.clear();
    this.#options.onEmpty();
  }
}
