import type { ContainerLog, LogLine } from './container-log.ts';
import type { PodLogOptions } from './log-options.ts';

/** Reads a log at the pace of its reader, who falls behind the lines that are dropped meanwhile. */
export class LogReader {
  readonly #log: ContainerLog | undefined;
  readonly #options: PodLogOptions;
  readonly #follows: boolean;
  #next: number;
  #end: number;
  #bytesLeft: number;

  /** @param follows whether to stay for what is still to come */
  constructor(log: ContainerLog | undefined, options: PodLogOptions, follows: boolean) {
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
  onNews(listener: () => void): () => void {
    return this.#log?.onNews(listener) ?? (() => undefined);
  }

  #written({ time, text }: LogLine): Buffer {
    const whole = Buffer.from(`${this.#options.timestamps ? `${time} ` : ''}${text}\n`);
    const sent = whole.subarray(0, Math.min(whole.length, this.#bytesLeft));
    this.#bytesLeft -= sent.length;
    return sent;
  }
}

function isSince({ time }: LogLine, sinceMs: number | undefined): boolean {
  return sinceMs === undefined || Date.parse(time) >= sinceMs;
}
