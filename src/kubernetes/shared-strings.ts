/** V8 already keeps equal strings of parsed JSON only once if they are shorter. */
const MIN_LENGTH = 10;
/** Longer strings are rarely equal, and would make the table large. */
const MAX_LENGTH = 128;

/**
 * Returns one string for equal strings, so that an image, a label or a message that many objects have is in memory once. Keeps the strings
 * of the last calls: between `capacity` and twice as many. Strings that come once leave no trace but push out others, so the table stays
 * small whatever the objects contain.
 */
export class SharedStrings {
  readonly #capacity: number;
  #recent = new Map<string, string>();
  #older = new Map<string, string>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Number of known strings. A string that is recent and older counts twice. */
  get size(): number {
    return this.#recent.size + this.#older.size;
  }

  /** Returns an equal string, if possible an earlier one. */
  share(text: string): string {
    if (text.length < MIN_LENGTH || text.length > MAX_LENGTH) return text;
    const recent = this.#recent.get(text);
    if (recent !== undefined) return recent;
    const shared = this.#older.get(text) ?? text;
    if (this.#recent.size >= this.#capacity) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(shared, shared);
    return shared;
  }
}
