import type { IncomingMessage } from 'node:http';
import { decodeObject, decodeStatus, decodeVersion, decodeWriteTime } from './decode.ts';
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
  /** Time without a byte after which the stream counts as broken. */
  readonly idleTimeoutMs: number;
  /** Called for each chunk of bytes, before its events. */
  readonly onActivity?: () => void;
  /** Handles one event. An exception ends the stream with it. */
  readonly onEvent: (event: WatchEvent<T>) => void;
  /** Called for a line that is not a valid event. The stream continues. */
  readonly onMalformed: (error: TypeError) => void;
}

interface RawEvent {
  readonly type?: unknown;
  readonly object?: {
    readonly code?: number;
    readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
  };
}

/**
 * Reads the events of a watch (`metav1.WatchEvent`, one JSON object per line) in order. Resolves when the API server ends the
 * stream.
 * @throws {StatusError} the Status of an ERROR event; `Broken` if the connection fails or is silent for too long
 */
export function readWatchStream<T extends KubernetesObject>(
  response: IncomingMessage,
  options: WatchStreamOptions<T>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let rest = '';
    const fail = (error: unknown) => {
      reject(error);
      response.destroy();
    };
    const idle = setTimeout(() => fail(broken(`silent for ${options.idleTimeoutMs} ms`)), options.idleTimeoutMs);
    response.setEncoding('utf8');
    response.on('data', (chunk: string) => {
      idle.refresh();
      options.onActivity?.();
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      try {
        for (const line of lines) if (line.trim() !== '') handleLine(line, options);
      } catch (error) {
        fail(error);
      }
    });
    response.once('end', resolve);
    response.once('error', (error) => fail(broken(error.message)));
    response.once('close', () => {
      clearTimeout(idle);
      reject(broken('closed before its end'));
    });
  });
}

function handleLine<T extends KubernetesObject>(
  line: string,
  { resource, onEvent, onMalformed }: WatchStreamOptions<T>,
): void {
  let event: WatchEvent<T>;
  try {
    event = decodeEvent(parseLine(line), resource);
  } catch (error) {
    if (error instanceof StatusError) throw error;
    if (error instanceof TypeError) return onMalformed(error);
    throw error;
  }
  onEvent(event);
}

function parseLine(line: string): RawEvent {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    value = line; // the parser's own error would quote it
  }
  if (typeof value === 'object' && value !== null) return value;
  throw new TypeError(`Expected a watch event as a JSON object, got ${redactedSummary(value)}`);
}

function decodeEvent<T extends KubernetesObject>({ type, object }: RawEvent, resource: Resource<T>): WatchEvent<T> {
  switch (type) {
    case 'ADDED':
    case 'MODIFIED':
    case 'DELETED':
      return { type, object: decodeObject(object, resource), writtenAt: decodeWriteTime(object) };
    case 'BOOKMARK':
      return {
        type,
        resourceVersion: decodeVersion(object),
        initialEventsEnd: object?.metadata?.annotations?.['k8s.io/initial-events-end'] === 'true',
      };
    case 'ERROR':
      throw decodeStatus(object?.code ?? 500, object);
    default:
      throw new TypeError(
        `Expected a watch event of type ADDED, MODIFIED, DELETED, BOOKMARK or ERROR, got ${redactedSummary(type)} as type`,
      );
  }
}

function broken(how: string): StatusError {
  return new StatusError({ code: 503, reason: 'Broken', message: `The watch was ${how}.` });
}
