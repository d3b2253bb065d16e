import { forbiddenValue, requiredValue, unsupportedValue } from './causes.ts';
import { badRequestError, invalidError, ApiStatusError, type Cause } from './status.ts';

/** Validated query of a list or watch. */
export interface ParsedListOptions {
  readonly watch: boolean;
  readonly limit: number;
  readonly continueToken: string;
  /** Undefined for the most recent version; 0 for any version. */
  readonly resourceVersion: number | undefined;
  readonly resourceVersionMatch: 'Exact' | 'NotOlderThan' | undefined;
  readonly sendInitialEvents: boolean;
  readonly allowWatchBookmarks: boolean;
  readonly timeoutSeconds: number | undefined;
}

/** Support for `sendInitialEvents`; it differs between servers. */
export type StreamingLists = 'supported' | 'rejected' | 'ignored';

/** @throws {ApiStatusError} 400 or 422 for options that kube-apiserver refuses */
export function parseListOptions(query: URLSearchParams, streamingLists: StreamingLists): ParsedListOptions {
  const watch = queryFlag(query, 'watch') ?? false;
  const streaming = streamingLists === 'ignored' && watch ? undefined : queryFlag(query, 'sendInitialEvents');
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
    limit: Math.max(0, queryInteger(query, 'limit') ?? 0),
    continueToken: query.get('continue') ?? '',
    resourceVersion: watch ? parseResourceVersion(version) : readListVersion(version),
    resourceVersionMatch: match === 'Exact' || match === 'NotOlderThan' ? match : undefined,
    sendInitialEvents: streaming ?? false,
    allowWatchBookmarks: queryFlag(query, 'allowWatchBookmarks') ?? false,
    timeoutSeconds: queryInteger(query, 'timeoutSeconds'),
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
  throw invalidOption('ListOptions', unsupportedValue(field, match, ['Exact', 'NotOlderThan', '']));
}

function forbiddenOption(field: string, text: string): ApiStatusError {
  return invalidOption('ListOptions', forbiddenValue(field, text));
}

/** @throws {ApiStatusError} 400 for a malformed version; only lists return this status */
function readListVersion(text: string): number | undefined {
  try {
    return parseResourceVersion(text);
  } catch (error) {
    if (error instanceof ApiStatusError) throw badRequestError(`invalid resource version: ${error.message}`);
    throw error;
  }
}

/** @throws {ApiStatusError} 500 without a reason for a malformed version, like kube-apiserver for get and watch */
export function parseResourceVersion(text: string): number | undefined {
  if (text === '') return undefined;
  if (/^\d+$/u.test(text)) return Number(text);
  const message = `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`;
  throw new ApiStatusError({ code: 500, reason: '', message });
}

/** Returns undefined if the query has no such option. */
export function queryFlag(query: URLSearchParams, name: string): boolean | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  return text !== 'false' && text !== '0';
}

/** Returns undefined if the query has no such option. @throws {ApiStatusError} 400 for a value that is no integer */
export function queryInteger(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null || text === '') return undefined;
  if (/^[-+]?\d+$/u.test(text)) return Number(text);
  throw badRequestError(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
}

/** Validated query of a write. */
export interface ParsedWriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: 'Ignore' | 'Warn' | 'Strict';
  /** Field manager: `fieldManager`, or the product name of the user agent. */
  readonly manager: string;
}

type OptionsKind = 'ListOptions' | 'CreateOptions' | 'UpdateOptions' | 'PatchOptions' | 'DeleteOptions';

/** Returns the 422 for an option of a request. */
export function invalidOption(kind: OptionsKind, cause: Cause): ApiStatusError {
  return invalidError({ group: 'meta.k8s.io', kind, name: '' }, [cause]);
}

/** @throws {ApiStatusError} 422 for an unsupported value */
export function parseWriteOptions(query: URLSearchParams, userAgent: string, kind: OptionsKind): ParsedWriteOptions {
  return {
    dryRun: parseDryRun(query.getAll('dryRun'), kind),
    fieldValidation: readFieldValidation(query.get('fieldValidation') ?? '', kind),
    manager: query.get('fieldManager') ?? (userAgent.split('/')[0] || 'unknown'),
  };
}

/** Returns whether the request is a dry run. @throws {ApiStatusError} 422 for a value other than `All` */
export function parseDryRun(values: readonly string[], kind: OptionsKind): boolean {
  const asked = values.filter((value) => value !== '');
  if (asked.every((value) => value === 'All')) return asked.length > 0;
  throw invalidOption(kind, unsupportedValue('dryRun', asked, ['All']));
}

function readFieldValidation(text: string, kind: OptionsKind): ParsedWriteOptions['fieldValidation'] {
  if (text === '') return 'Warn';
  if (text === 'Ignore' || text === 'Warn' || text === 'Strict') return text;
  throw invalidOption(kind, unsupportedValue('fieldValidation', text, ['', 'Ignore', 'Strict', 'Warn']));
}

/**
 * Requires `fieldManager` for an apply, and refuses `force` for other patches.
 * @throws {ApiStatusError} 422
 */
export function assertPatchOptions(query: URLSearchParams, isApply: boolean): void {
  if (isApply && !query.get('fieldManager'))
    throw invalidOption('PatchOptions', requiredValue('fieldManager', 'is required for apply patch'));
  if (!isApply && query.has('force'))
    throw invalidOption('PatchOptions', forbiddenValue('force', 'may not be specified for non-apply patch'));
}
