/** One line that a container has printed. */
export interface LogLine {
  /** When, in RFC 3339 with nine digits after the point: `2026-11-25T10:00:00.123456789Z`. */
  readonly time: string;
  readonly text: string;
}

/** How much is kept of what one container prints: the latest lines, as if the log were rotated. */
export const KEPT_LINES = 10_000;

/** What one run of a container prints. Lines are numbered from 0 on, and keep their number while they are kept. */
export class ContainerLog {
  #lines: LogLine[] = [];
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

  line(number: number): LogLine | undefined {
    return this.#lines[number - this.#dropped];
  }

  append(lines: readonly LogLine[]): void {
    this.#lines.push(...lines);
    const surplus = this.#lines.length - KEPT_LINES;
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
  onNews(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #tell(): void {
    for (const listener of Array.from(this.#listeners)) listener();
  }
}
