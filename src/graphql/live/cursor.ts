import { createHash } from 'node:crypto';
import { failure } from '../errors.ts';

/** The version before the first: nothing has been told completely yet. */
export const BEGINNING = '';

/** A place in the history of a selection: names the version up to which everything has been told. */
export function encodeEventCursor(selection: string, version: string): string {
  return Buffer.from(`${digestOf(selection)}:${version}`).toString('base64url');
}

/**
 * @returns the version
 * @throws {GraphQLError} BAD_REQUEST for a cursor of another selection, and for what is no cursor
 */
export function decodeEventCursor(selection: string, cursor: string): string {
  const [, digest, version = BEGINNING] =
    /^([\w-]{16}):(\d*)$/u.exec(Buffer.from(cursor, 'base64url').toString()) ?? [];
  if (digest === undefined)
    throw failure('BAD_REQUEST', `Expected the cursor of an event as \`after\`, got ${JSON.stringify(cursor)}.`);
  if (digest !== digestOf(selection)) {
    throw failure(
      'BAD_REQUEST',
      'This cursor belongs to another selection: other arguments, or another field. Start again without it.',
    );
  }
  return version;
}

const digests = new Map<string, string>();
const DIGESTS_KEPT = 1_000;

function digestOf(selection: string): string {
  let digest = digests.get(selection);
  if (digest === undefined) {
    digest = createHash('sha256').update(selection).digest('base64url').slice(0, 16);
    if (digests.size >= DIGESTS_KEPT) digests.clear();
    digests.set(selection, digest);
  }
  return digest;
}
