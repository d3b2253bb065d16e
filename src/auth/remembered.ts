/** A value, and how long it may be used. */
export interface Fresh<V> {
  readonly value: V;
  readonly forMs: number;
}

interface Entry<V> {
  readonly value: V;
  readonly askedAt: number;
  readonly until: number;
}

/** The answers of the last while, the least recently used of them forgotten first. Equal questions are asked once at a time. */
export class Remembered<V> {
  readonly #capacity: number;
  readonly #entries = new Map<string, Entry<V>>();
  readonly #asking = new Map<string, { readonly value: Promise<V>; readonly askedAt: number }>();

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /**
   * @param notBefore only what was asked for at this moment or later will do
   * @throws whatever `ask` throws; that is not remembered
   */
  async get(key: string, ask: () => Promise<Fresh<V>>, notBefore = 0): Promise<V> {
    const entry = this.#entries.get(key);
    if (entry && entry.askedAt >= notBefore && Date.now() < entry.until) {
      this.#entries.delete(key);
      this.#entries.set(key, entry);
      return entry.value;
    }
    const underWay = this.#asking.get(key);
    if (underWay && underWay.askedAt >= notBefore) return underWay.value;
    const askedAt = Date.now();
    const asking = { value: this.#ask(key, ask, askedAt), askedAt };
    this.#asking.set(key, asking);
    return asking.value;
  }

  async #ask(key: string, ask: () => Promise<Fresh<V>>, askedAt: number): Promise<V> {
    try {
      const { value, forMs } = await ask();
      const known = this.#entries.get(key);
      if (known && known.askedAt > askedAt) return value;
      this.#entries.delete(key);
      this.#entries.set(key, { value, askedAt, until: askedAt + forMs });
      const [oldest] = this.#entries.keys();
      if (this.#entries.size > this.#capacity && oldest !== undefined) this.#entries.delete(oldest);
      return value;
    } finally {
      if (this.#asking.get(key)?.askedAt === askedAt) this.#asking.delete(key);
    }
  }
}
