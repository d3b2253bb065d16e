import { compareVersions } from '../kubernetes/object.ts';
import { advance, INITIAL_POSITION, objectToken, type DeliveredState, type StreamPosition } from './cursor.ts';
import type { Batch } from './dirty-set.ts';
import { deliveredVersionOf, type ResultSet } from './result-set.ts';

/** Versions of the subscribed resource when a batch was drained. */
interface StoreVersions {
  /** Version up to which event handlers have had every state. */
  readonly seenVersion: string;
  readonly version: string;
  readonly changedVersion: string;
}

interface PositionTrackerOptions extends Pick<StreamPosition, 'visibility'> {
  readonly resultSet: Pick<ResultSet, 'has'>;
}

/**
 * Derives the position after each batch of a shared subscription.
 *
 * Its version is the one that event handlers have seen. Delivered states past it are named in `pastCheckpoint`: results of mutations, which
 * the store has before the watch, and what the watch has reported while such results hid earlier states. A position cannot name many of
 * them. Until the version has reached those that it did not name, positions are {@link INITIAL_POSITION}, which leads to a snapshot.
 */
export class PositionTracker {
  readonly #options: PositionTrackerOptions;
  /** Version up to which not every delivered state is known. */
  #unknownUpTo = '';

  constructor(options: PositionTrackerOptions) {
    this.#options = options;
  }

  /**
   * Returns the position of subscribers that had all before a batch, and have received its events.
   * @param from the position before it
   * @param related watermarks of the related resources
   */
  after(
    from: StreamPosition,
    { objects, isReset }: Batch,
    { seenVersion, version, changedVersion }: StoreVersions,
    related: StreamPosition['related'],
  ): StreamPosition {
    if (isReset) this.#unknownUpTo = '';
    // Before a snapshot, subscribers did not have the states between these versions, and those that are gone are not known.
    if (from === INITIAL_POSITION && seenVersion !== version) this.#setUnknownUpTo(version);
    const isPast = (other: string) => compareVersions(other, seenVersion) > 0;
    const states = from.pastCheckpoint.filter((state) => isPast(state.version));
    for (const object of objects) {
      const deliveredVersion = deliveredVersionOf(object, version);
      if (isPast(deliveredVersion)) states.push(this.#stateOf(object.last.metadata.uid, deliveredVersion));
    }
    const changed = seenVersion === version ? changedVersion : seenVersion;
    return this.#positionAt({ version: seenVersion, changedVersion: changed, related }, states);
  }

  #positionAt(
    versions: Pick<StreamPosition, 'version' | 'changedVersion' | 'related'>,
    states: readonly DeliveredState[],
  ): StreamPosition {
    const { visibility } = this.#options;
    const isKnown = !(compareVersions(this.#unknownUpTo, versions.version) > 0);
    const complete = isKnown ? { ...versions, pastCheckpoint: [], visibility } : INITIAL_POSITION;
    const position = states.reduce(advance, complete);
    if (position === INITIAL_POSITION) for (const state of states) this.#setUnknownUpTo(state.version);
    return position;
  }

  #setUnknownUpTo(version: string): void {
    if (compareVersions(version, this.#unknownUpTo) > 0) this.#unknownUpTo = version;
  }

  #stateOf(uid: string, version: string): DeliveredState {
    return { token: objectToken(uid), version, exists: this.#options.resultSet.has(uid) };
  }
}
