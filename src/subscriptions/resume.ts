import { compareVersions, type KubernetesObject } from '../kubernetes/object.ts';
import type { NetChange, Objects, ChangesReader } from '../viewer-client/objects.ts';
import { toldKeyOf, type Place, type Reach, type Told } from './cursor.ts';
import { Delivery, START, type Station } from './delivery.ts';
import type { Dependencies } from './dependencies.ts';
import type { Held, Holdings } from './holdings.ts';
import type { LiveSource } from './live-source.ts';
import type { Renderer } from './renderer.ts';

export interface ResumeOptions {
  readonly source: LiveSource<KubernetesObject>;
  readonly dependencies: Dependencies;
  readonly renderer: Renderer;
}

/** A resource that selected fields come from, and what has changed of it. */
interface Related {
  readonly objects: Objects<KubernetesObject>;
  readonly past: ChangesReader<KubernetesObject>;
}

/** What a reader is to be told of an object; undefined: nothing. */
type Missed = Pick<Delivery, 'type'> & Held;

/** One reader’s way from the place where it was to where its group is. */
export class Resume {
  /** Where the reader comes from. */
  readonly since: Station;
  readonly #own: ChangesReader<KubernetesObject>;
  readonly #related: readonly Related[];

  private constructor(place: Place, own: ChangesReader<KubernetesObject>, related: readonly Related[]) {
    this.since = { ...START, place };
    this.#own = own;
    this.#related = related;
  }

  /** @returns undefined where what has happened since is no longer known */
  static async from(place: Place, { source, dependencies }: ResumeOptions): Promise<Resume | undefined> {
    if (place.version === '') return undefined;
    const newest = newestOf([place.version, ...place.ahead.map(({ version }) => version)]);
    const own = await source.objects.since(place.version, newest);
    const related = await Promise.all(
      dependencies.followed().map(async (objects) => {
        const reach = place.related[objects.name];
        return { objects, past: reach && (await pastFrom(reach, objects)) };
      }),
    );
    const known = related.flatMap(({ objects, past }) => (past ? [{ objects, past }] : []));
    return own && known.length === related.length ? new Resume(place, own, known) : undefined;
  }

  /**
   * What the reader has missed of what the others hold.
   * @param until the number of the station where they are
   * @returns undefined where it is no longer known
   */
  async missed(holdings: Holdings, until: number, options: ResumeOptions): Promise<Delivery[] | undefined> {
    const changes = this.#own();
    const changedReads = this.#changedReads();
    if (!changes || !changedReads) return undefined;
    const touched = [...options.dependencies.touchedBy(changedReads)];
    const known = new Map(changes.map((change) => [change.last.metadata.uid, change]));
    const told = toldBy(this.since.place, [...known.keys(), ...touched], holdings);
    if (!told) return undefined; // something is gone, and nobody knows what it was like
    const deliveries: Delivery[] = [];
    for (const uid of new Set([...known.keys(), ...told.keys(), ...touched])) {
      const [held, change, last] = [holdings.get(uid), known.get(uid), told.get(uid)];
      if (last?.held && !held && !change) return undefined; // it is gone, and nobody knows what it was like
      const missed = last
        ? await this.#missedOfTold(last, held, change, options)
        : await this.#missedOf(held, change, changedReads, options);
      if (missed) deliveries.push(this.#deliver(missed, until));
    }
    return deliveries;
  }

  /** Of an object that was told beyond the place: what it was like then is known to nobody but the reader. */
  async #missedOfTold(
    told: Told,
    held: Held | undefined,
    change: NetChange<KubernetesObject> | undefined,
    { renderer }: ResumeOptions,
  ): Promise<Missed | undefined> {
    if (!told.held) return held && { type: 'ADDED', ...held };
    if (!held) return change && { type: 'DELETED', object: change.last, rendering: await renderer.past(change.last) };
    const isSame = held.object.metadata.resourceVersion === told.version && this.#related.length === 0;
    return isSame ? undefined : { type: 'MODIFIED', ...held };
  }

  #deliver({ type, object, rendering }: Missed, until: number): Delivery {
    const { uid: key, resourceVersion: version } = object.metadata;
    return new Delivery({ type, key, version, rendering, since: this.since, until });
  }

  /** Of an object that the reader had as it was at its place; without a change of its own, something related has changed. */
  async #missedOf(
    held: Held | undefined,
    change: NetChange<KubernetesObject> | undefined,
    changedReads: ReadonlySet<string>,
    { source, renderer }: ResumeOptions,
  ): Promise<Missed | undefined> {
    if (!change) return held && { type: 'MODIFIED', ...held };
    const { before, last } = change;
    const had = before !== undefined && source.matches(before);
    if (!held) return had ? { type: 'DELETED', object: last, rendering: await renderer.past(last) } : undefined;
    if (!had) return { type: 'ADDED', ...held };
    let isAsItWas = true; // also what is selected of other objects
    const past = await renderer.past(before, ({ name }, readKey) => {
      if (changedReads.has(readKey) || !this.#isLookedAt(name)) isAsItWas = false;
    });
    return isAsItWas && past.text === held.rendering.text ? undefined : { type: 'MODIFIED', ...held };
  }

  #isLookedAt(resource: string): boolean {
    return this.#related.some(({ objects }) => objects.name === resource);
  }

  /** The reads of related objects whose answers have changed. */
  #changedReads(): ReadonlySet<string> | undefined {
    const readKeys = new Set<string>();
    for (const { objects, past } of this.#related) {
      const changes = past();
      if (!changes) return undefined;
      for (const change of changes) for (const readKey of objects.readKeysOf(change)) readKeys.add(readKey);
    }
    return readKeys;
  }
}

/**
 * What was told beyond a place, by uid: places do not tell uids, so they are looked for among these and what is held.
 * @returns undefined where something that was told as being there is found nowhere
 */
function toldBy({ ahead }: Place, uids: readonly string[], holdings: Holdings): ReadonlyMap<string, Told> | undefined {
  if (ahead.length === 0) return new Map();
  const present = holdings.objects().map(({ metadata }) => metadata.uid);
  const uidByKey = new Map([...uids, ...present].map((uid) => [toldKeyOf(uid), uid]));
  if (ahead.some(({ key, held }) => held && !uidByKey.has(key))) return undefined;
  return new Map(
    ahead.flatMap((each) => {
      const uid = uidByKey.get(each.key);
      return uid === undefined ? [] : [[uid, each] as const];
    }),
  );
}

/** What was read ahead may be gone again: then the objects that came and went count too. */
async function pastFrom(
  { version, reached }: Reach,
  objects: Objects<KubernetesObject>,
): Promise<ChangesReader<KubernetesObject> | undefined> {
  if (reached !== version) return objects.since(version, reached, 'each');
  const past = await objects.since(version);
  return past && (() => past()?.filter(({ before, after }) => before ?? after));
}

function newestOf(versions: readonly string[]): string {
  return versions.reduce((newest, each) => (compareVersions(each, newest) > 0 ? each : newest));
}
