import { InMemoryCache } from '@apollo/client/cache';
import { Client, createRequest, makeResult, type Exchange } from '@urql/core';
import { cacheExchange } from '@urql/exchange-graphcache';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import { createOperationDescriptor, Environment, Network, RecordSource, Store } from 'relay-runtime';
import { filter, map, pipe } from 'wonka';
import { relayRequest } from './relay-request.ts';

type Data = Readonly<Record<string, unknown>>;

/** A normalized cache of a client library, with its default settings. */
export interface ClientCache {
  write(document: DocumentNode, data: Data): Promise<void> | void;
  /** Returns the result of an operation from the cache only; null or undefined if it is incomplete. */
  read(document: DocumentNode): unknown;
}

export function apolloCache(): ClientCache {
  const cache = new InMemoryCache();
  return {
    write: (query, data) => void cache.writeQuery({ query, data }),
    read: (query) => cache.readQuery({ query }),
  };
}

export function urqlCache(): ClientCache {
  const answers = new Map<number, Data>();
  const answering: Exchange = () => (operations) =>
    pipe(
      operations,
      filter(({ kind }) => kind !== 'teardown'),
      map((operation) => makeResult(operation, { data: answers.get(operation.key) ?? null })),
    );
  const client = new Client({
    url: 'http://localhost',
    preferGetMethod: false,
    // The library warns of each type without id, and embeds its objects in their parent.
    exchanges: [cacheExchange({ logger: () => undefined }), answering],
  });
  return {
    async write(document, data) {
      answers.set(createRequest(document, {}).key, data);
      await client.query(document, {}, { requestPolicy: 'network-only' }).toPromise();
    },
    read: (document) => client.readQuery(document, {}, { requestPolicy: 'cache-only' })?.data,
  };
}

export function relayCache(schema: GraphQLSchema): ClientCache {
  const network = Network.create(() => {
    throw new TypeError('The cache sends no request.');
  });
  const environment = new Environment({ network, store: new Store(new RecordSource()) });
  const operationOf = (document: DocumentNode) => createOperationDescriptor(relayRequest(schema, document), {});
  return {
    write: (document, data) => environment.commitPayload(operationOf(document), data),
    read: (document) => environment.lookup(operationOf(document).fragment).data,
  };
}
