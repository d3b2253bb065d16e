import { ApolloClient, gql, InMemoryCache } from '@apollo/client';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { Client as UrqlClient, subscriptionExchange } from '@urql/core';
import { GraphQLSchema, parse } from 'graphql';
import { createClient as createSseClient } from 'graphql-sse';
import { createClient as createWebSocketClient, type Client } from 'graphql-ws';
import {
  Environment,
  Network,
  Observable,
  RecordSource,
  requestSubscription,
  Store,
  type RecordProxy,
  type RecordSourceSelectorProxy,
} from 'relay-runtime';
import { pipe, subscribe } from 'wonka';
import { WebSocket } from 'ws';
import { relayRequest } from './client-caches/relay-request.ts';
import { relayRows, type Row } from './client-caches/relay-rows.ts';

interface WorkspaceEvent {
  readonly type: string;
  readonly object: Row | null;
}

interface Events {
  readonly workspaces: WorkspaceEvent;
}

/** A list that a client library keeps up to date with its usual recipe. The library connects again without a cursor. */
interface LibraryClient {
  rows(): readonly Row[];
  stop(): void;
}

export const LIST = '{ workspaces { nodes { id name state } } }';
const FOLLOW = 'subscription Follow { workspaces { type object { id name state } } }';
/** The libraries wait seconds by default. */
const RETRY_MS = 20;

/** Starts a client of a library against a gateway. */
export type StartLibraryClient = (url: string, schema: GraphQLSchema) => LibraryClient;

/** Returns the list after an event, as docs/clients.md says. */
function applyEvent(rows: readonly Row[], { type, object }: WorkspaceEvent): readonly Row[] {
  if (type === 'RESET') return [];
  if (!object) return rows;
  const others = rows.filter(({ id }) => id !== object.id);
  return type === 'DELETED' ? others : [...others, object];
}

function webSocketClient(url: string): Client {
  return createWebSocketClient({
    url: url.replace('http', 'ws'),
    webSocketImpl: WebSocket,
    retryAttempts: Number.POSITIVE_INFINITY,
    retryWait: waitToRetry,
    shouldRetry: () => true,
  });
}

function sseClient(url: string) {
  return createSseClient({ url, retryAttempts: Number.POSITIVE_INFINITY, retry: waitToRetry });
}

async function waitToRetry(): Promise<void> {
  await new Promise((resolve) => {
    setTimeout(resolve, RETRY_MS);
  });
}

const graphqlWs: StartLibraryClient = (url) => {
  let rows: readonly Row[] = [];
  const client = webSocketClient(url);
  const stop = client.subscribe<Events>(
    { query: FOLLOW },
    {
      next: ({ data }) => void (rows = data ? applyEvent(rows, data.workspaces) : rows),
      error: () => undefined,
      complete: () => undefined,
    },
  );
  return {
    rows: () => rows,
    stop: () => {
      stop();
      void client.dispose();
    },
  };
};

const graphqlSse: StartLibraryClient = (url) => {
  let rows: readonly Row[] = [];
  const client = sseClient(url);
  const stop = client.subscribe<Events>(
    { query: FOLLOW },
    {
      next: ({ data }) => void (rows = data ? applyEvent(rows, data.workspaces) : rows),
      error: () => undefined,
      complete: () => undefined,
    },
  );
  return { rows: () => rows, stop };
};

/** A watched query of the cache, with `subscribeToMore`. */
const apollo: StartLibraryClient = (url) => {
  const connection = webSocketClient(url);
  const client = new ApolloClient({ cache: new InMemoryCache(), link: new GraphQLWsLink(connection) });
  const query = client.watchQuery<{ workspaces: { nodes: readonly Row[] } }>({ query: gql(`query List ${LIST}`) });
  let rows: readonly Row[] = [];
  const watching = query.subscribe(
    ({ data }) => (rows = (data as { workspaces?: { nodes: readonly Row[] } } | undefined)?.workspaces?.nodes ?? rows),
  );
  const unsubscribe = query.subscribeToMore<Events>({
    document: gql(FOLLOW),
    updateQuery: (_, { subscriptionData, previousData }) => {
      const list = (previousData as { workspaces: { nodes: readonly Row[] } } | undefined)?.workspaces;
      const event = subscriptionData.data?.workspaces;
      if (!list || !event) return undefined;
      return { workspaces: { ...list, nodes: applyEvent(list.nodes, event) } };
    },
  });
  return {
    rows: () => rows,
    stop: () => {
      unsubscribe();
      watching.unsubscribe();
      client.stop();
      void connection.dispose();
    },
  };
};

/** A subscription whose results are reduced to a list, over Server-Sent Events. */
const urql: StartLibraryClient = (url) => {
  const connection = sseClient(url);
  const client = new UrqlClient({
    url,
    preferGetMethod: false,
    exchanges: [
      subscriptionExchange({
        forwardSubscription: ({ query = '', variables }) => ({
          subscribe: (sink) => ({
            unsubscribe: connection.subscribe({ query, variables: { ...variables } }, sink as never),
          }),
        }),
      }),
    ],
  });
  let rows: readonly Row[] = [];
  const subscription = pipe(
    client.subscription<Events>(FOLLOW, {}),
    subscribe(({ data }) => void (rows = data ? applyEvent(rows, data.workspaces) : rows)),
  );
  return { rows: () => rows, stop: () => subscription.unsubscribe() };
};

/** A list in the store that the updater of a subscription changes. */
const relay: StartLibraryClient = (url, schema) => {
  const connection = webSocketClient(url);
  const network = Network.create(
    () => Promise.reject(new TypeError('The client sends no query.')),
    ({ text }) => Observable.create((sink) => connection.subscribe({ query: text ?? '' }, sink as never)),
  );
  const environment = new Environment({ network, store: new Store(new RecordSource()) });
  const { dispose } = requestSubscription(environment, {
    subscription: relayRequest(schema, parse(FOLLOW)),
    variables: {},
    updater: updateRelayList,
  });
  return {
    rows: () => relayRows(environment, 'followed'),
    stop: () => {
      dispose();
      void connection.dispose();
    },
  };
};

function updateRelayList(store: RecordSourceSelectorProxy): void {
  const root = store.getRoot();
  const event = store.getRootField('workspaces');
  const object = event?.getLinkedRecord('object') as RecordProxy | null | undefined;
  const type = event?.getValue('type');
  const listed = root.getLinkedRecords('followed') ?? [];
  const others = listed.filter((row) => row?.getDataID() !== object?.getDataID());
  if (type === 'RESET') root.setLinkedRecords([], 'followed');
  else if (object) root.setLinkedRecords(type === 'DELETED' ? others : [...others, object], 'followed');
}

export const libraryClients: readonly (readonly [name: string, start: StartLibraryClient])[] = [
  ['graphql-ws', graphqlWs],
  ['graphql-sse', graphqlSse],
  ['Apollo Client', apollo],
  ['urql', urql],
  ['Relay', relay],
];
