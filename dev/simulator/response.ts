import { stringify } from 'yaml';
import type { JsonObject } from './json.ts';
import type { ApiStatusError } from './status.ts';
import type { Watcher, WatchSink } from './watch-broadcaster.ts';
import type { LogReader } from './logs/container-log.ts';

/** Response to a request: a body, a watch stream or a log stream. */
export type SimulatedResponse = BodyResponse | WatchResponse | LogResponse;

/** Response with a complete body. */
export interface BodyResponse {
  readonly type: 'body';
  readonly code: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

/** Response whose body is a stream of watch events. */
export interface WatchResponse {
  readonly type: 'watch';
  readonly timeoutMs: number;
  /** Sends the initial or missed events and registers the watcher. */
  readonly open: (sink: WatchSink) => Watcher;
}

/** Plain text, sent as fast as the client reads it. */
export interface LogResponse {
  readonly type: 'log';
  readonly reader: LogReader;
}

interface ObjectAnswerOptions {
  readonly syntax?: 'json' | 'yaml';
  readonly warnings?: readonly string[];
}

/** Returns a JSON or YAML response with Warning headers. */
export function objectResponse(code: number, body: JsonObject, options: ObjectAnswerOptions = {}): BodyResponse {
  const { syntax = 'json', warnings = [] } = options;
  const headers = warnings.length > 0 ? { Warning: warnings.map(warningHeader) } : {};
  if (syntax === 'yaml') return { ...bodyResponse(code, stringify(body), 'application/yaml'), headers };
  return { ...bodyResponse(code, `${JSON.stringify(body)}\n`), headers };
}

/** Returns a plain text response. */
export function textResponse(code: number, text: string): BodyResponse {
  return bodyResponse(code, text, 'text/plain; charset=utf-8');
}

/** Returns the Status of an error, with its Retry-After and Warning headers. */
export function statusResponse({ code, status, retryAfterSeconds, warnings }: ApiStatusError): BodyResponse {
  const headers = {
    ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
    ...(warnings.length > 0 && { Warning: warnings.map(warningHeader) }),
  };
  return { ...bodyResponse(code, `${JSON.stringify(status)}\n`), headers };
}

function bodyResponse(code: number, body: string, contentType = 'application/json'): BodyResponse {
  return { type: 'body', code, contentType, body, headers: {} };
}

/** Miscellaneous persistent warning, RFC 7234: `299 - "text"`. */
function warningHeader(text: string): string {
  return `299 - "${text.replaceAll(/[\\"]/gu, String.raw`\$&`).replaceAll(/[^\x20-\x7e]/gu, '?')}"`;
}
