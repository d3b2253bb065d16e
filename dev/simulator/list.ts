import type { ApiObject } from './api-object.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import type { ParsedListOptions } from './request-options.ts';
import type { SelectionPredicate } from './selection-predicate.ts';
import { badRequestError, expiredError, resourceVersionTooLargeError } from './status.ts';
import type { Storage } from './storage.ts';

/** One page of a list, with the metadata that goes with it. */
export interface Page {
  readonly objects: readonly ApiObject[];
  readonly metadata: JsonObject;
}

interface ListRequest {
  readonly storageKey: string;
  readonly selects: SelectionPredicate;
  /** Whether a selector is in play: then nobody counts what remains. */
  readonly selective: boolean;
  readonly options: ParsedListOptions;
}

const EXPIRED_CONTINUE =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter.';

/**
 * A page of the collection. Later pages show it as it was when the first was read.
 * @throws {StatusError} 410 for a version or token that is forgotten, 504 for a version that is still to come
 */
export function list(storage: Storage, { storageKey, selects, selective, options }: ListRequest): Page {
  const start = options.continueToken === '' ? undefined : readToken(options.continueToken);
  if (start && options.resourceVersion)
    throw badRequestError('specifying resource version is not allowed when using continue');
  const version = start?.version ?? versionToRead(storage, options);
  const all = start ? listAtToken(storage, storageKey, start.version) : storage.listAt(storageKey, version);
  const selected = all.filter(selects);
  const offset = start ? selected.findIndex((object) => positionOf(object) > start.after) : 0;
  const rest = offset === -1 ? [] : selected.slice(offset);
  // Who takes any version is answered from memory, which knows no pages.
  const whole = options.limit === 0 || (options.resourceVersion === 0 && !start);
  if (whole || rest.length <= options.limit) return { objects: rest, metadata: pageMetadata(version) };
  const objects = rest.slice(0, options.limit);
  const last = objects.at(-1);
  const token = last ? writeToken({ version, after: positionOf(last) }) : '';
  const remaining = selective ? {} : { remainingItemCount: rest.length - objects.length };
  return { objects, metadata: { ...pageMetadata(version), continue: token, ...remaining } };
}

function pageMetadata(version: number): JsonObject {
  return { resourceVersion: String(version) };
}

function versionToRead(storage: Storage, { resourceVersion, resourceVersionMatch, limit }: ParsedListOptions): number {
  const current = storage.version;
  if (resourceVersion === undefined || resourceVersion === 0) return current;
  if (resourceVersion > current) throw resourceVersionTooLargeError(resourceVersion, current);
  const exact = resourceVersionMatch === 'Exact' || (resourceVersionMatch === undefined && limit > 0);
  return exact ? resourceVersion : current;
}

function listAtToken(storage: Storage, storageKey: string, version: number): readonly ApiObject[] {
  if (version > storage.version) throw expiredError(EXPIRED_CONTINUE);
  try {
    return storage.listAt(storageKey, version);
  } catch {
    // The storage only fails for versions that it has forgotten; lists word that differently than watches.
    throw expiredError(EXPIRED_CONTINUE);
  }
}

/** Orders objects like the storage does. */
function positionOf({ metadata }: ApiObject): string {
  return metadata.namespace ? `${metadata.namespace}/${metadata.name}` : metadata.name;
}

interface Token {
  readonly version: number;
  readonly after: string;
}

function writeToken({ version, after }: Token): string {
  const text = JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: after });
  return Buffer.from(text).toString('base64url');
}

function readToken(text: string): Token {
  try {
    const token: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (isJsonObject(token) && typeof token['rv'] === 'number' && typeof token['start'] === 'string')
      return { version: token['rv'], after: token['start'] };
  } catch {
    // Not JSON: answered below like every other token that is not ours.
  }
  throw badRequestError('invalid continue token: continue key is not valid');
}
