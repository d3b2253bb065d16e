import { setImmediate as immediate } from 'node:timers/promises';
import { GraphQLError } from 'graphql';
import { describe, expect, it } from 'vitest';
import { seededRandom, type SeededRandom } from '../../test/support/seeded-random.ts';
import { seedsOf } from '../../test/support/seeds.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { widgetObject } from '../../test/support/widget-object.ts';
import { Widget, type WidgetObject } from '../../test/support/widget.ts';
import { EMPTY_SCOPE } from '../auth/visibility-scope.ts';
import { Store } from '../cache/store.ts';
import { SubscriptionCounters } from '../graphql/subscription-statistics.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import { ScopedLister } from '../viewer-client/scoped-lister.ts';
import { decodeStreamCursor } from './cursor.ts';
import type { SerializedEvent } from './result-template.ts';
import { SharedSubscription } from './shared-subscription.ts';
import { SubscriptionSource } from './source.ts';
import type { Subscriber } from './subscriber.ts';

/**
 * Clients follow the red widgets of two replicas, which receive the same history with delays, and results of writes before the watch.
 * They resume at cursors of either replica and must receive exactly what they lack.
 */

const seeds = seedsOf(process.env['RESUME_SEEDS'] ?? '100');
const NAMES = 'abcdefghijklmnopqrstuvwxyz'.split('');
const STEPS = 150;
const COLOURS = ['red', 'blue'];

interface HistoryEvent {
  readonly type: 'set' | 'delete';
  readonly object: WidgetObject;
}

const versionOf = ({ object }: HistoryEvent): number => Number(object.metadata.resourceVersion);

/** All events of the API server. */
class History {
  readonly events: HistoryEvent[] = [];
  version = 1;

  write(name: string, random: SeededRandom): void {
    const held = this.at(this.version).find(({ metadata }) => metadata.name === name);
    this.version += 1;
    const metadata = { resourceVersion: `${this.version}`, uid: held?.metadata.uid ?? `uid-${name}-${this.version}` };
    const type = held && random.below(4) === 0 ? 'delete' : 'set';
    this.events.push({ type, object: widgetObject(name, metadata, random.pick(COLOURS)) });
  }

  at(version: number): readonly WidgetObject[] {
    const objects = new Map<string, WidgetObject>();
    for (const event of this.events.filter((each) => versionOf(each) <= version))
      if (event.type === 'set') objects.set(event.object.metadata.name, event.object);
      else objects.delete(event.object.metadata.name);
    return [...objects.values()];
  }
}

const isRed = (object: KubernetesObject) => (object as WidgetObject).spec.color === 'red';

class Replica {
  readonly store = new Store<KubernetesObject>(Widget);
  readonly #history: History;
  #subscription: SharedSubscription | undefined;

  constructor(history: History) {
    this.#history = history;
    this.store.replace(history.at(history.version), `${history.version}`);
  }

  /** Receives the next events, a list, or results of writes. */
  step(random: SeededRandom): void {
    const ahead = this.#history.events.filter((event) => versionOf(event) > Number(this.store.version));
    const written = ahead.filter(({ type }) => type === 'set');
    const { version, knownVersion } = { version: this.#history.version, knownVersion: this.store.knownVersion };
    const dice = random.below(20);
    if (dice === 0) this.store.replace(this.#history.at(version), `${version}`, knownVersion);
    else if (ahead.length === 0) this.store.advance(`${version}`);
    else if (dice > 12) this.#receive(ahead.slice(0, random.pick([1, 2, 9])));
    else if (written.length > 0)
      for (let count = random.pick([1, 1, 20]); count > 0; count -= 1)
        this.store.applyWriteResult(random.pick(written).object);
  }

  finish(): void {
    this.#receive(this.#history.events.filter((event) => versionOf(event) > Number(this.store.version)));
  }

  #receive(events: readonly HistoryEvent[]): void {
    for (const { type, object } of events) this.store[type](object);
  }

  subscription(): SharedSubscription {
    this.#subscription ??= this.#subscribe();
    return this.#subscription;
  }

  #subscribe(): SharedSubscription {
    const cached = { store: this.store, changesSince: async () => undefined };
    const objects = new ScopedLister({ scope: { full: 'all', redacted: EMPTY_SCOPE }, cached });
    const candidates = () => objects.list();
    return new SharedSubscription({
      source: new SubscriptionSource({ objects, shape: 'events', selection: '', candidates, matches: isRed }),
      execute: ({ type, object, cursor }) => ({ data: { widgets: { type, cursor, uid: object?.metadata.uid ?? '' } } }),
      viewer: 'ann',
      related: [],
      visibility: { objects: 'all', related: {} },
      publicError: (error) => new GraphQLError(String(error)),
      counters: new SubscriptionCounters(),
      maxCharacters: Infinity,
      addBytes: () => undefined,
      onEmpty: () => (this.#subscription = undefined),
    });
  }
}

interface ClientState {
  readonly cursor: string;
  readonly uids: ReadonlySet<string>;
  /** Objects of which the client knows that they were deleted, since its last snapshot. */
  readonly deleted: ReadonlySet<string>;
}

class Client {
  uids = new Set<string>();
  #deleted = new Set<string>();
  readonly violations: string[] = [];
  readonly #states: ClientState[] = [];
  readonly #sink = {
    ready: true,
    send: (event: SerializedEvent) => this.#receive(event),
    end: (error?: GraphQLError) => void this.violations.push(String(error)),
  };
  #connection: { readonly subscription: SharedSubscription; readonly subscriber: Subscriber } | undefined;
  #store: Store<KubernetesObject> | undefined;

  get isConnected(): boolean {
    return this.#connection !== undefined;
  }

  /** Resumes at the last state, or one of the last. */
  connect(replica: Replica, random: SeededRandom): void {
    const state = this.#states.at(-1 - random.pick([0, 0, 1, 2, 5, 9]));
    this.uids = new Set(state?.uids);
    this.#deleted = new Set(state?.deleted);
    this.#store = replica.store;
    const subscription = replica.subscription();
    const resumeFrom = state && decodeStreamCursor('', 'lists', state.cursor);
    this.#connection = { subscription, subscriber: subscription.join(this.#sink, resumeFrom, () => undefined) };
  }

  disconnect(): void {
    this.#connection?.subscription.leave(this.#connection.subscriber);
    this.#connection = undefined;
  }

  /** Becomes slow, or reads what it has not read. */
  setReady(ready: boolean): void {
    this.#sink.ready = ready;
    if (ready) this.#connection?.subscription.resume(this.#connection.subscriber);
  }

  #receive({ text, cursor }: SerializedEvent): void {
    const { type, uid } = (JSON.parse(text) as { data: { widgets: { type: string; uid: string } } }).data.widgets;
    const isKnown = this.uids.has(uid);
    if ((type === 'ADDED' && isKnown) || (['MODIFIED', 'DELETED'].includes(type) && !isKnown))
      this.violations.push(`${type} ${uid}`);
    if (type === 'ADDED' && this.#deleted.has(uid)) this.violations.push(`${type} ${uid} after its deletion`);
    if (type === 'RESET') this.#forget();
    else if (type === 'DELETED') this.#delete(uid);
    else if (uid) this.uids.add(uid);
    this.#states.push({ cursor, uids: new Set(this.uids), deleted: new Set(this.#deleted) });
  }

  #forget(): void {
    this.uids.clear();
    this.#deleted.clear();
  }

  #delete(uid: string): void {
    this.uids.delete(uid);
    if (!this.#store?.withUid(uid)) this.#deleted.add(uid);
  }
}

/** Makes one random step. */
function step(history: History, replicas: readonly Replica[], client: Client, random: SeededRandom): void {
  const dice = random.below(4);
  if (dice === 0) {
    history.version += random.below(2); // an object of another resource changes
    for (let count = random.pick([0, 1, 8]); count > 0; count -= 1) history.write(random.pick(NAMES), random);
  } else if (dice < 3) random.pick(replicas).step(random);
  else if (!client.isConnected) client.connect(random.pick(replicas), random);
  else if (random.below(3) === 0) client.disconnect();
  else client.setReady(random.below(2) === 0);
}

describe.concurrent('clients that resume at either of two replicas', () => {
  it.each(seeds)('receive what they lack and nothing else with seed %i', async (seed) => {
    const random = seededRandom(seed);
    const history = new History();
    for (let count = 9; count > 0; count -= 1) history.write(random.pick(NAMES), random);
    const replicas = [new Replica(history), new Replica(history)];
    const clients = [new Client(), new Client(), new Client()];
    for (let count = 0; count < STEPS; count += 1) {
      step(history, replicas, random.pick(clients), random);
      for (let turns = random.below(3); turns > 0; turns -= 1) await immediate();
    }
    for (const replica of replicas) replica.finish();
    const uids = history
      .at(history.version)
      .filter(isRed)
      .map(({ metadata }) => metadata.uid);
    const expected = uids.sort().join(' ');
    for (const client of clients) {
      client.setReady(true);
      if (!client.isConnected) client.connect(random.pick(replicas), random);
      await waitFor(() => [...client.uids].sort().join(' ') === expected, `a client with seed ${seed} has ${expected}`);
      expect(client.violations).toEqual([]);
      client.disconnect();
    }
  });
});
