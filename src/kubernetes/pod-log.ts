import type { IncomingMessage } from 'node:http';
import type { Client } from './client.ts';
import type { ObjectName } from './object.ts';
import { redactedReason } from './redacted.ts';
import { StatusError } from './status-error.ts';

/** One line that a container printed. */
export interface LogLine {
  /** RFC 3339 in UTC, as exact as the node noted it. Null where it noted none. */
  readonly time: string | null;
  readonly text: string;
  /** There was more of it: it was longer than anything meant to be read. */
  readonly truncated: boolean;
}

export interface PodLogOptions {
  /** Undefined: the only one. */
  readonly container?: string | undefined;
  /** At most so many of the last lines that there are. Undefined: all. */
  readonly tailLines?: number | undefined;
  /** RFC 3339. */
  readonly sinceTime?: string | undefined;
  /** Of the run before the last restart. */
  readonly previous?: boolean | undefined;
  /** Goes on with what is printed from now on, until the container ends. */
  readonly follow?: boolean | undefined;
  /** Ends the reading at once, with its own reason. */
  readonly signal: AbortSignal;
}

const pods = { kind: 'Pod', group: '', version: 'v1', plural: 'pods', namespaced: true } as const;
/** Container runtimes break lines at 16 KiB. */
const MAX_LINE_LENGTH = 16_384;
const MAX_BATCH_LINES = 500;
const READ_TIMEOUT_MS = 30_000;

/**
 * The lines of a container's log, in batches as they come: at most 500 lines, each of at most 16 Ki characters. The API
 * server is read no faster than the batches are asked for. Nothing is asked before the first is.
 * @throws {StatusError} what the API server said, or `Broken` where its answer breaks off
 */
export async function* readPodLog(
  client: Client,
  at: ObjectName,
  { signal, ...options }: PodLogOptions,
): AsyncGenerator<readonly LogLine[], undefined> {
  const limit = options.follow ? undefined : AbortSignal.timeout(READ_TIMEOUT_MS);
  const lines = new LineSplitter();
  try {
    const response = await open(client, at, { ...options, signal: limit ? AbortSignal.any([signal, limit]) : signal });
    for await (const chunk of response) yield* batchesOf(lines.take(String(chunk)));
  } catch (error) {
    signal.throwIfAborted();
    throw limit?.aborted ? readTimeout() : error instanceof StatusError ? error : brokenLog(error);
  }
  yield* batchesOf(lines.rest());
}

async function open(client: Client, at: ObjectName, options: PodLogOptions): Promise<IncomingMessage> {
  const { signal, follow, previous, ...query } = options;
  const flags = { timestamps: 'true', follow: follow ? 'true' : undefined, previous: previous ? 'true' : undefined };
  const response = await client.openStream(
    pods,
    { ...at, subresource: 'log' },
    { query: { ...query, ...flags }, signal },
  );
  return response.setEncoding('utf8');
}

function brokenLog(error: unknown): StatusError {
  return new StatusError({ code: 503, reason: 'Broken', message: `The log broke off: ${redactedReason(error)}` });
}

function readTimeout(): StatusError {
  const message = `The API server did not give the whole log within ${READ_TIMEOUT_MS / 1_000} s.`;
  return new StatusError({ code: 504, reason: 'Timeout', message });
}

function* batchesOf(lines: readonly LogLine[]): Iterable<readonly LogLine[]> {
  for (let begin = 0; begin < lines.length; begin += MAX_BATCH_LINES) yield lines.slice(begin, begin + MAX_BATCH_LINES);
}

/** Makes lines of a text that comes in pieces. Of an endless line it keeps what it will tell of it, and no more. */
class LineSplitter {
  #begun = '';

  take(chunk: string): readonly LogLine[] {
    const parts = `${this.#begun}${this.#new(chunk)}`.split('\n');
    this.#begun = (parts.pop() ?? '').slice(0, MAX_LINE_LENGTH + 1);
    return parts.map(lineOf);
  }

  /** What is left at the end. */
  rest(): readonly LogLine[] {
    return this.#begun === '' ? [] : [lineOf(this.#begun)];
  }

  /** What of a chunk can still matter. */
  #new(chunk: string): string {
    if (this.#begun.length <= MAX_LINE_LENGTH) return chunk;
    const end = chunk.indexOf('\n');
    return end === -1 ? '' : chunk.slice(end);
  }
}

const TIMED = /^(?<time>\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})) (?<text>.*)$/su;

function lineOf(line: string): LogLine {
  const truncated = line.length > MAX_LINE_LENGTH;
  const kept = truncated ? line.slice(0, MAX_LINE_LENGTH) : line;
  const { time, text } = TIMED.exec(kept)?.groups ?? {};
  if (time === undefined || text === undefined) return { time: null, text: kept, truncated };
  return { time: time.endsWith('Z') ? time : new Date(time).toISOString(), text, truncated };
}
