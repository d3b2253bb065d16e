import type { ParsedLogOptions } from './log-options.ts';
/** One line that a container has printed. */
export interface PrintedLine {
  /** When, in RFC 3339 with nine digits after the point: `2026-11-25T10:00:00.123456789Z`. */
  readonly time: string;
  readonly text: string;
}

/** How much is kept of what one container prints: the latest lines, as if the log were rotated. */
export const MAX_LINES = 10_000;

/** What one run of a container prints. Lines are numbered from 0 on, and keep their number while they are kept. */
export class ContainerLog {
  #lines: PrintedLine[] = [];
  #dropped = 0;
  #ended = false;
  readonly #listeners = new Set<() => void>();

  /** Whether nothing more will come. */
  get ended(): boolean {
    return this.#ended;
  }

  /** The number of the line that comes next. */
  get end(): number {
    return this.#dropped + this.#lines.length;
  }

  /** The number of the first line that is still there. */
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

  /** From now on it has its end, and those who follow it are told. */
  finish(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#tell();
  }

  /** Calls back whenever there is more to read, or an end. The returned function ends that. */
  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of Array.from(this.#listeners)) listener();
  }
}

/** Reads a log at the pace of its reader, who falls behind the lines that are dropped meanwhile. */
export class LogReader {
  readonly #log: ContainerLog | undefined;
  readonly #options: ParsedLogOptions;
  readonly #follows: boolean;
  #next: number;
  #end: number;
  #bytesLeft: number;

  /** @param follows whether to stay for what is still to come */
  constructor(log: ContainerLog | undefined, options: ParsedLogOptions, follows: boolean) {
    const { tailLines, limitBytes } = options;
    this.#log = log;
    this.#options = options;
    this.#follows = follows;
    this.#end = log?.end ?? 0;
    this.#next = tailLines === undefined ? 0 : Math.max(0, this.#end - tailLines);
    this.#bytesLeft = limitBytes ?? Infinity;
  }

  /** The next line as it is sent; undefined when there is none now. */
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

  /** Whether there will never be more than has been read. */
  get isDone(): boolean {
    if (this.#bytesLeft <= 0 || !this.#follows || !this.#log) return true;
    return this.#log.ended && this.#next >= this.#log.end;
  }

  /** Calls back when it may be worth reading again. The returned function ends that. */
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
