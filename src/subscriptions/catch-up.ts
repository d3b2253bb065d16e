import { newerVersion, type KubernetesObject } from '../kubernetes/object.ts';
import { turns } from '../scheduling/turns.ts';
import type { ChangesReader, NetChange, ScopedLister } from '../viewer-client/scoped-lister.ts';
import { objectToken, type DeliveredState, type StreamPosition } from './cursor.ts';
import type { Dependencies } from './dependencies.ts';
import type { ResultRow, ResultSet } from './result-set.ts';
import type { Renderer } from './result-template.ts';
import type { SubscriptionSource } from './source.ts';
import { INITIAL_CHECKPOINT, PendingEvent, type Checkpoint } from './pending-event.ts';

export interface CatchUpOptions {
  readonly source: SubscriptionSource<KubernetesObject>;
  readonly dependencies: Dependencies;
  readonly renderer: Renderer;
  /** Name of the viewer whose turns of the event loop it takes. */
  readonly viewer: string;
}

/** A resource that selected fields are read from, and its changes since the position. */
interface RelatedResource {
  readonly objects: ScopedLister<KubernetesObject>;
  readonly changes: ChangesReader<KubernetesObject>;
}

/** An event that a client has missed, before it gets its range. */
type MissedEvent = Pick<PendingEvent, 'type'> & ResultRow;

/** All that is known of one object for a catch-up. */
interface MissedObject {
  /** Undefined if the object is not in the result set. */
  readonly row: ResultRow | undefined;
  /** The net change since the position. Undefined if the object itself has not changed. */
  readonly change: NetChange<KubernetesObject> | undefined;
  /** Whether the filter matched it at the position. */
  readonly matchedBefore: boolean;
  /** Dependency keys whose reads may have changed since the position. */
  readonly changedKeys: ReadonlySet<string>;
  /** Returns whether the cache has changed since the result set was evaluated. */
  readonly hasMoved: () => boolean;
}

/**
 * The catch-up of one subscriber from the position of its cursor to the result set.
 *
 * It asks the change log for the net changes of the subscribed resource, and of each related resource, since the
 * position, and derives one event per object:
 *
 * | at the position | in the result set | event                                                   |
 * | --------------- | ----------------- | ------------------------------------------------------- |
 * | no              | yes               | ADDED                                                   |
 * | yes             | no                | DELETED, with the last known state                      |
 * | yes             | yes               | MODIFIED, unless rendering both states gives equal text |
 *
 * An object in `pastCheckpoint` was delivered in a state that the change log does not contain; it gets MODIFIED unless
 * its version is the delivered one. Clients may therefore receive one superfluous MODIFIED, never miss one.
 *
 * If the filter reads related objects and any of them has changed, it is not known which objects matched at the position:
 * there is no catch-up then, and the subscriber gets a snapshot.
 *
 * From the position of a list, each changed object that is not in the result set gets DELETED, and each other one ADDED or MODIFIED: a page
 * that was loaded later may have contained it, in any of its states since.
 */
export class CatchUp {
  /** The checkpoint before the missed events. */
  readonly fromCheckpoint: Checkpoint;
  readonly #changes: ChangesReader<KubernetesObject>;
  readonly #related: readonly RelatedResource[];

  private constructor(
    position: StreamPosition,
    changes: ChangesReader<KubernetesObject>,
    related: readonly RelatedResource[],
  ) {
    this.fromCheckpoint = { ...INITIAL_CHECKPOINT, position };
    this.#changes = changes;
    this.#related = related;
  }

  /** Whether the client may know, from later pages of a list, states of objects that came and went since the position. */
  get #isFromList(): boolean {
    return this.fromCheckpoint.position.isList ?? false;
  }

  /**
   * Prepares a catch-up. May wait until the cache has reached the position, which another gateway may have reached first.
   * @returns undefined if the changes since the position are not known any more
   */
  static async from(position: StreamPosition, { source, dependencies }: CatchUpOptions): Promise<CatchUp | undefined> {
    if (position.version === '') return undefined;
    const newest = position.pastCheckpoint.reduce(
      (latest, { version }) => newerVersion(latest, version),
      position.changedVersion,
    );
    const changes = await source.objects.changesSince(position.version, newest, position.isList ? 'each' : 'net');
    const related = await Promise.all(
      dependencies.resources().map(async (objects) => {
        return { objects, changes: await relatedChangesSince(position, objects) };
      }),
    );
    const known = related.flatMap((each) => (each.changes ? [{ objects: each.objects, changes: each.changes }] : []));
    return changes && known.length === related.length ? new CatchUp(position, changes, known) : undefined;
  }

  /**
   * Returns the events between the position and the result set.
   * @param toSequence sequence number of the checkpoint that the result set is at
   * @returns undefined if the changes since the position are not known any more
   */
  async events(resultSet: ResultSet, toSequence: number, options: CatchUpOptions): Promise<PendingEvent[] | undefined> {
    const changes = this.#changes();
    const changedKeys = this.#changedDependencyKeys(options.source);
    if (!changes || !changedKeys) return undefined;
    const dependents = [...options.dependencies.dependentsOf(changedKeys)];
    const changeByUid = new Map(changes.map((change) => [change.last.metadata.uid, change]));
    const delivered = deliveredByUid(this.fromCheckpoint.position, [...changeByUid.keys(), ...dependents], resultSet);
    if (!delivered) return undefined;
    const matchedBefore = uidsOfMatching(changes, options.source);
    const hasMoved = this.#movement(options);
    const events: PendingEvent[] = [];
    for (const uid of new Set([...changeByUid.keys(), ...delivered.keys(), ...dependents])) {
      if (turns.isOver) await turns.continue(options.viewer);
      const object = {
        row: resultSet.get(uid),
        change: changeByUid.get(uid),
        matchedBefore: matchedBefore.has(uid),
        changedKeys,
        hasMoved,
      };
      const state = delivered.get(uid);
      // DELETED needs the last known state, which is in neither the result set nor the change log.
      if (state?.exists && !object.row && !object.change) return undefined;
      const event = state
        ? await this.#eventForDelivered(state, object, options)
        : await this.#eventFor(object, options);
      if (event) events.push(this.#pendingEvent(event, toSequence, options.source.objects));
    }
    return events;
  }

  /** Compares with a state that was delivered past the position. Only its version is known. */
  async #eventForDelivered(
    delivered: DeliveredState,
    { row, change }: MissedObject,
    { renderer }: CatchUpOptions,
  ): Promise<MissedEvent | undefined> {
    if (!delivered.exists && row) return { type: 'ADDED', ...row };
    if (!delivered.exists && !this.#isFromList) return undefined;
    if (!row)
      return change && { type: 'DELETED', object: change.last, template: await renderer.renderUntracked(change.last) };
    const isSame = row.object.metadata.resourceVersion === delivered.version && this.#related.length === 0;
    return isSame ? undefined : { type: 'MODIFIED', ...row };
  }

  /** Compares with the object's state at the position. */
  async #eventFor(
    { row, change, matchedBefore, changedKeys, hasMoved }: MissedObject,
    { renderer }: CatchUpOptions,
  ): Promise<MissedEvent | undefined> {
    if (!change) return row && { type: 'MODIFIED', ...row }; // a related object has changed
    const { before, last } = change;
    if (!row) {
      if (!matchedBefore && !this.#isFromList) return undefined;
      return { type: 'DELETED', object: last, template: await renderer.renderUntracked(last) };
    }
    if (!before || !matchedBefore) return { type: 'ADDED', ...row };
    if (this.#isFromList) return { type: 'MODIFIED', ...row };
    // The earlier state is rendered with current related objects, so equal text means nothing if one of them has changed: since
    // the position, or since the row was rendered.
    let areRelatedUnchanged = !hasMoved();
    const earlier = await renderer.renderUntracked(before, ({ storeKey }, dependencyKey) => {
      if (changedKeys.has(dependencyKey) || !this.#isTracked(storeKey)) areRelatedUnchanged = false;
    });
    const isUnchanged = areRelatedUnchanged && earlier.content === row.template.content;
    return isUnchanged ? undefined : { type: 'MODIFIED', ...row };
  }

  #pendingEvent(
    { type, object, template }: MissedEvent,
    toSequence: number,
    { version: storeVersion }: ScopedLister<KubernetesObject>,
  ): PendingEvent {
    const { fromCheckpoint } = this;
    const { uid: key, resourceVersion } = object.metadata;
    // Of a deletion that a list has shown, no version is known.
    const version = type === 'DELETED' ? newerVersion(resourceVersion, storeVersion) : resourceVersion;
    const isDeletionSent = this.#isFromList;
    return new PendingEvent({ type, key, version, template, fromCheckpoint, toSequence, isDeletionSent });
  }

  /** Returns a function that returns whether the cache has changed since this call, which turns of the event loop allow. */
  #movement({ source }: CatchUpOptions): () => boolean {
    const listers = [source.objects, ...this.#related.map(({ objects }) => objects)];
    const versions = () => listers.map(({ version, knownVersion }) => `${version} ${knownVersion}`).join();
    const before = versions();
    return () => versions() !== before;
  }

  #isTracked(resource: string): boolean {
    return this.#related.some(({ objects }) => objects.storeKey === resource);
  }

  /** Returns the keys of all reads of related objects that may have other results now. Undefined if not known any more. */
  #changedDependencyKeys({ related }: CatchUpOptions['source']): ReadonlySet<string> | undefined {
    const decisive = new Set(related.map(({ objects }) => objects.storeKey));
    const changedKeys = new Set<string>();
    for (const { objects, changes } of this.#related) {
      const known = changes();
      if (!known || (known.length > 0 && decisive.has(objects.storeKey))) return undefined;
      for (const change of known)
        for (const dependencyKey of objects.dependencyKeysOf(change)) changedKeys.add(dependencyKey);
    }
    return changedKeys;
  }
}

/**
 * Returns the uids of the objects that the filter matched before a change. To be called before a wait, during which the related
 * objects that the filter reads may change: until then, they are as they were at the position.
 */
function uidsOfMatching(
  changes: readonly NetChange<KubernetesObject>[],
  source: CatchUpOptions['source'],
): ReadonlySet<string> {
  return new Set(
    changes.flatMap(({ before }) => (before !== undefined && source.matches(before) ? before.metadata.uid : [])),
  );
}

/**
 * Returns the states that were delivered past a position, by uid. Positions contain tokens instead of uids, so the uids
 * are found by hashing those that come into question: the given ones and those of the result set.
 * @returns undefined if an existing object is found nowhere: it is gone, and its last state is unknown
 */
function deliveredByUid(
  { pastCheckpoint }: StreamPosition,
  uids: readonly string[],
  resultSet: ResultSet,
): ReadonlyMap<string, DeliveredState> | undefined {
  if (pastCheckpoint.length === 0) return new Map();
  const present = resultSet.objects().map(({ metadata }) => metadata.uid);
  const uidByToken = new Map([...uids, ...present].map((uid) => [objectToken(uid), uid]));
  if (pastCheckpoint.some(({ token, exists }) => exists && !uidByToken.has(token))) return undefined;
  return new Map(
    pastCheckpoint.flatMap((state) => {
      const uid = uidByToken.get(state.token);
      return uid === undefined ? [] : [[uid, state] as const];
    }),
  );
}

/**
 * Net changes are enough if the resource was included up to one version. Beyond that version, and on later pages of a list, an object may
 * have been read and deleted again, so every intermediate change counts.
 * @returns undefined if the changes since the position are not known any more
 */
async function relatedChangesSince(
  { related, isList }: StreamPosition,
  objects: ScopedLister<KubernetesObject>,
): Promise<ChangesReader<KubernetesObject> | undefined> {
  if (objects.seesNothing) return () => []; // the position may be from a gateway that does not cache the resource
  const watermark = related[objects.storeKey];
  if (!watermark) return undefined;
  const { version, highest, changedVersion } = watermark;
  const upTo = highest === version ? changedVersion : newerVersion(version, highest);
  if (isList || highest !== version) return objects.changesSince(version, upTo, 'each');
  const changes = await objects.changesSince(version, upTo);
  return changes && (() => changes()?.filter(({ before, after }) => before ?? after));
}
