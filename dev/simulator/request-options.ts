import { badRequest, invalid, StatusError } from './status.ts';

/** The query of a list or watch, checked. */
export interface ListOptions {
  readonly watch: boolean;
  readonly limit: number;
  readonly continueToken: string;
  /** Undefined where the client leaves the choice to us; 0 for "any version will do". */
  readonly resourceVersion: number | undefined;
  readonly resourceVersionMatch: 'Exact' | 'NotOlderThan' | undefined;
  readonly sendInitialEvents: boolean;
  readonly allowWatchBookmarks: boolean;
  readonly timeoutSeconds: number | undefined;
}

/** What this server makes of a streaming list, as servers differ by age. */
export type StreamingLists = 'supported' | 'rejected' | 'ignored';

/** @throws {StatusError} 400 or 422 for options that the real server refuses */
export function readListOptions(query: URLSearchParams, streamingLists: StreamingLists): ListOptions {
  const watch = flag(query, 'watch') ?? false;
  const streaming = streamingLists === 'ignored' && watch ? undefined : flag(query, 'sendInitialEvents');
  if (streamingLists === 'rejected' && streaming !== undefined)
    throw forbiddenOption(
      'sendInitialEvents',
      'sendInitialEvents is forbidden for watch unless the WatchList feature gate is enabled',
    );
  const match = streamingLists === 'ignored' && watch ? '' : (query.get('resourceVersionMatch') ?? '');
  const version = query.get('resourceVersion') ?? '';
  checkMatch({ watch, streaming, match, version, continues: query.get('continue') !== null });
  return {
    watch,
    limit: Math.max(0, wholeNumber(query, 'limit') ?? 0),
    continueToken: query.get('continue') ?? '',
    resourceVersion: watch ? readVersion(version) : readListVersion(version),
    resourceVersionMatch: match === 'Exact' || match === 'NotOlderThan' ? match : undefined,
    sendInitialEvents: streaming ?? false,
    allowWatchBookmarks: flag(query, 'allowWatchBookmarks') ?? false,
    timeoutSeconds: wholeNumber(query, 'timeoutSeconds'),
  };
}

interface MatchOptions {
  readonly watch: boolean;
  readonly streaming: boolean | undefined;
  readonly match: string;
  readonly version: string;
  readonly continues: boolean;
}

function checkMatch({ watch, streaming, match, version, continues }: MatchOptions): void {
  const field = 'resourceVersionMatch';
  if (!watch && streaming !== undefined)
    throw forbiddenOption('sendInitialEvents', 'sendInitialEvents is forbidden for list');
  if (watch && streaming !== undefined && match !== 'NotOlderThan')
    throw forbiddenOption(field, 'sendInitialEvents requires setting resourceVersionMatch to NotOlderThan');
  if (match === '') return;
  if (watch && streaming === undefined)
    throw forbiddenOption(field, 'resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided');
  if (continues && match !== 'NotOlderThan')
    throw forbiddenOption(field, 'resourceVersionMatch is forbidden when continue is provided');
  if (version === '' && !watch)
    throw forbiddenOption(field, 'resourceVersionMatch is forbidden unless resourceVersion is provided');
  if (match === 'Exact' && version === '0')
    throw forbiddenOption(field, 'resourceVersionMatch "exact" is forbidden for resourceVersion "0"');
  if (match === 'Exact' || match === 'NotOlderThan') return;
  const message = `Unsupported value: ${JSON.stringify(match)}: supported values: "Exact", "NotOlderThan", ""`;
  throw invalid({ group: 'meta.k8s.io', kind: 'ListOptions', name: '' }, [
    { reason: 'FieldValueNotSupported', field, message },
  ]);
}

function forbiddenOption(field: string, text: string): StatusError {
  const cause = { reason: 'FieldValueForbidden', field, message: `Forbidden: ${text}` };
  return invalid({ group: 'meta.k8s.io', kind: 'ListOptions', name: '' }, [cause]);
}

/** @throws {StatusError} 400 for text that is no version, which only lists answer so */
function readListVersion(text: string): number | undefined {
  try {
    return readVersion(text);
  } catch (error) {
    if (error instanceof StatusError) throw badRequest(`invalid resource version: ${error.message}`);
    throw error;
  }
}

/** @throws {StatusError} 500 without a reason for text that is no version, as gets and watches answer it */
export function readVersion(text: string): number | undefined {
  if (text === '') return undefined;
  if (/^\d+$/u.test(text)) return Number(text);
  const message = `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
  throw new StatusError({ code: 500, reason: '', message });
}

function flag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return text !== 'false' && text !== '0';
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (/^-?\d+$/u.test(text)) return Number(text);
  throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}
