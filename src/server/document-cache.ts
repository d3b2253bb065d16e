import type { DocumentNode } from 'graphql';
import { LRUCache } from 'lru-cache';

/** Bound of the cached documents in characters. A parsed document takes a few hundred bytes per character at worst. */
const MAX_CACHED_CHARACTERS = 250_000;

/**
 * Cache of parsed documents by text, which remembers those that have been valid. yoga's own is bounded by entries only, so large documents
 * could exhaust the memory.
 */
export class DocumentCache {
  readonly #documents = new LRUCache<string, DocumentNode>({
    maxSize: MAX_CACHED_CHARACTERS,
    sizeCalculation: (_, text) => text.length + 1,
  });
  readonly #valid = new WeakSet<DocumentNode>();

  get(text: string): DocumentNode | undefined {
    return this.#documents.get(text);
  }

  set(text: string, document: DocumentNode): void {
    this.#documents.set(text, document);
  }

  /** Records that validation of a document has found no error. */
  markValid(document: DocumentNode): void {
    this.#valid.add(document);
  }

  /** Returns the document with this text if it was valid in an earlier operation and is still in the cache. */
  valid(text: string): DocumentNode | undefined {
    const document = this.#documents.get(text);
    return document && this.#valid.has(document) ? document : undefined;
  }
}
