import type { ApiObject } from './api-object.ts';
import { isJsonObject, type JsonObject } from './json.ts';
import type { ParsedListOptions } from './request-options.ts';
import type { SelectionPredicate } from './selection-predicate.ts';
import { badRequestError, expiredError, resourceVersionTooLargeError } from './status.ts';
import type { Storage } from './storage.ts';

/** Page of a list with the ListMeta of its response. */
export interface Page {
  readonly objects: readonly ApiObject[];
  readonly metadata: JsonObject;
}

interface ListRequest {
  readonly storageKey: string;
  readonly matches: SelectionPredicate;
  /** Whether the client has set a selector: then the page has no remainingItemCount. */
  readonly hasSelector: boolean;
  readonly options: ParsedListOptions;
}

const EXPIRED_CONTINUE =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without ' +
  'the continue parameter.';

/**
 * Returns a page of the collection. All pages of a list have the resourceVersion of the first.
 * @throws {ApiStatusError} 410 for a compacted version or token, 504 for a version in the future
 */
export function listPage(storage: Storage, { storageKey, matches, hasSelector, options }: ListRequest): Page {
  const start = options.continueToken === '' ? undefined : readToken(options.continueToken);
  if (start && options.resourceVersion)
    throw badRequestError('specifying resource version is not allowed when using continue');
  const version = start?.version ?? versionToRead(storage, options);
  const all = start ? listAtToken(storage, storageKey, start.version) : storage.listAt(storageKey, version);
  const selected = all.filter(matches);
  const offset = start ? selected.findIndex((object) => positionOf(object) > start.after) : 0;
  const rest = offset === -1 ? [] : selected.slice(offset);
  // kube-apiserver serves resourceVersion 0 from its watch cache, which ignores the limit.
  const whole = options.limit === 0 || (options.resourceVersion === 0 && !start);
  if (whole || rest.length <= options.limit) return { objects: rest, metadata: pageMetadata(version) };
  const objects = rest.slice(0, options.limit);
  const last = objects.at(-1);
  const token = last ? writeToken({ version, after: positionOf(last) }) : '';
  const remaining = hasSelector ? {} : { remainingItemCount: rest.length - objects.length };
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
    // The storage fails only for compacted versions; lists have another message for them than watches.
    throw expiredError(EXPIRED_CONTINUE);
  }
}

/** Returns the sort key of an object in the order of the storage. */
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
    // Not JSON: refused below like every other invalid token.
  }
  throw badRequestError('invalid continue token: continue key is not valid');
}
