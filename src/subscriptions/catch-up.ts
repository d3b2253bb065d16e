import { compareVersions, type KubernetesObject } from '../kubernetes/object.ts';
import type { NetChange, ScopedLister, ChangesReader } from '../viewer-client/scoped-lister.ts';
import { objectToken, type StreamPosition, type Watermark, type DeliveredState } from './cursor.ts';
import { PendingEvent, INITIAL_CHECKPOINT, type Checkpoint } from './subscriber.ts';
import type { Dependencies } from './dependencies.ts';
import type { ResultRow, ResultSet } from './result-set.ts';
import type { SubscriptionSource } from './source.ts';
import type { Renderer } from './result-template.ts';

export interface CatchUpOptions {
  readonly source: SubscriptionSource<KubernetesObject>;
  readonly dependencies: Dependencies;
  readonly renderer: Renderer;
}

/** A resource that selected fields come from, and what has changed of it. */
interface RelatedResource {
  readonly objects: ScopedLister<KubernetesObject>;
  readonly past: ChangesReader<KubernetesObject>;
}

/** What a reader is to be delivered of an object; undefined: nothing. */
type MissedEvent = Pick<PendingEvent, 'type'> & ResultRow;

/** One reader’s way from the position where it was to where its group is. */
export class CatchUp {
  /** Where the reader comes from. */
  readonly fromCheckpoint: Checkpoint;
  readonly #own: ChangesReader<KubernetesObject>;
  readonly #related: readonly RelatedResource[];

  private constructor(
    position: StreamPosition,
    own: ChangesReader<KubernetesObject>,
    related: readonly RelatedResource[],
  ) {
    this.fromCheckpoint = { ...INITIAL_CHECKPOINT, position };
    this.#own = own;
    this.#related = related;
  }

  /** @returns undefined where what has happened since is no longer known */
  static async from(position: StreamPosition, { source, dependencies }: CatchUpOptions): Promise<CatchUp | undefined> {
    if (position.version === '') return undefined;
    const newest = newestOf([position.version, ...position.pastCheckpoint.map(({ version }) => version)]);
    const own = await source.objects.changesSince(position.version, newest);
    const related = await Promise.all(
      dependencies.resources().map(async (objects) => {
        const watermark = position.related[objects.resourceKey];
        return { objects, past: watermark && (await changesSince(watermark, objects)) };
      }),
    );
    const known = related.flatMap(({ objects, past }) => (past ? [{ objects, past }] : []));
    return own && known.length === related.length ? new CatchUp(position, own, known) : undefined;
  }

  /**
   * What the reader has event of what the others hold.
   * @param toSequence the number of the station where they are
   * @returns undefined where it is no longer known
   */
  async events(resultSet: ResultSet, toSequence: number, options: CatchUpOptions): Promise<PendingEvent[] | undefined> {
    const changes = this.#own();
    const changedKeys = this.#changedDependencyKeys();
    if (!changes || !changedKeys) return undefined;
    const dependents = [...options.dependencies.dependentsOf(changedKeys)];
    const known = new Map(changes.map((change) => [change.last.metadata.uid, change]));
    const delivered = deliveredByUid(this.fromCheckpoint.position, [...known.keys(), ...dependents], resultSet);
    if (!delivered) return undefined; // something is gone, and nobody knows what it was like
    const events: PendingEvent[] = [];
    for (const uid of new Set([...known.keys(), ...delivered.keys(), ...dependents])) {
      const [row, change, last] = [resultSet.get(uid), known.get(uid), delivered.get(uid)];
      if (last?.exists && !row && !change) return undefined; // it is gone, and nobody knows what it was like
      const event = last
        ? await this.#eventForDelivered(last, row, change, options)
        : await this.#eventFor(row, change, changedKeys, options);
      if (event) events.push(this.#pendingEvent(event, toSequence));
    }
    return events;
  }

  /** Of an object that was delivered beyond the position: what it was like then is known to nobody but the reader. */
  async #eventForDelivered(
    delivered: DeliveredState,
    row: ResultRow | undefined,
    change: NetChange<KubernetesObject> | undefined,
    { renderer }: CatchUpOptions,
  ): Promise<MissedEvent | undefined> {
    if (!delivered.exists) return row && { type: 'ADDED', ...row };
    if (!row)
      return change && { type: 'DELETED', object: change.last, template: await renderer.renderUntracked(change.last) };
    const isSame = row.object.metadata.resourceVersion === delivered.version && this.#related.length === 0;
    return isSame ? undefined : { type: 'MODIFIED', ...row };
  }

  #pendingEvent({ type, object, template: rendering }: MissedEvent, toSequence: number): PendingEvent {
    const { uid: key, resourceVersion: version } = object.metadata;
    return new PendingEvent({
      type,
      key,
      version,
      template: rendering,
      fromCheckpoint: this.fromCheckpoint,
      toSequence,
    });
  }

  /** Of an object that the reader had as it was at its position; without a change of its own, something related has changed. */
  async #eventFor(
    row: ResultRow | undefined,
    change: NetChange<KubernetesObject> | undefined,
    changedKeys: ReadonlySet<string>,
    { source, renderer }: CatchUpOptions,
  ): Promise<MissedEvent | undefined> {
    if (!change) return row && { type: 'MODIFIED', ...row };
    const { before, last } = change;
    const had = before !== undefined && source.matches(before);
    if (!row)
      return had ? { type: 'DELETED', object: last, template: await renderer.renderUntracked(last) } : undefined;
    if (!had) return { type: 'ADDED', ...row };
    let isAsItWas = true; // also what is selected of other objects
    const past = await renderer.renderUntracked(before, ({ resourceKey }, dependencyKey) => {
      if (changedKeys.has(dependencyKey) || !this.#isTracked(resourceKey)) isAsItWas = false;
    });
    return isAsItWas && past.content === row.template.content ? undefined : { type: 'MODIFIED', ...row };
  }

  #isTracked(resource: string): boolean {
    return this.#related.some(({ objects }) => objects.resourceKey === resource);
  }

  /** The reads of related objects whose answers have changed. */
  #changedDependencyKeys(): ReadonlySet<string> | undefined {
    const dependencyKeys = new Set<string>();
    for (const { objects, past } of this.#related) {
      const changes = past();
      if (!changes) return undefined;
      for (const change of changes)
        for (const dependencyKey of objects.dependencyKeysOf(change)) dependencyKeys.add(dependencyKey);
    }
    return dependencyKeys;
  }
}

/**
 * What was delivered beyond a position, by uid: places do not tell uids, so they are looked for among these and what is row.
 * @returns undefined where something that was delivered as being there is found nowhere
 */
function deliveredByUid(
  { pastCheckpoint }: StreamPosition,
  uids: readonly string[],
  resultSet: ResultSet,
): ReadonlyMap<string, DeliveredState> | undefined {
  if (pastCheckpoint.length === 0) return new Map();
  const present = resultSet.objects().map(({ metadata }) => metadata.uid);
  const uidByKey = new Map([...uids, ...present].map((uid) => [objectToken(uid), uid]));
  if (pastCheckpoint.some(({ token: key, exists: row }) => row && !uidByKey.has(key))) return undefined;
  return new Map(
    pastCheckpoint.flatMap((each) => {
      const uid = uidByKey.get(each.token);
      return uid === undefined ? [] : [[uid, each] as const];
    }),
  );
}

/** What was read pastCheckpoint may be gone again: then the objects that came and went count too. */
async function changesSince(
  { version, highest }: Watermark,
  objects: ScopedLister<KubernetesObject>,
): Promise<ChangesReader<KubernetesObject> | undefined> {
  if (highest !== version) return objects.changesSince(version, highest, 'each');
  const past = await objects.changesSince(version);
  return past && (() => past()?.filter(({ before, after }) => before ?? after));
}

function newestOf(versions: readonly string[]): string {
  return versions.reduce((newest, each) => (compareVersions(each, newest) > 0 ? each : newest));
}
