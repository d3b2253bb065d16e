import { readFileSync } from 'node:fs';
import { isRecord } from '../graphql/json-values.ts';
import { redactedReason } from '../kubernetes/redacted.ts';
import { flag, integer, type Settings } from './settings.ts';

const EXPECTED = 'a JSON object of ids and documents, or a manifest of Apollo';

/** Reads the settings of trusted documents and automatic persisted queries. */
export function documentSettings(env: Settings) {
  const persistedOperations = readPersistedOperations(env);
  const persistedOperationsOnly = flag(env, 'PERSISTED_OPERATIONS_ONLY');
  if (persistedOperationsOnly && env.text('PERSISTED_OPERATIONS') === undefined)
    env.reject(
      'PERSISTED_OPERATIONS',
      'Expected PERSISTED_OPERATIONS with PERSISTED_OPERATIONS_ONLY=true, got nothing.',
    );
  return {
    /** Texts of the trusted documents, by id. */
    persistedOperations,
    /** Whether other documents are refused. */
    persistedOperationsOnly,
    /** Limit on the bytes of automatic persisted queries. */
    maxPersistedQueryBytes: integer(env, 'MAX_PERSISTED_QUERY_BYTES', { default: 4_194_304, max: 1_073_741_824 }),
  };
}

/**
 * Reads the trusted documents: an object of ids and texts, as codegen's client preset and Relay write it, or Apollo's persisted query
 * manifest. Empty if the setting is not set, or is not valid.
 */
function readPersistedOperations(settings: Settings): ReadonlyMap<string, string> {
  const file = settings.text('PERSISTED_OPERATIONS');
  if (file === undefined) return new Map();
  try {
    const documents = documentsIn(JSON.parse(readFileSync(file, 'utf8')) as unknown);
    if (documents) return documents;
    settings.reject('PERSISTED_OPERATIONS', `Expected ${file} (PERSISTED_OPERATIONS) to contain ${EXPECTED}.`);
  } catch (error) {
    const reason = error instanceof SyntaxError ? 'it is not JSON' : redactedReason(error);
    settings.reject(
      'PERSISTED_OPERATIONS',
      `Expected PERSISTED_OPERATIONS to name ${EXPECTED}, got ${file}: ${reason}`,
    );
  }
  return new Map();
}

function documentsIn(content: unknown): ReadonlyMap<string, string> | undefined {
  if (!isRecord(content)) return undefined;
  const { operations } = content;
  const entries: readonly (readonly [unknown, unknown])[] = Array.isArray(operations)
    ? operations.map((operation: unknown) => (isRecord(operation) ? [operation['id'], operation['body']] : ['', 0]))
    : Object.entries(content);
  const documents = new Map<string, string>();
  for (const [id, text] of entries) {
    if (typeof id !== 'string' || typeof text !== 'string') return undefined;
    documents.set(id, text);
  }
  return documents.size === 0 ? undefined : documents;
}

/** Returns the names of the operations in documents. */
export function operationNamesIn(documents: Iterable<string>): readonly string[] {
  return [...documents].flatMap((text) =>
    Array.from(text.matchAll(/\b(?:query|mutation|subscription)\s+(\w+)/gu), ([, name = '']) => name),
  );
}
