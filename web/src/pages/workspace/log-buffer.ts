import { signal, type ReadonlySignal } from '@preact/signals';

/** Bound of lines. Older ones are dropped by whole blocks. */
const MAX_LINES = 5_000;
const BLOCK_LINES = 250;

/** Lines of a log that are rendered as one text. A full block does not change, so it is not rendered again. */
export interface LogBlock {
  readonly id: number;
  readonly lines: readonly string[];
}

interface Line {
  readonly time?: string | null;
  readonly text: string;
  readonly truncated: boolean;
}

/** The last lines of a log. */
export class LogBuffer {
  readonly #blocks = signal<readonly LogBlock[]>([]);
  #lastTime: string | undefined;
  #nextId = 0;

  get blocks(): ReadonlySignal<readonly LogBlock[]> {
    return this.#blocks;
  }

  /** Time of the last line, from which a log goes on after an interruption. */
  get lastTime(): string | undefined {
    return this.#lastTime;
  }

  get text(): string {
    return this.#blocks.value.map(({ lines }) => `${lines.join('\n')}\n`).join('');
  }

  /** Adds lines, without those that were sent before an interruption. @param isResumed whether they are the first after one */
  add(lines: readonly Line[], isResumed: boolean): void {
    const after = this.#lastTime;
    const added = isResumed && after !== undefined ? lines.filter(({ time }) => !time || isLater(time, after)) : lines;
    if (added.length === 0) return;
    this.#lastTime = added.at(-1)?.time ?? this.#lastTime;
    const blocks = [...this.#blocks.value];
    for (const { text, truncated } of added) {
      const line = truncated ? `${text} … (cut)` : text;
      const last = blocks.at(-1);
      if (last && last.lines.length < BLOCK_LINES)
        blocks[blocks.length - 1] = { id: last.id, lines: [...last.lines, line] };
      else blocks.push({ id: this.#nextId++, lines: [line] });
    }
    this.#blocks.value = blocks.slice(-MAX_LINES / BLOCK_LINES);
  }
}

/** Compares times in UTC, with any number of decimals: without the `Z` at their end, the texts sort as the times. */
function isLater(time: string, other: string): boolean {
  return time.slice(0, -1) > other.slice(0, -1);
}
