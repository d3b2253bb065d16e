import { createHash } from 'node:crypto';
import { failure } from '../graphql/errors.ts';

/**
 * A place in the history of a selection. It is made of the API server's versions, so it means the same on every gateway
 * before the same cluster.
 */
export interface Place {
  /** Everything up to this version has been told. Empty: nothing is complete yet. */
  readonly version: string;
  /**
   * What was told beyond that, object by object: what the watch had not come to, since authors are to read what they have
   * written at once; and the first of several events that make one step.
   */
  readonly ahead: readonly Told[];
  /** How far the resources were taken in that the selected fields come from. */
  readonly related: Readonly<Record<string, Reach>>;
  /** What the client saw there: who sees something else has to begin anew. Names it, and tells nothing of it. */
  readonly sight: string;
}

/** Everything up to a version of a resource, and possibly some of what came up to another one. */
export interface Reach {
  readonly version: string;
  readonly reached: string;
}

/** What a client was last told of one object. */
export interface Told {
  /** Names the object: {@link toldKeyOf}. */
  readonly key: string;
  /** Of the object, as it was told. */
  readonly version: string;
  /** False after DELETED. */
  readonly held: boolean;
}

/** Names an object in cursors without telling its uid, which who sees only a part of it may not know. */
export function toldKeyOf(uid: string): string {
  return shortDigestOf(uid);
}

/** Before the first snapshot is complete. */
export const BEGINNING: Place = { version: '', ahead: [], related: {}, sight: '' };

/** A cursor that named more than this would be larger than most events. */
const MOST_AHEAD = 16;

const placesBehind = new WeakMap<Place, WeakMap<Told, Place>>();

/** Where a client is that was at a place and has been told this beyond it: far beyond it is nowhere, so it would begin anew. */
export function placeBehind(place: Place, told: Told): Place {
  const { version, ahead } = place;
  if (version === '') return BEGINNING;
  const known = placesBehind.get(place) ?? new WeakMap<Told, Place>();
  placesBehind.set(place, known);
  let next = known.get(told);
  if (!next) {
    const others = ahead.filter(({ key }) => key !== told.key);
    next = others.length < MOST_AHEAD ? { ...place, ahead: [...others, told] } : BEGINNING;
    known.set(told, next);
  }
  return next;
}

const cursors = new WeakMap<Place, { readonly selection: string; readonly cursor: string }>();

/** Opaque to clients. Worked out once for all readers who are at the same place. */
export function encodePlace(selection: string, place: Place): string {
  const known = cursors.get(place);
  if (known?.selection === selection) return known.cursor;
  const { version, ahead, related, sight } = place;
  const told = ahead.map((each) => [each.key, each.version, each.held]);
  const reaches = Object.entries(related).map(([name, reach]) => [name, reach.version, reach.reached]);
  const parts = [digestOf(selection), version, told, reaches, sight];
  const cursor = Buffer.from(JSON.stringify(parts)).toString('base64url');
  cursors.set(place, { selection, cursor });
  return cursor;
}

/** @throws {GraphQLError} BAD_REQUEST for a cursor of another selection, and for what is no cursor */
export function decodePlace(selection: string, cursor: string): Place {
  const [digest, version, told, reaches, sight] = partsOf(cursor);
  const ahead = Array.isArray(told) ? told.map(toldOf) : [undefined];
  const related = Array.isArray(reaches) ? reaches.map(reachOf) : [undefined];
  const isPlace = typeof digest === 'string' && typeof version === 'string' && typeof sight === 'string';
  if (!isPlace || !isComplete(ahead) || !isComplete(related)) {
    throw failure('BAD_REQUEST', `Expected the cursor of an event to go on from, got ${JSON.stringify(cursor)}.`);
  }
  if (digest === digestOf(selection)) return { version, ahead, related: Object.fromEntries(related), sight };
  const message =
    'This cursor belongs to another selection: other arguments, or another field. Start again without it.';
  throw failure('BAD_REQUEST', message);
}

function partsOf(cursor: string): readonly unknown[] {
  try {
    const parts: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString());
    return Array.isArray(parts) ? parts : [];
  } catch {
    return []; // no cursor of ours: the caller says so
  }
}

function toldOf(value: unknown): Told | undefined {
  const [key, version, held]: readonly unknown[] = Array.isArray(value) ? value : [];
  const isTold = typeof key === 'string' && typeof version === 'string' && typeof held === 'boolean';
  return isTold ? { key, version, held } : undefined;
}

function reachOf(value: unknown): readonly [string, Reach] | undefined {
  const [name, version, reached]: readonly unknown[] = Array.isArray(value) ? value : [];
  const isReach = typeof name === 'string' && typeof version === 'string' && typeof reached === 'string';
  return isReach ? [name, { version, reached }] : undefined;
}

function isComplete<T>(values: readonly (T | undefined)[]): values is readonly T[] {
  return !values.includes(undefined);
}

let lastDigest = { selection: '', digest: '' };

function digestOf(selection: string): string {
  if (lastDigest.selection !== selection) lastDigest = { selection, digest: shortDigestOf(selection) };
  return lastDigest.digest;
}

/** Equal for equal texts, and tells nothing of them. */
export function shortDigestOf(text: string): string {
  return createHash('sha256').update(text).digest('base64url').slice(0, 16);
}
