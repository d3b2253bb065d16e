import type { Readable } from 'node:stream';
import { decodeStatus } from './decode-status.ts';
import { decodeBookmark, decodeObject, type HeldObject } from './decode.ts';
import { withoutManagedFields, writeTimeIn } from './managed-fields.ts';
import type { KubernetesObject } from './object.ts';
import { redactedSummary } from './redacted.ts';
import type { Resource } from './resource.ts';
import { StatusError } from './status-error.ts';

/** Decoded watch event. A bookmark has only the resourceVersion that the watch has reached. */
export type WatchEvent<T extends KubernetesObject> =
  | {
      readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
      readonly object: T;
      /** Time of the write by `managedFields`, in milliseconds since the epoch. Undefined if they have none. */
      readonly writtenAt: number | undefined;
    }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string; readonly initialEventsEnd: boolean };

export interface WatchStreamOptions<T extends KubernetesObject> {
  readonly resource: Resource<T>;
  /** See {@link decodeObject}. Default: no object is held. */
  readonly heldObject?: HeldObject<T> | undefined;
  /** Time without a byte after which the stream counts as broken. */
  readonly idleTimeoutMs: number;
  /** Called for each chunk of bytes, before its events. */
  readonly onActivity?: () => void;
  /** Handles one event. An exception ends the stream with it. */
  readonly onEvent: (event: WatchEvent<T>) => void;
  /** Called for a line that is not a valid event, or is cut by the end of the stream. The stream continues. */
  readonly onMalformed: (error: TypeError) => void;
}

interface RawEvent {
  readonly type?: unknown;
  readonly object?: {
    readonly code?: unknown;
    readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> } | null;
  } | null;
}

/** A watch event before its object is decoded. */
interface ParsedLine extends RawEvent {
  readonly writtenAt?: number | undefined;
}

/**
 * Reads the events of a watch (`metav1.WatchEvent`, one JSON object per line) in order. Resolves when the API server ends the
 * stream.
 * @throws {StatusError} the Status of an ERROR event; the one that the response is destroyed with; `Broken` if the
 * connection fails or is silent for too long;
 * `EventTooLarge` if a line is longer than {@link MAX_EVENT_BYTES}, before it is complete
 */
export function readWatchStream<T extends KubernetesObject>(
  response: Readable,
  options: WatchStreamOptions<T>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const lines = new EventLines();
    const fail = (error: unknown) => {
      reject(error);
      response.destroy();
    };
    const idle = setTimeout(() => fail(broken(`silent for ${options.idleTimeoutMs} ms`)), options.idleTimeoutMs);
    response.on('data', (chunk: Buffer) => {
      idle.refresh();
      options.onActivity?.();
      try {
        for (const line of lines.push(chunk)) if (line.trim() !== '') handleLine(line, options);
      } catch (error) {
        fail(error);
      }
    });
    response.once('end', () => {
      const rest = lines.rest();
      try {
        if (rest.trim() !== '') handleLine(rest, options);
        resolve();
      } catch (error) {
        fail(error);
      }
    });
    response.on('error', (error) =>
      fail(error instanceof StatusError ? error : broken('interrupted, because the connection failed')),
    );
    response.once('close', () => {
      clearTimeout(idle);
      reject(broken('closed before its end'));
    });
  });
}

/**
 * Maximum size of a watch event. etcd stores at most 1.5 MiB per object by default, of which JSON makes at most six times as
 * much: the API server escapes `<` as `\\u003c`.
 */
export const MAX_EVENT_BYTES = 10 * 2 ** 20;
const NEWLINE = 0x0a;
/** Larger buffers are released after each line. */
const MAX_IDLE_BUFFER_BYTES = 2 ** 16;

/** Splits the bytes of a watch into lines, in linear time. Holds at most {@link MAX_EVENT_BYTES} of the unfinished line. */
class EventLines {
  #buffer = Buffer.alloc(0);
  /** Bytes of the unfinished line in the buffer. */
  #length = 0;

  /**
   * Returns the lines that end in this chunk, without line ends.
   * @throws {StatusError} `EventTooLarge`
   */
  push(chunk: Buffer): readonly string[] {
    const lines: string[] = [];
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end !== -1; end = chunk.indexOf(NEWLINE, start)) {
      lines.push(this.#finish(chunk.subarray(start, end)));
      start = end + 1;
    }
    if (start < chunk.length) this.#append(chunk.subarray(start));
    return lines;
  }

  /** Returns the unfinished line: all of an event without a line end, or the beginning of one that was cut. */
  rest(): string {
    return this.#finish(Buffer.alloc(0));
  }

  #finish(end: Buffer): string {
    if (this.#length === 0) return end.toString('utf8');
    this.#append(end);
    const line = this.#buffer.toString('utf8', 0, this.#length);
    this.#length = 0;
    if (this.#buffer.length > MAX_IDLE_BUFFER_BYTES) this.#buffer = Buffer.alloc(0);
    return line;
  }

  #append(bytes: Buffer): void {
    const length = this.#length + bytes.length;
    if (length > MAX_EVENT_BYTES) throw eventTooLarge();
    if (length > this.#buffer.length) {
      const larger = Buffer.allocUnsafe(Math.min(MAX_EVENT_BYTES, Math.max(length, 2 * this.#buffer.length)));
      this.#buffer.copy(larger, 0, 0, this.#length);
      this.#buffer = larger;
    }
    bytes.copy(this.#buffer, this.#length);
    this.#length = length;
  }
}

function eventTooLarge(): StatusError {
  return new StatusError({
    code: 502,
    reason: 'EventTooLarge',
    message: `Expected watch events of at most ${MAX_EVENT_BYTES} bytes, got a larger one. The resource is listed again.`,
  });
}

function handleLine<T extends KubernetesObject>(line: string, options: WatchStreamOptions<T>): void {
  const { onEvent, onMalformed } = options;
  let event: WatchEvent<T>;
  try {
    event = decodeEvent(parseLine(line), options);
  } catch (error) {
    if (error instanceof StatusError) throw error;
    if (error instanceof TypeError) return onMalformed(error);
    throw error;
  }
  onEvent(event);
}

function parseLine(line: string): ParsedLine {
  const reduced = withoutManagedFields(line);
  if (!reduced) return parseEvent(line);
  return { ...parseEvent(reduced.json), writtenAt: writeTimeIn(reduced.managedFields) };
}

function parseEvent(json: string): RawEvent {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    value = json; // the parser's own error would quote it
  }
  if (typeof value === 'object' && value !== null) return value;
  throw new TypeError(`Expected a watch event as a JSON object, got ${redactedSummary(value)}`);
}

function decodeEvent<T extends KubernetesObject>(
  { type, object, writtenAt }: ParsedLine,
  { resource, heldObject }: Pick<WatchStreamOptions<T>, 'resource' | 'heldObject'>,
): WatchEvent<T> {
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object: decodeObject(object, resource, heldObject), writtenAt };
    case 'BOOKMARK':
      return {
        type,
        resourceVersion: decodeBookmark(object, resource),
        initialEventsEnd: object?.metadata?.annotations?.['k8s.io/initial-events-end'] === 'true',
      };
    case 'ERROR':
      throw errorEvent(decodeStatus(typeof object?.code === 'number' ? object.code : 500, object));
    default:
      throw new TypeError(
        `Expected a watch event of type ADDED, MODIFIED, DELETED, BOOKMARK or ERROR, got ${redactedSummary(type)} as type`,
      );
  }
}

function errorEvent({ details }: StatusError): StatusError {
  return new StatusError({ ...details, isWatchEvent: true });
}

function broken(how: string): StatusError {
  return new StatusError({ code: 503, reason: 'Broken', message: `The watch was ${how}.` });
}
