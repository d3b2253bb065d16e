import type { KubernetesObject } from '../kubernetes/object.ts';
import type { ObjectField } from '../kubernetes/object-field.ts';
import type { EntryChanges, IndexEntry } from './index-entry.ts';

/** Entries whose texts are searched at once. */
const CHUNK_ENTRIES = 64;

const SEPARATOR = '\n';

interface Chunk<T extends KubernetesObject> {
  readonly entries: Set<IndexEntry<T>>;
  /** The texts of the entries. Undefined after a change. */
  text: string | undefined;
}

/** Finds the objects whose text contains a text. */
export interface TextSearch<T> {
  /**
   * Returns objects in no particular order, among them all that match: those of each chunk that contains the text.
   */
  candidates(text: string): Iterable<T>;
}

/**
 * The texts of all objects, joined in chunks: one search of 2 kB takes less time than 64 searches of short texts. A change
 * makes one chunk be joined again when it is next searched. Memory: the texts once more.
 */
export class TextIndex<T extends KubernetesObject> implements TextSearch<IndexEntry<T>> {
  readonly #field: ObjectField<T, string>;
  readonly #chunks = new Set<Chunk<T>>();
  readonly #chunkOf = new Map<IndexEntry<T>, Chunk<T>>();
  /** Chunks with room for more entries. */
  readonly #open = new Set<Chunk<T>>();

  constructor(entries: Iterable<IndexEntry<T>>, field: ObjectField<T, string>) {
    this.#field = field;
    for (const entry of entries) this.#add(entry);
  }

  *candidates(text: string): Iterable<IndexEntry<T>> {
    const isFoundBetween = text.includes(SEPARATOR); // two texts, so the chunks say nothing
    for (const chunk of this.#chunks) {
      chunk.text ??= [...chunk.entries].map((entry) => entry.read(this.#field)).join(SEPARATOR);
      if (isFoundBetween || chunk.text.includes(text)) yield* chunk.entries;
    }
  }

  apply({ removed, added }: EntryChanges<T>): void {
    for (const entry of removed) this.#remove(entry);
    for (const entry of added) this.#add(entry);
  }

  #add(entry: IndexEntry<T>): void {
    const chunk = this.#open.values().next().value ?? this.#createChunk();
    chunk.entries.add(entry);
    chunk.text = undefined;
    this.#chunkOf.set(entry, chunk);
    if (chunk.entries.size === CHUNK_ENTRIES) this.#open.delete(chunk);
  }

  #remove(entry: IndexEntry<T>): void {
    const chunk = this.#chunkOf.get(entry);
    if (!chunk) return;
    this.#chunkOf.delete(entry);
    chunk.entries.delete(entry);
    chunk.text = undefined;
    this.#open.add(chunk);
    if (chunk.entries.size > 0) return;
    this.#open.delete(chunk);
    this.#chunks.delete(chunk);
  }

  #createChunk(): Chunk<T> {
    const chunk: Chunk<T> = { entries: new Set(), text: undefined };
    this.#chunks.add(chunk);
    this.#open.add(chunk);
    return chunk;
  }
}
