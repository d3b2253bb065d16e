import type { ExecutionResult, GraphQLError } from 'graphql';
import type { KubernetesObject } from '../../kubernetes/object.ts';
import type { ObjectChange, OnRead } from '../../loaders/objects.ts';
import { BEGINNING, encodeEventCursor } from './cursor.ts';
import { Delivery } from './delivery.ts';
import { Dependencies } from './dependencies.ts';
import { CURSOR_PLACE, renderEvent, renderWhole, TYPE_PLACE, type Rendering } from './framing.ts';
import type { LiveEvent, LiveSource } from './live-source.ts';
import { Reader, type Sink } from './reader.ts';

export interface LiveGroupOptions {
  readonly source: LiveSource<KubernetesObject>;
  /** Executes the operation for one event, telling what it reads of the cluster. */
  readonly execute: (
    event: LiveEvent<KubernetesObject>,
    signal: AbortSignal,
    onRead: OnRead,
  ) => ExecutionResult | Promise<ExecutionResult>;
  readonly publicError: (error: unknown) => GraphQLError;
  /** Told once, when the group has no readers any more. */
  readonly onEmpty: () => void;
}

interface Seen {
  readonly last: KubernetesObject;
  readonly gone: boolean;
}

/**
 * The readers of one operation with one view. For each change the filter, the execution and the serialisation happen
 * once for all of them.
 *
 * Changes gather in `#dirty`; a round looks at each dirty object as it is then, and tells the readers what has become of
 * what they have. Rounds do not overlap, so every reader sees the same order.
 */
export class LiveGroup {
  readonly #options: LiveGroupOptions;
  readonly #dependencies: Dependencies;
  readonly #unfollow: () => void;
  readonly #stopping = new AbortController();
  readonly #readers = new Set<Reader>();
  readonly #joining = new Set<Reader>();
  /** What the readers have, by uid. */
  readonly #told = new Map<string, { readonly object: KubernetesObject; readonly rendering: Rendering }>();
  readonly #dirty = new Map<string, Seen>();
  /** Up to which version the readers have been told everything. */
  #position = BEGINNING;
  /** Grows when the past becomes void: a round that began before has nothing to tell. */
  #world = 0;
  #resetting = false;
  #busy = false;
  #scheduled: NodeJS.Immediate | undefined;
  #blank: Rendering | undefined;

  constructor(options: LiveGroupOptions) {
    this.#options = options;
    const touchAll = () => this.#touch([...this.#told.keys()]);
    this.#dependencies = new Dependencies({
      changed: ({ readKeys }) => this.#touch(this.#dependencies.touchedBy(readKeys)),
      reset: touchAll,
      failed: touchAll,
    });
    this.#unfollow = options.source.objects.follow({
      changed: (change) => this.#changed(change),
      reset: () => this.#reset(),
      failed: (error) => this.#end(options.publicError(error)),
    });
    this.#markCandidates();
  }

  /**
   * Adds a reader: it gets the snapshot, and then every change.
   * @param resumes it has something already, which it is told to forget first
   */
  join(sink: Sink, resumes: boolean): Reader {
    const { selection } = this.#options.source;
    const reader = new Reader({ sink, resumes, cursorOf: (version) => encodeEventCursor(selection, version) });
    this.#joining.add(reader);
    if (!this.#busy) void this.#round();
    return reader;
  }

  leave(reader: Reader): void {
    this.#joining.delete(reader);
    this.#readers.delete(reader);
    if (this.#readers.size + this.#joining.size === 0) this.#stop();
  }

  /** Sends a reader what is pending, once its client reads again. */
  resume(reader: Reader): void {
    reader.flush(this.#position);
  }

  #changed({ after, last }: ObjectChange<KubernetesObject>): void {
    const { uid } = last.metadata;
    const concerned = this.#told.has(uid) || this.#dirty.has(uid) || (after && this.#options.source.matches(after));
    if (concerned) this.#markDirty(uid, { last, gone: !after });
  }

  #touch(uids: Iterable<string>): void {
    for (const uid of uids) {
      const object = this.#dirty.has(uid) ? undefined : this.#options.source.objects.withUid(uid);
      if (object) this.#markDirty(uid, { last: object, gone: false });
    }
  }

  #markDirty(uid: string, seen: Seen): void {
    this.#dirty.set(uid, seen);
    this.#schedule();
  }

  #markCandidates(): void {
    for (const object of this.#options.source.candidates()) {
      this.#dirty.set(object.metadata.uid, { last: object, gone: false });
    }
  }

  /** The past is void. Who follows events is told to forget it; who follows one object is told what it is now. */
  #reset(): void {
    this.#world += 1;
    this.#dirty.clear();
    if (this.#options.source.shape === 'events') {
      this.#resetting = true;
      this.#told.clear();
    }
    for (const [uid, { object }] of this.#told) this.#dirty.set(uid, { last: object, gone: true });
    this.#markCandidates();
    this.#schedule();
  }

  #schedule(): void {
    if (!this.#busy) this.#scheduled ??= setImmediate(() => void this.#round());
  }

  async #round(): Promise<void> {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    this.#busy = true;
    try {
      while (this.#dirty.size + this.#joining.size > 0 || this.#resetting) {
        await this.#tellChanges();
        await this.#admit();
      }
    } catch (error) {
      this.#end(this.#options.publicError(error));
    } finally {
      this.#busy = false;
    }
  }

  async #tellChanges(): Promise<void> {
    const world = this.#world;
    const resetting = this.#resetting;
    const { version } = this.#options.source.objects;
    const batch = [...this.#dirty];
    this.#resetting = false;
    this.#dirty.clear();
    const deliveries = resetting ? [await this.#mark('RESET')] : [];
    for (const [uid, seen] of batch) {
      const delivery = await this.#look(uid, seen, resetting ? BEGINNING : this.#position);
      if (world !== this.#world) return; // what this round looked at is void
      if (delivery) deliveries.push(delivery);
    }
    if (resetting) deliveries.push(await this.#mark('SYNCED'));
    this.#position = version;
    for (const reader of this.#readers) reader.tell(deliveries, version);
  }

  /** What has become of an object, for readers that have what `#told` says. Undefined: nothing that they select. */
  async #look(uid: string, { last, gone }: Seen, since: string): Promise<Delivery | undefined> {
    const held = this.#told.get(uid);
    const matches = !gone && this.#options.source.matches(last);
    if (!held && !matches) return undefined;
    this.#dependencies.forget(uid);
    if (!matches) {
      this.#told.delete(uid);
      return new Delivery({ type: 'DELETED', key: uid, rendering: await this.#renderGone(last), since });
    }
    const rendering = await this.#render(last, uid);
    this.#told.set(uid, { object: last, rendering });
    if (held?.rendering.text === rendering.text) return undefined;
    return new Delivery({ type: held ? 'MODIFIED' : 'ADDED', key: uid, rendering, since });
  }

  /** Gives the readers that have joined meanwhile what all others have. */
  async #admit(): Promise<void> {
    if (this.#joining.size === 0) return;
    const [reset, end] = [await this.#mark('RESET'), await this.#snapshotEnd()];
    const snapshot = [...this.#told].map(
      ([key, { rendering }]) => new Delivery({ type: 'ADDED', key, rendering, since: BEGINNING }),
    );
    for (const reader of this.#joining) {
      this.#readers.add(reader);
      reader.tell([...(reader.resumes ? [reset] : []), ...snapshot, ...end], this.#position);
    }
    this.#joining.clear();
  }

  async #snapshotEnd(): Promise<Delivery[]> {
    if (this.#options.source.shape === 'events') return [await this.#mark('SYNCED')];
    if (this.#told.size > 0) return [];
    return [new Delivery({ type: 'DELETED', key: '', rendering: await this.#render(null), since: BEGINNING })];
  }

  async #mark(type: 'SYNCED' | 'RESET'): Promise<Delivery> {
    this.#blank ??= await this.#render(null);
    return new Delivery({ type, key: type, rendering: this.#blank, since: BEGINNING });
  }

  #renderGone(last: KubernetesObject): Promise<Rendering> {
    return this.#render(this.#options.source.shape === 'events' ? last : null);
  }

  /** @param key whose answer this is, where later changes of what is read for it matter */
  async #render(object: KubernetesObject | null, key?: string): Promise<Rendering> {
    const event = { type: TYPE_PLACE, object, cursor: CURSOR_PLACE };
    const result = await this.#options.execute(event, this.#stopping.signal, (objects, readKey) => {
      if (key !== undefined) this.#dependencies.add(key, objects, readKey);
    });
    return this.#options.source.shape === 'events' ? renderEvent(result) : renderWhole(result);
  }

  #end(error: GraphQLError): void {
    for (const reader of [...this.#readers, ...this.#joining]) reader.end(error);
    this.#stop();
  }

  #stop(): void {
    clearImmediate(this.#scheduled);
    this.#stopping.abort();
    this.#unfollow();
    this.#dependencies[Symbol.dispose]();
    this.#readers.clear();
    this.#joining.clear();
    this.#dirty.clear();
    this.#told.clear();
    this.#options.onEmpty();
  }
}
