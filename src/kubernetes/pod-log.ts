import type { IncomingMessage } from 'node:http';
import type { Client } from './client.ts';
import { utcText } from './iso-text.ts';
import type { ObjectName } from './object.ts';
import { readJson } from './response.ts';
import { invalidResponse, StatusError } from './status-error.ts';

/** One line of a container's log. */
export interface LogLine {
  /** RFC 3339 in UTC, with the precision of the node. Null if the line has no timestamp. */
  readonly time: string | null;
  readonly text: string;
  /** Whether the text was cut at the limit of 16 Ki characters. */
  readonly truncated: boolean;
}

export interface PodLogOptions {
  /** Undefined: the only container. */
  readonly container?: string | undefined;
  /** Maximum number of lines, counted from the end. Undefined: all. */
  readonly tailLines?: number | undefined;
  /** RFC 3339. Older lines are left out, with a precision of milliseconds. */
  readonly sinceTime?: string | undefined;
  /** Reads the log of the container's previous instance. */
  readonly previous?: boolean | undefined;
  /** Continues with new lines until the container ends. */
  readonly follow?: boolean | undefined;
  /** Aborts the read with its reason. */
  readonly signal: AbortSignal;
}

const pods = { kind: 'Pod', group: '', version: 'v1', plural: 'pods', namespaced: true } as const;
/** Container runtimes break lines at 16 KiB. */
const MAX_LINE_LENGTH = 16_384;
/** Limit on the lines of a batch. */
export const MAX_BATCH_LINES = 500;
const READ_TIMEOUT_MS = 30_000;

/**
 * Yields the lines of a container's log (`pods/log`) in batches, as they arrive: at most 500 lines, each of at most 16 Ki
 * characters. The request is sent when the first batch is requested; the response is read only as batches are requested.
 * @throws {StatusError} the Status that the API server returned; `InvalidResponse` if the response is no text; `Broken` if it ends
 * early; `Timeout` if a log without `follow` is not complete after 30 s
 */
export async function* readPodLog(
  client: Client,
  at: ObjectName,
  { signal, ...options }: PodLogOptions,
): AsyncGenerator<readonly LogLine[], undefined> {
  const limit = options.follow ? undefined : AbortSignal.timeout(READ_TIMEOUT_MS);
  const lines = new LineSplitter();
  const isWanted = wantedSince(options.sinceTime);
  try {
    const response = await open(client, at, { ...options, signal: limit ? AbortSignal.any([signal, limit]) : signal });
    for await (const chunk of response) yield* batchesOf(lines.push(String(chunk)).filter(isWanted));
  } catch (error) {
    signal.throwIfAborted();
    throw limit?.aborted ? readTimeout() : error instanceof StatusError ? error : brokenLog();
  }
  yield* batchesOf(lines.end().filter(isWanted));
}

/** The API server passes `sinceTime` to the node in whole seconds, so the response has earlier lines of that second. */
function wantedSince(sinceTime: string | undefined): (line: LogLine) => boolean {
  if (sinceTime === undefined) return () => true;
  const earliest = Date.parse(sinceTime);
  return ({ time }) => time === null || Date.parse(time) >= earliest;
}

async function open(client: Client, at: ObjectName, options: PodLogOptions): Promise<IncomingMessage> {
  const { signal, follow, previous, ...query } = options;
  const flags = { timestamps: 'true', follow: follow ? 'true' : undefined, previous: previous ? 'true' : undefined };
  const response = await client.openStream(
    pods,
    { ...at, subresource: 'log' },
    { query: { ...query, ...flags }, signal },
  );
  await assertPlainText(response);
  return response.setEncoding('utf8');
}

/** A proxy's page and a Status are no log. API servers send logs as plain text. */
async function assertPlainText(response: IncomingMessage): Promise<void> {
  const { 'content-type': type = 'text/plain' } = response.headers;
  if (type.toLowerCase().startsWith('text/plain')) return;
  if (type.toLowerCase().startsWith('application/json')) await readJson(response, {}); // throws a Status
  response.destroy();
  throw invalidResponse('Expected a log as plain text from the API server, got a response of another content type.');
}

function brokenLog(): StatusError {
  return new StatusError({
    code: 503,
    reason: 'Broken',
    message: 'The log ended early, because the connection failed.',
  });
}

function readTimeout(): StatusError {
  const message = `The API server did not send the whole log within ${READ_TIMEOUT_MS / 1_000} s.`;
  return new StatusError({ code: 504, reason: 'Timeout', message });
}

function* batchesOf(lines: readonly LogLine[]): Iterable<readonly LogLine[]> {
  for (let begin = 0; begin < lines.length; begin += MAX_BATCH_LINES) yield lines.slice(begin, begin + MAX_BATCH_LINES);
}

/** Splits chunks of text into lines. Keeps at most 16 Ki characters of a line that has not ended. */
class LineSplitter {
  /** Start of the line that has not ended. */
  #unfinished = '';

  /** Returns the lines that end in this chunk. */
  push(chunk: string): readonly LogLine[] {
    const parts = `${this.#unfinished}${this.#relevantPart(chunk)}`.split('\n');
    this.#unfinished = (parts.pop() ?? '').slice(0, MAX_LINE_LENGTH + 1);
    return parts.map(lineOf);
  }

  /** Returns the last line, if it has no line end. */
  end(): readonly LogLine[] {
    return this.#unfinished === '' ? [] : [lineOf(this.#unfinished)];
  }

  /** Returns the part of a chunk after an oversized line. */
  #relevantPart(chunk: string): string {
    if (this.#unfinished.length <= MAX_LINE_LENGTH) return chunk;
    const end = chunk.indexOf('\n');
    return end === -1 ? '' : chunk.slice(end);
  }
}

const TIMED = /^(?<time>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})) (?<text>.*)$/su;

function lineOf(line: string): LogLine {
  const truncated = line.length > MAX_LINE_LENGTH;
  const kept = truncated ? line.slice(0, MAX_LINE_LENGTH) : line;
  const { time, text } = TIMED.exec(kept)?.groups ?? {};
  if (time === undefined || text === undefined || Number.isNaN(Date.parse(time)))
    return { time: null, text: kept, truncated };
  return { time: utcText(time), text, truncated };
}
