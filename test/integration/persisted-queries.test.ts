import { createHash } from 'node:crypto';
import { ApolloClient, ApolloLink, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { PersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../../src/config.ts';
import { DocumentStore } from '../../src/server/document-store.ts';
import { createScratchDirectory } from '../support/scratch-directory.ts';
import { startTestGateway, type TestGateway } from '../support/test-gateway.ts';

interface Body {
  readonly query?: string;
  readonly extensions?: { readonly persistedQuery?: object };
}

const FIRST = gql('query First { viewer { name } }');
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

it('answers queries of Apollo Client when its link for persisted queries sends a hash first', async () => {
  await using gateway = await startTestGateway();
  const bodies: Body[] = [];
  const http = new HttpLink({
    uri: gateway.url,
    fetch: async (input, init) => {
      const request = new Request(input, init);
      bodies.push((await request.clone().json()) as Body);
      return fetch(request);
    },
  });
  const link = ApolloLink.from([new PersistedQueryLink({ sha256 }), http]);
  const client = new ApolloClient({ cache: new InMemoryCache(), link });
  const first = await client.query({ query: FIRST });
  // The first hash is unknown, so the link sends the text with it.
  const second = await client.query({ query: FIRST, fetchPolicy: 'network-only' });
  client.stop();
  expect(first.data).toMatchObject({ viewer: { name: expect.any(String) } });
  expect(second.data).toEqual(first.data);
  expect(
    bodies.map(({ query, extensions }) => [query !== undefined, extensions?.persistedQuery !== undefined]),
  ).toEqual([
    [false, true],
    [true, true],
    [false, true],
  ]);
});

const TEXT = 'query Who { viewer { name } }';
const UNKNOWN = 'query Other { __typename }';
const answered = { data: { viewer: { name: 'system:admin' } } };

interface Parameters {
  readonly query?: string;
  readonly documentId?: string;
  readonly extensions?: Record<string, unknown>;
}

const hashOf = (text: string) => ({ extensions: { persistedQuery: { version: 1, sha256Hash: sha256(text) } } });

function urlOf(url: string, { query, documentId, extensions }: Parameters): URL {
  const target = new URL(url);
  if (query !== undefined) target.searchParams.set('query', query);
  if (documentId !== undefined) target.searchParams.set('documentId', documentId);
  if (extensions !== undefined) target.searchParams.set('extensions', JSON.stringify(extensions));
  return target;
}

/** Sends an operation on one transport, and returns its result. */
const transports: Readonly<Record<string, (gateway: TestGateway, parameters: Parameters) => Promise<unknown>>> = {
  GET: async ({ url }, parameters) => (await fetch(urlOf(url, parameters))).json(),
  POST: async ({ url }, parameters) => {
    const headers = { 'content-type': 'application/json' };
    return (await fetch(url, { method: 'POST', headers, body: JSON.stringify(parameters) })).json();
  },
  'Server-Sent Events': async ({ url }, parameters) => {
    const response = await fetch(urlOf(url, parameters), { headers: { accept: 'text/event-stream' } });
    const [, data = ''] = /^data: (.+)$/mu.exec(await response.text()) ?? [];
    return JSON.parse(data) as unknown;
  },
  WebSocket: async (gateway, { query = '', ...parameters }) => {
    const results = gateway.connect().iterate({ query, ...parameters });
    try {
      return (await results.next()).value;
    } catch (errors) {
      return { errors };
    }
  },
};

function coded(code: string): object {
  return { errors: [{ extensions: { code } }] };
}

describe.each(Object.entries(transports))('automatic persisted queries by %s', (_, send) => {
  it('answers a hash when its text was sent with it before, and refuses unknown and wrong ones', async () => {
    await using gateway = await startTestGateway();
    expect(await send(gateway, hashOf(TEXT))).toMatchObject(coded('PERSISTED_QUERY_NOT_FOUND'));
    expect(await send(gateway, { query: TEXT, ...hashOf(UNKNOWN) })).toMatchObject(coded('BAD_REQUEST'));
    expect(await send(gateway, hashOf(UNKNOWN))).toMatchObject(coded('PERSISTED_QUERY_NOT_FOUND'));
    expect(await send(gateway, { query: TEXT, ...hashOf(TEXT) })).toEqual(answered);
    expect(await send(gateway, hashOf(TEXT))).toEqual(answered);
    expect(await send(gateway, hashOf(TEXT))).toEqual(answered);
  });
});

describe.each(Object.entries(transports))('trusted documents by %s', (_, send) => {
  it('executes them by id, hash or text, and refuses others when PERSISTED_OPERATIONS_ONLY is true', async () => {
    const persistedOperations = new Map([[sha256(TEXT), TEXT]]);
    await using gateway = await startTestGateway({ persistedOperations, persistedOperationsOnly: true });
    const digest = sha256(TEXT);
    for (const parameters of [
      { documentId: `sha256:${digest}` },
      hashOf(TEXT),
      { query: TEXT },
      { query: TEXT, ...hashOf(TEXT) },
    ])
      expect(await send(gateway, parameters)).toEqual(answered);
    for (const parameters of [{ query: UNKNOWN }, hashOf(UNKNOWN), { query: UNKNOWN, ...hashOf(UNKNOWN) }])
      expect(await send(gateway, parameters)).toMatchObject(coded('DOCUMENT_NOT_TRUSTED'));
    expect(await send(gateway, { query: UNKNOWN, ...hashOf(TEXT) })).toMatchObject(coded('BAD_REQUEST'));
  });
});

describe('the store of documents', () => {
  it('keeps at most MAX_PERSISTED_QUERY_BYTES when clients store more', () => {
    const persistedOperations = new Map<string, string>();
    const store = new DocumentStore({
      persistedOperations,
      persistedOperationsOnly: false,
      maxPersistedQueryBytes: 1_000,
    });
    const texts = Array.from({ length: 100 }, (_, index) => `query Q${index} { viewer { name } }`);
    for (const query of texts) store.textOf({ query, ...hashOf(query) });
    const kept = texts.filter((text) => {
      try {
        return store.textOf(hashOf(text)) === text;
      } catch {
        return false; // not found
      }
    });
    expect(kept).toEqual(texts.slice(-kept.length));
    expect(kept.length).toBe(Math.floor(1_000 / (`query Q99 { viewer { name } }`.length + 64)));
  });

  it('stores nothing when the client is not authenticated', async () => {
    await using gateway = await startTestGateway({ authentication: { mode: 'token' } });
    const post = async (parameters: Parameters, headers: Readonly<Record<string, string>> = {}) => {
      const body = JSON.stringify(parameters);
      const all = { 'content-type': 'application/json', ...headers };
      return (await fetch(gateway.url, { method: 'POST', headers: all, body })).json();
    };
    expect(await post({ query: TEXT, ...hashOf(TEXT) })).toMatchObject(coded('UNAUTHENTICATED'));
    const authorization = `Bearer ${gateway.cluster.token}`;
    expect(await post(hashOf(TEXT), { authorization })).toMatchObject(coded('PERSISTED_QUERY_NOT_FOUND'));
  });
});

describe('PERSISTED_OPERATIONS', () => {
  const apollo = { format: 'apollo-persisted-query-manifest', version: 1, operations: [{ id: 'a', body: TEXT }] };

  it.each([
    ['an object of ids and texts', JSON.stringify({ a: TEXT })],
    ['the manifest of Apollo', JSON.stringify(apollo)],
  ])('reads PERSISTED_OPERATIONS when the file is %s', async (_, content) => {
    await using directory = await createScratchDirectory();
    const PERSISTED_OPERATIONS = await directory.write('documents.json', content);
    expect(readConfig({ KUBECONFIG: '/dev/null', PERSISTED_OPERATIONS }).persistedOperations).toEqual(
      new Map([['a', TEXT]]),
    );
  });

  it.each([
    ['{', /^Expected PERSISTED_OPERATIONS to name a JSON object .*: it is not JSON$/u],
    ['{}', /\(PERSISTED_OPERATIONS\) to contain a JSON object of ids and documents/u],
    ['{ "a": 1 }', /\(PERSISTED_OPERATIONS\) to contain a JSON object of ids and documents/u],
    ['[]', /\(PERSISTED_OPERATIONS\) to contain a JSON object of ids and documents/u],
  ])('rejects PERSISTED_OPERATIONS when the file contains %s', async (content, message) => {
    await using directory = await createScratchDirectory();
    const PERSISTED_OPERATIONS = await directory.write('documents.json', content);
    expect(() => readConfig({ KUBECONFIG: '/dev/null', PERSISTED_OPERATIONS })).toThrow(message);
  });

  it('requires PERSISTED_OPERATIONS when PERSISTED_OPERATIONS_ONLY is true', () => {
    expect(() => readConfig({ KUBECONFIG: '/dev/null', PERSISTED_OPERATIONS_ONLY: 'true' })).toThrow(
      'Expected PERSISTED_OPERATIONS with PERSISTED_OPERATIONS_ONLY=true, got nothing.',
    );
  });
});
