import crypto from 'node:crypto';
import { failure } from '../graphql/errors.ts';
import { quoted } from '../kubernetes/excerpt.ts';

/**
 * A position in the event stream of one selection.
 *
 * A position consists of resourceVersions of the API server. It is therefore valid on every gateway of the same cluster,
 * and stays valid when a gateway restarts. Positions are immutable and compared by identity: subscribers at the same
 * position share the object, and with it the encoded cursor.
 *
 * Example: a batch evaluated at version 100 changes the objects `a` and `b`. A subscriber that has received only the
 * event of `a` is at version 99 with `a` in `pastCheckpoint`; one that has received both is at version 100.
 */
export interface StreamPosition {
  /** Every change up to this resourceVersion has been delivered. Empty until the first snapshot is complete. */
  readonly version: string;
  /** Nothing has changed between this resourceVersion and `version`. */
  readonly changedVersion: string;
  /**
   * Objects whose delivered state is newer than `version`: results of mutations that the store holds before the watch
   * reports them, and the part of a batch that was sent before the connection ended. At most
   * {@link MAX_PAST_CHECKPOINT} entries.
   */
  readonly pastCheckpoint: readonly DeliveredState[];
  /** Watermarks of the other resources that the selected fields are read from, by resource name. */
  readonly related: Readonly<Record<string, Watermark>>;
  readonly visibility: Visibility;
  /**
   * Whether the position is that of a list, or one in the catch-up from it. Its client may have loaded further pages later, so it may
   * know objects, and states of objects, that came and went since.
   */
  readonly isList?: boolean;
}

/**
 * Hashes of the viewer's visibility scopes, which reveal nothing about them. A viewer whose visibility differs receives a
 * new snapshot instead of a catch-up.
 */
export interface Visibility {
  /** Of the subscribed resource. */
  readonly objects: string;
  /** Of the resources that the selected fields depend on, by resource name. */
  readonly related: Readonly<Record<string, string>>;
}

/** @param related signatures of the scopes of the related resources, by resource name */
export function visibilityOf(objects: string, related: Iterable<readonly [string, string]>): Visibility {
  const hashes = [...related].map(([resource, signature]) => [resource, shortHash(signature)]);
  return { objects: shortHash(objects), related: Object.fromEntries(hashes) };
}

/**
 * Returns whether a client that saw `before` needs no new snapshot now. A related resource that `before` does not name had
 * no fields selected.
 */
export function isSameVisibility(before: Visibility, now: Visibility): boolean {
  const isSame = ([resource, hash]: readonly [string, string]) => (before.related[resource] ?? hash) === hash;
  return before.objects === now.objects && Object.entries(now.related).every(isSame);
}

/** Versions up to which a resource has been evaluated. */
export interface Watermark {
  /** All changes up to this resourceVersion are included. */
  readonly version: string;
  /** Nothing has changed between this resourceVersion and `version`. */
  readonly changedVersion: string;
  /** Some changes up to this resourceVersion are included, such as results of mutations. At least `version`. */
  readonly highest: string;
}

/** State of an object as last delivered to a subscriber. */
export interface DeliveredState {
  /** Identifies the object; see {@link objectToken}. */
  readonly token: string;
  /** resourceVersion of the delivered object. */
  readonly version: string;
  /** False if the last event of the object was DELETED. */
  readonly exists: boolean;
}

/** Returns the name of an object in cursors: a hash, because viewers with redacted access may not learn the uid. */
export function objectToken(uid: string): string {
  return shortHash(uid);
}

/** The position of a subscriber that has received no complete snapshot. Resuming from it starts with RESET. */
export const INITIAL_POSITION: StreamPosition = {
  version: '',
  changedVersion: '',
  pastCheckpoint: [],
  related: {},
  visibility: { objects: '', related: {} },
};

/** Bounds the size of a cursor: one with more entries would be larger than most events. */
const MAX_PAST_CHECKPOINT = 16;

const advancedPositions = new WeakMap<StreamPosition, WeakMap<DeliveredState, StreamPosition>>();

/**
 * Returns the position after the delivery of one more object past the checkpoint, which replaces an earlier state of the
 * same object. Equal arguments yield the same position. Returns {@link INITIAL_POSITION} if there are too many objects
 * past the checkpoint, so that resuming from there starts with a new snapshot.
 */
export function advance(position: StreamPosition, state: DeliveredState): StreamPosition {
  const { version, pastCheckpoint } = position;
  if (version === '') return INITIAL_POSITION;
  const known = advancedPositions.get(position) ?? new WeakMap<DeliveredState, StreamPosition>();
  advancedPositions.set(position, known);
  let next = known.get(state);
  if (!next) {
    const others = pastCheckpoint.filter(({ token }) => token !== state.token);
    const fits = others.length < MAX_PAST_CHECKPOINT;
    next = fits ? { ...position, pastCheckpoint: [...others, state] } : INITIAL_POSITION;
    known.set(state, next);
  }
  return next;
}

/**
 * Bounds the size of a cursor: related resources that are cached per namespace have a watermark for each. A position with more
 * is encoded as {@link INITIAL_POSITION}.
 */
export const MAX_WATERMARKS = 40;

/** A cursor with {@link MAX_PAST_CHECKPOINT} objects and {@link MAX_WATERMARKS} watermarks has less than 12,000 characters. */
const MAX_CURSOR_LENGTH = 16_384;

const encodedCursors = new WeakMap<StreamPosition, { readonly selection: string; readonly cursor: string }>();

/** Returns the cursor of a position, an opaque string of URL-safe characters. Encodes each position once. */
export function encodeStreamCursor(selection: string, position: StreamPosition): string {
  const known = encodedCursors.get(position);
  if (known?.selection === selection) return known.cursor;
  const isTooLarge = Object.keys(position.related).length > MAX_WATERMARKS;
  const { version, changedVersion, pastCheckpoint, related, visibility, isList } = isTooLarge
    ? INITIAL_POSITION
    : position;
  const states = pastCheckpoint.map((state) => [state.token, state.version, state.exists]);
  const watermarks = Object.entries(related).map(([name, watermark]) => [
    name,
    watermark.version,
    watermark.highest,
    ...unlessEqual(watermark.changedVersion, watermark.version),
  ]);
  const scopes = [visibility.objects, ...Object.entries(visibility.related)];
  const changed = unlessEqual(changedVersion, version);
  const last = isList || changed.length > 0 ? [isList === true, ...changed] : [];
  const parts = [selectionHash(selection), version, states, watermarks, scopes, ...last];
  const cursor = Buffer.from(JSON.stringify(parts)).toString('base64url');
  encodedCursors.set(position, { selection, cursor });
  return cursor;
}

/** Most versions are equal, and cursors of earlier releases have one of both. */
function unlessEqual(changedVersion: string, version: string): readonly string[] {
  return changedVersion === version ? [] : [changedVersion];
}

/**
 * Returns the position that a cursor encodes.
 * @param selection the selection of the events whose cursors are accepted
 * @param lists the selection of the lists whose live cursors are accepted
 * @throws {GraphQLError} BAD_REQUEST if the string is not a cursor of the gateway, or belongs to another selection
 */
export function decodeStreamCursor(selection: string, lists: string, cursor: string): StreamPosition {
  if (cursor.length > MAX_CURSOR_LENGTH) {
    throw failure(
      'BAD_REQUEST',
      `Expected the cursor of a subscription event, got ${cursor.length} characters. Subscribe without it.`,
    );
  }
  const [hash, version, states, watermarks, scopes, isFromList, changed] = parseCursor(cursor);
  const pastCheckpoint = Array.isArray(states) ? states.map(parseDeliveredState) : [undefined];
  const related = Array.isArray(watermarks) ? watermarks.map(parseWatermark) : [undefined];
  const visibility = parseVisibility(scopes);
  const isPosition = typeof hash === 'string' && typeof version === 'string' && visibility !== undefined;
  if (!isPosition || !isComplete(pastCheckpoint) || !isComplete(related)) {
    throw failure(
      'BAD_REQUEST',
      `Expected the cursor of a subscription event, got ${quoted(cursor)}. Pass a cursor that an event of this subscription carried, or none.`,
    );
  }
  const isOfList = hash === shortHash(lists);
  if (isOfList || hash === selectionHash(selection)) {
    const isList = isOfList || isFromList === true;
    const changedVersion = typeof changed === 'string' ? changed : version;
    return { version, changedVersion, pastCheckpoint, related: Object.fromEntries(related), visibility, isList };
  }
  throw failure(
    'BAD_REQUEST',
    'Expected a cursor of this selection, got one of another: the field or its arguments differ. Subscribe without it.',
  );
}

function parseCursor(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return []; // the caller reports what it expected
  }
}

function parseDeliveredState(value: unknown): DeliveredState | undefined {
  const [token, version, exists]: readonly unknown[] = Array.isArray(value) ? value : [];
  const isState = typeof token === 'string' && typeof version === 'string' && typeof exists === 'boolean';
  return isState ? { token, version, exists } : undefined;
}

function parseWatermark(value: unknown): readonly [name: string, Watermark] | undefined {
  const [name, version, highest, changed]: readonly unknown[] = Array.isArray(value) ? value : [];
  const isWatermark = typeof name === 'string' && typeof version === 'string' && typeof highest === 'string';
  return isWatermark
    ? [name, { version, highest, changedVersion: typeof changed === 'string' ? changed : version }]
    : undefined;
}

function parseVisibility(value: unknown): Visibility | undefined {
  const [objects, ...related]: readonly unknown[] = Array.isArray(value) ? value : [];
  const hashes = related.filter((pair): pair is [string, string] => {
    return Array.isArray(pair) && typeof pair[0] === 'string' && typeof pair[1] === 'string';
  });
  const isVisibility = typeof objects === 'string' && hashes.length === related.length;
  return isVisibility ? { objects, related: Object.fromEntries(hashes) } : undefined;
}

function isComplete<T>(values: readonly (T | undefined)[]): values is readonly T[] {
  return !values.includes(undefined);
}

let lastSelection = { selection: '', hash: shortHash('') };

function selectionHash(selection: string): string {
  if (lastSelection.selection !== selection) lastSelection = { selection, hash: shortHash(selection) };
  return lastSelection.hash;
}

/** Returns the first 96 bits of a SHA-256 hash, as 16 URL-safe characters. */
export function shortHash(text: string): string {
  return crypto.hash('sha256', text, 'base64url').slice(0, 16);
}
