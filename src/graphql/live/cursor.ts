import { createHash } from 'node:crypto';
import { failure } from '../errors.ts';

/**
 * A place in the history of a selection. It is made of the API server's versions, so it means the same on every gateway
 * before the same cluster.
 */
export interface Place {
  /** Everything up to this version has been told. Empty: nothing is complete yet. */
  readonly version: string;
  /** Versions of objects that were told although the watch had not come so far: their authors were to read them at once. */
  readonly ahead: readonly string[];
  /** Up to which versions the resources were taken in that the selected fields come from. */
  readonly related: Readonly<Record<string, string>>;
}

/** Before the first snapshot is complete. */
export const BEGINNING: Place = { version: '', ahead: [], related: {} };

const cursors = new WeakMap<Place, { readonly selection: string; readonly cursor: string }>();

/** Opaque to clients. Worked out once for all readers who are at the same place. */
export function encodePlace(selection: string, place: Place): string {
  const known = cursors.get(place);
  if (known?.selection === selection) return known.cursor;
  const { version, ahead, related } = place;
  const parts = [digestOf(selection), version, ahead, related];
  const cursor = Buffer.from(JSON.stringify(parts)).toString('base64url');
  cursors.set(place, { selection, cursor });
  return cursor;
}

/** @throws {GraphQLError} BAD_REQUEST for a cursor of another selection, and for what is no cursor */
export function decodePlace(selection: string, cursor: string): Place {
  const [digest, version, ahead, related] = partsOf(cursor);
  if (typeof digest !== 'string' || typeof version !== 'string' || !isStrings(ahead) || !isVersions(related)) {
    throw failure('BAD_REQUEST', `Expected the cursor of an event to go on from, got ${JSON.stringify(cursor)}.`);
  }
  if (digest === digestOf(selection)) return { version, ahead, related };
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

function isStrings(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((element) => typeof element === 'string');
}

function isVersions(value: unknown): value is Readonly<Record<string, string>> {
  return typeof value === 'object' && value !== null && isStrings(Object.values(value));
}

let lastDigest = { selection: '', digest: '' };

function digestOf(selection: string): string {
  if (lastDigest.selection !== selection) {
    lastDigest = { selection, digest: createHash('sha256').update(selection).digest('base64url').slice(0, 16) };
  }
  return lastDigest.digest;
}
