import { canariesIn } from './canaries.ts';

interface Moment {
  readonly at: number;
  readonly words: ReadonlySet<string>;
}

/** What somebody could read when, so that it can be said of a word whether it may still be told. */
export class ReadableWords {
  readonly #toleranceMs: number;
  readonly #moments: Moment[] = [];
  #all: ReadonlySet<string> = new Set();

  /** @param toleranceMs how long what was readable may still be told */
  constructor(toleranceMs: number) {
    this.#toleranceMs = toleranceMs;
  }

  /** From now on this is what there is, and what of it can be read. */
  note(world: unknown, readable: unknown): void {
    const at = Date.now();
    const oldest = at - this.#toleranceMs;
    while (this.#moments[1] && this.#moments[1].at < oldest) this.#moments.shift();
    this.#moments.push({ at, words: canariesIn(JSON.stringify(readable)) });
    this.#all = new Set([...this.#all, ...canariesIn(JSON.stringify(world))]);
  }

  /** The words in a text that could not be read lately. */
  secretsIn(text: string, given: ReadonlySet<string>): readonly string[] {
    const oldest = Date.now() - this.#toleranceMs;
    const first = this.#moments.findLastIndex(({ at }) => at <= oldest);
    const lately = this.#moments.slice(Math.max(first, 0));
    return [...canariesIn(text)].filter(
      (word) => this.#all.has(word) && !given.has(word) && !lately.some(({ words }) => words.has(word)),
    );
  }
}
