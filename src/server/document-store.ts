import { hash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { failure } from '../graphql/errors.ts';
import { isRecord } from '../graphql/json-values.ts';

export interface DocumentStoreOptions {
  /** Texts of the trusted documents, by id. */
  readonly persistedOperations: ReadonlyMap<string, string>;
  /** Whether other documents are refused. */
  readonly persistedOperationsOnly: boolean;
  /** Limit on the bytes of the documents that clients have stored under their hash. 0 stores none. */
  readonly maxPersistedQueryBytes: number;
}

/** The parts of a request that select its document. Not validated. */
interface DocumentReference {
  readonly query?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

/** A SHA-256 digest, possibly with the prefix of a `documentId`. */
const DIGEST = /^(?:sha256:)?(?<digest>[\da-f]{64})$/u;

/**
 * Documents that requests name instead of sending their text: by `documentId`, or by `extensions.persistedQuery.sha256Hash`. These are
 * the trusted documents of the configuration and, unless only those are allowed, automatic persisted queries: the most recent texts that
 * authenticated clients have sent with their SHA-256 digest. Bounded in bytes, shared by all viewers; a text is stored only under its
 * own digest, so that no client can replace the document of another.
 */
export class DocumentStore {
  readonly #options: DocumentStoreOptions;
  readonly #trustedTexts: ReadonlySet<string>;
  readonly #stored: LRUCache<string, string> | undefined;

  constructor(options: DocumentStoreOptions) {
    const { maxPersistedQueryBytes: maxSize } = options;
    this.#options = options;
    this.#trustedTexts = new Set(options.persistedOperations.values());
    if (maxSize > 0 && !options.persistedOperationsOnly)
      this.#stored = new LRUCache({ maxSize, sizeCalculation: (text, key) => Buffer.byteLength(text) + key.length });
  }

  /**
   * Returns the text of the document of a request. Undefined if the request has neither a text nor a reference.
   * @throws {GraphQLError} PERSISTED_QUERY_NOT_FOUND or PERSISTED_QUERY_NOT_SUPPORTED, after which clients send the text;
   * DOCUMENT_NOT_TRUSTED; BAD_REQUEST if the reference is malformed, or is not that of the text
   */
  textOf({ query, documentId, extensions }: DocumentReference): string | undefined {
    const text = typeof query === 'string' && query !== '' ? query : undefined;
    const id = referenceIn(documentId, extensions);
    if (id === undefined) return this.#allowed(text);
    const digest = DIGEST.exec(id)?.groups?.['digest'];
    const trusted = this.#trustedText(id, digest);
    if (trusted !== undefined) {
      if (text !== undefined && text !== trusted) throw mismatch();
      return trusted;
    }
    if (this.#options.persistedOperationsOnly) throw notTrusted();
    return this.#storedText(digest, text);
  }

  #allowed(text: string | undefined): string | undefined {
    if (text === undefined || !this.#options.persistedOperationsOnly || this.#trustedTexts.has(text)) return text;
    throw notTrusted();
  }

  /** Manifests have digests with or without a prefix. */
  #trustedText(id: string, digest: string | undefined): string | undefined {
    const { persistedOperations } = this.#options;
    const text = persistedOperations.get(id);
    if (text !== undefined || digest === undefined) return text;
    return persistedOperations.get(digest) ?? persistedOperations.get(`sha256:${digest}`);
  }

  #storedText(digest: string | undefined, text: string | undefined): string {
    if (text === undefined) {
      if (!this.#stored) throw refusal('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported');
      const stored = digest === undefined ? undefined : this.#stored.get(digest);
      if (stored === undefined) throw refusal('PERSISTED_QUERY_NOT_FOUND', 'PersistedQueryNotFound');
      return stored;
    }
    if (digest === undefined || hash('sha256', text) !== digest) throw mismatch();
    this.#stored?.set(digest, text);
    return text;
  }
}

/** Returns the id that a request names; undefined if there is none. */
function referenceIn(documentId: unknown, extensions: unknown): string | undefined {
  const persisted = isRecord(extensions) ? extensions['persistedQuery'] : undefined;
  const id = documentId ?? (isRecord(persisted) ? persisted['sha256Hash'] : undefined);
  if (id === undefined || id === null) return undefined;
  if (typeof id === 'string') return id;
  throw failure('BAD_REQUEST', 'Expected documentId and extensions.persistedQuery.sha256Hash to be strings.', {
    http: { status: 400 },
  });
}

/** Clients recognize the message or the code, and send the text then. The status is that of Apollo Server. */
function refusal(code: 'PERSISTED_QUERY_NOT_FOUND' | 'PERSISTED_QUERY_NOT_SUPPORTED', message: string) {
  return failure(code, message, { http: { status: 200 } });
}

function mismatch() {
  return failure('BAD_REQUEST', 'Expected the hash or document id to be that of the query, got another one.', {
    http: { status: 400 },
  });
}

function notTrusted() {
  const message =
    'Expected a document of PERSISTED_OPERATIONS, got another one: this gateway executes trusted documents only. Add the operation to the manifest of your client.';
  return failure('DOCUMENT_NOT_TRUSTED', message, { http: { status: 403 } });
}
