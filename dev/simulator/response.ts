import { stringify } from 'yaml';
import type { JsonObject } from './json.ts';
import type { LogReader } from './logs/log-reader.ts';
import type { StatusError } from './status.ts';
import type { Watcher, WatchSink } from './watch-broadcaster.ts';

/** What the server sends back: a body, a watch that begins when its stream is open, or a log. */
export type Reply = Answer | WatchReply | LogReply;

export interface Answer {
  readonly type: 'answer';
  readonly code: number;
  readonly contentType: string;
  readonly body: string;
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
}

export interface WatchReply {
  readonly type: 'watch';
  readonly timeoutMs: number;
  /** Sends what has already happened and stays for what will. */
  readonly open: (sink: WatchSink) => Watcher;
}

/** Plain text that is sent as fast as it is read. */
export interface LogReply {
  readonly type: 'log';
  readonly reader: LogReader;
}

interface ObjectAnswerOptions {
  readonly syntax?: 'json' | 'yaml';
  readonly warnings?: readonly string[];
}

export function answerObject(code: number, body: JsonObject, options: ObjectAnswerOptions = {}): Answer {
  const { syntax = 'json', warnings = [] } = options;
  const headers = warnings.length > 0 ? { Warning: warnings.map(warningHeader) } : {};
  if (syntax === 'yaml') return { ...answer(code, stringify(body), 'application/yaml'), headers };
  return { ...answer(code, `${JSON.stringify(body)}\n`), headers };
}

export function answerText(code: number, text: string): Answer {
  return answer(code, text, 'text/plain; charset=utf-8');
}

export function answerStatus({ code, status, retryAfterSeconds, warnings }: StatusError): Answer {
  const headers = {
    ...(retryAfterSeconds !== undefined && { 'Retry-After': String(retryAfterSeconds) }),
    ...(warnings.length > 0 && { Warning: warnings.map(warningHeader) }),
  };
  return { ...answer(code, `${JSON.stringify(status)}\n`), headers };
}

function answer(code: number, body: string, contentType = 'application/json'): Answer {
  return { type: 'answer', code, contentType, body, headers: {} };
}

/** Miscellaneous persistent warning, RFC 7234: `299 - "text"`. */
function warningHeader(text: string): string {
  return `299 - "${text.replaceAll(/[\\"]/gu, String.raw`\$&`).replaceAll(/[^\x20-\x7e]/gu, '?')}"`;
}
