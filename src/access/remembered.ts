/** A value, and how long it may be used. */
export interface Fresh<V> {
  readonly value: V;
  readonly forMs: number;
}

interface Entry<V> {
  readonly value: V;
  readonly until: number;
}

/** The answers of the last while, the least recently used of them forgotten first. Equal questions are asked once at a time. */
export class Remembered<V> {
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry<V>>();
  readonly #asking = new Map<string, Promise<V>>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** @throws whatever `ask` throws; that is not remembered */
  async get(key: string, ask: () => Promise<Fresh<V>>): Promise<V> {
    const entry = this.#entries.get(key);
    if (entry && Date.now() < entry.until) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      return entry.value;
    }
    let asking = this.#asking.get(key);
    if (!asking) {
      asking = this.#ask(key, ask);
      this.#asking.set(key, asking);
    }
    return asking;
  }

  async #ask(key: string, ask: () => Promise<Fresh<V>>): Promise<V> {
    const asked = Date.now();
    try {
      const { value, forMs } = await ask();
      this.#entries.delete(key);
      this.#entries.set(key, { value, until: asked + forMs });
      const [oldest] = this.#entries.keys();
      if (this.#entries.size > this.#capacity && oldest !== undefined) this.#entries.delete(oldest);
      return value;
    } finally {
      this.#asking.delete(key);
    }
  }
}
