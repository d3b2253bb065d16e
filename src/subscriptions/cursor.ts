import { createHash } from 'node:crypto';
import { failure } from '../graphql/errors.ts';

/**
 * A place in the history of a selection. It is made of the API server's versions, so it means the same on every gateway
 * before the same cluster.
 */
export interface StreamPosition {
  /** Everything up to this version has been told. Empty: nothing is complete yet. */
  readonly version: string;
  /**
   * What was told beyond that, object by object: what the watch had not come to, since authors are to read what they have
   * written at once; and the first of several events that make one step.
   */
  readonly pastCheckpoint: readonly DeliveredState[];
  /** How far the resources were taken in that the selected fields come from. */
  readonly related: Readonly<Record<string, Watermark>>;
  /** What the client saw there: who sees something else has to begin anew. Names it, and tells nothing of it. */
  readonly visibilityHash: string;
}

/** Everything up to a version of a resource, and possibly some of what came up to another one. */
export interface Watermark {
  readonly version: string;
  readonly highest: string;
}

/** What a client was last told of one object. */
export interface DeliveredState {
  /** Names the object: {@link objectToken}. */
  readonly token: string;
  /** Of the object, as it was told. */
  readonly version: string;
  /** False after DELETED. */
  readonly exists: boolean;
}

/** Names an object in cursors without telling its uid, which who sees only a part of it may not know. */
export function objectToken(uid: string): string {
  return shortHash(uid);
}

/** Before the first snapshot is complete. */
export const INITIAL_POSITION: StreamPosition = { version: '', pastCheckpoint: [], related: {}, visibilityHash: '' };

/** A cursor that named more than this would be larger than most events. */
const MAX_PAST_CHECKPOINT = 16;

const advancedPositions = new WeakMap<StreamPosition, WeakMap<DeliveredState, StreamPosition>>();

/** Where a client is that was at a place and has been told this beyond it: far beyond it is nowhere, so it would begin anew. */
export function advance(place: StreamPosition, told: DeliveredState): StreamPosition {
  const { version, pastCheckpoint: ahead } = place;
  if (version === '') return INITIAL_POSITION;
  const known = advancedPositions.get(place) ?? new WeakMap<DeliveredState, StreamPosition>();
  advancedPositions.set(place, known);
  let next = known.get(told);
  if (!next) {
    const others = ahead.filter(({ token: key }) => key !== told.token);
    next = others.length < MAX_PAST_CHECKPOINT ? { ...place, pastCheckpoint: [...others, told] } : INITIAL_POSITION;
    known.set(told, next);
  }
  return next;
}

const cursors = new WeakMap<StreamPosition, { readonly selection: string; readonly cursor: string }>();

/** Opaque to clients. Worked out once for all readers who are at the same place. */
export function encodeStreamCursor(selection: string, place: StreamPosition): string {
  const known = cursors.get(place);
  if (known?.selection === selection) return known.cursor;
  const { version, pastCheckpoint: ahead, related, visibilityHash } = place;
  const told = ahead.map((each) => [each.token, each.version, each.exists]);
  const reaches = Object.entries(related).map(([name, reach]) => [name, reach.version, reach.highest]);
  const parts = [selectionHash(selection), version, told, reaches, visibilityHash];
  const cursor = Buffer.from(JSON.stringify(parts)).toString('base64url');
  cursors.set(place, { selection, cursor });
  return cursor;
}

/** @throws {GraphQLError} BAD_REQUEST for a cursor of another selection, and for what is no cursor */
export function decodeStreamCursor(selection: string, cursor: string): StreamPosition {
  const [digest, version, told, reaches, visibilityHash] = parseCursor(cursor);
  const ahead = Array.isArray(told) ? told.map(parseDeliveredState) : [undefined];
  const related = Array.isArray(reaches) ? reaches.map(parseWatermark) : [undefined];
  const isPlace = typeof digest === 'string' && typeof version === 'string' && typeof visibilityHash === 'string';
  if (!isPlace || !isComplete(ahead) || !isComplete(related)) {
    throw failure('BAD_REQUEST', `Expected the cursor of an event to go on from, got ${JSON.stringify(cursor)}.`);
  }
  if (digest === selectionHash(selection))
    return { version, pastCheckpoint: ahead, related: Object.fromEntries(related), visibilityHash };
  const message =
    'This cursor belongs to another selection: other arguments, or another field. Start again without it.';
  throw failure('BAD_REQUEST', message);
}

function parseCursor(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return []; // no cursor of ours: the caller says so
  }
}

function parseDeliveredState(value: unknown): DeliveredState | undefined {
  const [key, version, held]: readonly unknown[] = Array.isArray(value) ? value : [];
  const isTold = typeof key === 'string' && typeof version === 'string' && typeof held === 'boolean';
  return isTold ? { token: key, version, exists: held } : undefined;
}

function parseWatermark(value: unknown): readonly [string, Watermark] | undefined {
  const [name, version, reached]: readonly unknown[] = Array.isArray(value) ? value : [];
  const isReach = typeof name === 'string' && typeof version === 'string' && typeof reached === 'string';
  return isReach ? [name, { version, highest: reached }] : undefined;
}

function isComplete<T>(values: readonly (T | undefined)[]): values is readonly T[] {
  return !values.includes(undefined);
}

let lastDigest = { selection: '', digest: '' };

function selectionHash(selection: string): string {
  if (lastDigest.selection !== selection) lastDigest = { selection, digest: shortHash(selection) };
  return lastDigest.digest;
}

/** Equal for equal texts, and tells nothing of them. */
export function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
