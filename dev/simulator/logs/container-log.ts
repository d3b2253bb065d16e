import type { ParsedLogOptions } from './log-options.ts';
/** Line that a container has printed. */
export interface PrintedLine {
  /** RFC 3339 with nanoseconds: `2026-11-25T10:00:00.123456789Z`. */
  readonly time: string;
  readonly text: string;
}

/** Limit of lines per run. Older lines are dropped, as by log rotation. */
export const MAX_LINES = 10_000;

/** Log of one run of a container. Lines are numbered from 0 and keep their number when older ones are dropped. */
export class ContainerLog {
  #lines: PrintedLine[] = [];
  #dropped = 0;
  #ended = false;
  readonly #listeners = new Set<() => void>();

  /** Whether the run has ended. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Number of the next line. */
  get end(): number {
    return this.#dropped + this.#lines.length;
  }

  /** Number of the first kept line. */
  get start(): number {
    return this.#dropped;
  }

  line(number: number): PrintedLine | undefined {
    return this.#lines[number - this.#dropped];
  }

  append(lines: readonly PrintedLine[]): void {
    this.#lines.push(...lines);
    const surplus = this.#lines.length - MAX_LINES;
    if (surplus > 0) {
      this.#lines = this.#lines.slice(surplus);
      this.#dropped += surplus;
    }
    this.#tell();
  }

  /** Ends the log and notifies the listeners. */
  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#tell();
  }

  /** Calls the listener after new lines and at the end. The returned function removes it. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of Array.from(this.#listeners)) listener();
  }
}

/** Reads a log on demand. Lines that are dropped from the log before they are read are skipped. */
export class LogReader {
  readonly #log: ContainerLog | undefined;
  readonly #options: ParsedLogOptions;
  readonly #follows: boolean;
  #next: number;
  #end: number;
  #bytesLeft: number;

  /** @param follows whether to read lines that are printed later, too */
  constructor(log: ContainerLog | undefined, options: ParsedLogOptions, follows: boolean) {
    const { tailLines, limitBytes } = options;
    this.#log = log;
    this.#options = options;
    this.#follows = follows;
    this.#end = log?.end ?? 0;
    this.#next = tailLines === undefined ? 0 : Math.max(0, this.#end - tailLines);
    this.#bytesLeft = limitBytes ?? Infinity;
  }

  /** Returns the bytes of the next line; undefined if there is none now. */
  read(): Buffer | undefined {
    if (this.#follows) this.#end = this.#log?.end ?? 0;
    while (this.#bytesLeft > 0) {
      this.#next = Math.max(this.#next, this.#log?.start ?? 0);
      if (this.#next >= this.#end) return undefined;
      const line = this.#log?.line(this.#next);
      this.#next += 1;
      if (line && isSince(line, this.#options.sinceMs)) return this.#written(line);
    }
    return undefined;
  }

  /** Whether `read` will never return another line. */
  get isDone(): boolean {
    if (this.#bytesLeft <= 0 || !this.#follows || !this.#log) return true;
    return this.#log.ended && this.#next >= this.#log.end;
  }

  /** Calls the listener when `read` may return more. The returned function removes it. */
  onChange(listener: () => void): () => void {
    return this.#log?.onChange(listener) ?? (() => undefined);
  }

  #written({ time, text }: PrintedLine): Buffer {
    const whole = Buffer.from(`${this.#options.timestamps ? `${time} ` : ''}${text}\n`);
    const sent = whole.subarray(0, Math.min(whole.length, this.#bytesLeft));
    this.#bytesLeft -= sent.length;
    return sent;
  }
}

function isSince({ time }: PrintedLine, sinceMs: number | undefined): boolean {
  return sinceMs === undefined || Date.parse(time) >= sinceMs;
}
