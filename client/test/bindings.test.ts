import { ApolloClient, ApolloLink, InMemoryCache, Observable as ApolloObservable } from '@apollo/client';
import { effect } from '@preact/signals-core';
import { QueryClient, QueryObserver } from '@tanstack/query-core';
import { Client as UrqlClient } from '@urql/core';
import { parse, print } from 'graphql';
import { createElement, StrictMode } from 'react';
import { act, create } from 'react-test-renderer';
import { Environment, Network, RecordSource, requestSubscription, Store } from 'relay-runtime';
import { describe, expect, it } from 'vitest';
import { pipe, subscribe } from 'wonka';
import { schema } from '../../src/schema.ts';
import {
  WorkspaceTableChangesDocument,
  FollowedWorkspacesDocument,
  WorkspaceTableDocument,
  type WorkspaceTableQuery,
} from '../../test/__generated__/graphql.ts';
import { relayRequest } from '../../test/support/client-caches/relay-request.ts';
import { relayRows } from '../../test/support/client-caches/relay-rows.ts';
import { namespace, workspace } from '../../test/support/manifests.ts';
import { TcpProxy } from '../../test/support/tcp-proxy.ts';
import { startTestGateway, type SimulatedGateway } from '../../test/support/test-gateway.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { followInCache } from '../src/apollo.ts';
import { followList, type ListState, type SubscriptionClient } from '../src/index.ts';
import { listSignal } from '../src/preact.ts';
import { useLiveList } from '../src/react.ts';
import { listUpdater, resumingSubscribe } from '../src/relay.ts';
import { listStore } from '../src/svelte.ts';
import { listQueryOptions } from '../src/tanstack-query.ts';
import { listOf, liveListExchange } from '../src/urql.ts';
import { transports } from './clients.ts';

interface Row {
  readonly name: string;
  readonly state: string;
}

/** A page that shows the list with one library. */
interface Page {
  rows(): readonly Row[] | undefined;
  close(): void | Promise<void>;
}

type OpenPage = (client: SubscriptionClient, gateway: SimulatedGateway) => Page | Promise<Page>;

const soon = { minRetryMs: 10, maxRetryMs: 50 };
const follow = (client: SubscriptionClient) => followList(client, FollowedWorkspacesDocument, {}, soon);

const react: OpenPage = async (client) => {
  Object.assign(globalThis, { IS_REACT_ACT_ENVIRONMENT: false });
  let state: ListState<Row> | undefined;
  const Component = () => {
    state = useLiveList(() => follow(client), [client]);
    return null;
  };
  const renderer = create(createElement(StrictMode, null, createElement(Component)));
  await act(async () => Promise.resolve());
  return { rows: () => state?.rows, close: () => renderer.unmount() };
};

const svelte: OpenPage = (client) => {
  let state: ListState<Row> | undefined;
  const close = listStore(follow(client)).subscribe((value) => (state = value));
  return { rows: () => state?.rows, close };
};

const preact: OpenPage = (client) => {
  const signal = listSignal(follow(client));
  let state: ListState<Row> | undefined;
  const close = effect(() => {
    state = signal.value;
  });
  return { rows: () => state?.rows, close };
};

const tanstack: OpenPage = (client) => {
  const queryClient = new QueryClient();
  const observer = new QueryObserver(
    queryClient,
    listQueryOptions(['workspaces'], () => follow(client)),
  );
  const close = observer.subscribe(() => undefined);
  return { rows: () => observer.getCurrentResult().data?.rows, close };
};

const apollo: OpenPage = async (client, gateway) => {
  const link = new ApolloLink(
    ({ query, variables }) =>
      new ApolloObservable((sink) => {
        const answer = async () => {
          sink.next(await gateway.query(print(query), variables));
          sink.complete();
        };
        void answer();
      }),
  );
  const apolloClient = new ApolloClient({ cache: new InMemoryCache(), link });
  const table = { query: WorkspaceTableDocument, variables: { namespace: 'team-a' } };
  await apolloClient.query(table);
  const list = followList(client, WorkspaceTableChangesDocument, table.variables, {
    ...soon,
    compare: (a, b) => a.name.localeCompare(b.name),
  });
  const close = followInCache(list, apolloClient.cache, {
    ...table,
    update: (data: WorkspaceTableQuery, nodes) => ({ workspaces: { ...data.workspaces, nodes: [...nodes] } }),
  });
  const rows = () => apolloClient.readQuery(table)?.workspaces.nodes;
  return { rows, close };
};

const urql: OpenPage = (client) => {
  const urqlClient = new UrqlClient({
    url: '/graphql',
    preferGetMethod: false,
    exchanges: [liveListExchange(client, soon)],
  });
  let state: ListState<Row> | undefined;
  const subscription = pipe(
    urqlClient.subscription(FollowedWorkspacesDocument, {}),
    subscribe((result) => (state = listOf(result))),
  );
  return { rows: () => state?.rows, close: () => subscription.unsubscribe() };
};

const RELAY_TEXT =
  'subscription Follow($after: String) { workspaces(after: $after) { type cursor object { id name state } } }';

/** Follows the list in Relay. With `documentId`, the query is persisted: its text is not in the page. */
function followInRelay(client: SubscriptionClient, variables: { readonly after?: string }, documentId?: string) {
  const network = Network.create(
    () => Promise.reject(new TypeError('The page sends no query.')),
    resumingSubscribe(
      client,
      () => {
        throw new TypeError('The page has no other subscription.');
      },
      soon,
    ),
  );
  const environment = new Environment({ network, store: new Store(new RecordSource()) });
  const request = relayRequest(schema, parse(RELAY_TEXT));
  const persisted = documentId && { ...request, params: { ...request.params, id: documentId, text: null } };
  /** The rows after each change of the store. */
  const shown: string[] = [];
  const { dispose } = requestSubscription(environment, {
    subscription: persisted || request,
    variables,
    onNext: () => shown.push(textOf(relayRows(environment, 'followed'))),
    updater: listUpdater({ event: 'workspaces', list: (store) => store.getRoot(), rows: 'followed' }),
  });
  return { environment, dispose, shown };
}

const relay: OpenPage = (client) => {
  const { environment, dispose } = followInRelay(client, {});
  return { rows: () => relayRows(environment, 'followed'), close: dispose };
};

const pages: readonly (readonly [name: string, open: OpenPage])[] = [
  ['React', react],
  ['Svelte', svelte],
  ['Preact signals', preact],
  ['TanStack Query', tanstack],
  ['Apollo Client', apollo],
  ['urql', urql],
  ['Relay', relay],
];

function textOf(rows: readonly Row[] | undefined): string {
  return (rows ?? []).map(({ name, state }) => `${name} ${state}`).join(', ');
}

describe.each(pages)('a page with %s', (_, open) => {
  it.each(transports)('shows the rows and their changes, also after a cut, over %s', async (_name, connect) => {
    const objects = [namespace('team-a'), workspace('nb-1', { state: 'Running' }), workspace('nb-2')];
    await using gateway = await startTestGateway({ objects });
    await using proxy = await TcpProxy.to(gateway);
    await using connected = connect(proxy.url);
    const page = await open(connected.client, gateway);
    const untilRows = (text: string) => waitFor(() => textOf(page.rows()) === text, `the page shows ${text}`);
    await untilRows('nb-1 RUNNING, nb-2 UNKNOWN');
    gateway.cluster.apply(workspace('nb-1', { state: 'Paused' }));
    await untilRows('nb-1 PAUSED, nb-2 UNKNOWN');
    await proxy.disconnect();
    await waitFor(() => gateway.subscribers() === 0, 'the gateway has noticed the cut');
    gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb-1', 'team-a');
    gateway.cluster.apply(workspace('nb-3', { state: 'Error' }));
    await proxy.reconnect();
    await untilRows('nb-2 UNKNOWN, nb-3 ERROR');
    await page.close();
    await waitFor(() => gateway.subscribers() === 0, 'the subscription has ended');
    expect(gateway.subscribers()).toBe(0);
  });
});

describe('the query of TanStack Query', () => {
  const [[, connect]] = transports as [(typeof transports)[number]];
  const objects = [namespace('team-a'), workspace('nb-1', { state: 'Running' })];

  it('ends the list with its last observer, and follows again with the next', async () => {
    await using gateway = await startTestGateway({ objects });
    await using connected = connect(gateway.url);
    const queryClient = new QueryClient();
    const options = listQueryOptions(['workspaces'], () => follow(connected.client));
    const observer = new QueryObserver(queryClient, options);
    for (const expected of ['nb-1 RUNNING', 'nb-1 RUNNING, nb-2 ERROR']) {
      const unsubscribe = observer.subscribe(() => undefined);
      await waitFor(() => textOf(observer.getCurrentResult().data?.rows) === expected, `the rows are ${expected}`);
      unsubscribe();
      await waitFor(() => gateway.subscribers() === 0, 'the subscription has ended');
      gateway.cluster.apply(workspace('nb-2', { state: 'Error' }));
      await gateway.caughtUp();
    }
    expect(observer.getCurrentResult().status).toBe('success');
  });

  it('starts another list when its observer has left before the first snapshot and comes back, as in a strict mode', async () => {
    await using gateway = await startTestGateway({ objects });
    await using connected = connect(gateway.url);
    const options = listQueryOptions(['workspaces'], () => follow(connected.client));
    const observer = new QueryObserver(new QueryClient(), options);
    observer.subscribe(() => undefined)();
    const unsubscribe = observer.subscribe(() => undefined);
    await waitFor(() => observer.getCurrentResult().isSuccess, 'the list is live');
    expect(gateway.subscribers()).toBe(1);
    unsubscribe();
    await waitFor(() => gateway.subscribers() === 0, 'the subscription has ended');
  });

  it('replaces the list when it is fetched again', async () => {
    await using gateway = await startTestGateway({ objects });
    await using connected = connect(gateway.url);
    const queryClient = new QueryClient();
    const observer = new QueryObserver(
      queryClient,
      listQueryOptions(['workspaces'], () => follow(connected.client)),
    );
    const unsubscribe = observer.subscribe(() => undefined);
    await waitFor(() => observer.getCurrentResult().isSuccess, 'the list is live');
    await observer.refetch();
    await waitFor(() => gateway.subscribers() === 1, 'one subscription is left');
    gateway.cluster.apply(workspace('nb-2', { state: 'Error' }));
    await waitFor(() => observer.getCurrentResult().data?.rows.length === 2, 'the new list is followed');
    unsubscribe();
    await waitFor(() => gateway.subscribers() === 0, 'the subscription has ended');
    expect(observer.getCurrentResult().data?.status).toBe('live');
  });

  it('fails when the list fails before its first snapshot', async () => {
    await using gateway = await startTestGateway({ objects });
    await using connected = connect(gateway.url);
    const variables = { filter: { labelSelector: 'a in (' } };
    const options = listQueryOptions(['invalid'], () =>
      followList(connected.client, FollowedWorkspacesDocument, variables),
    );
    await expect(new QueryClient().fetchQuery(options)).rejects.toMatchObject({ code: 'BAD_REQUEST' });
  });
});

it('starts with a snapshot when the gateway refuses the cursor in the variables of Relay', async () => {
  await using gateway = await startTestGateway({ objects: [namespace('team-a'), workspace('nb-1')] });
  const [[, connect]] = transports as [(typeof transports)[number]];
  await using connected = connect(gateway.url);
  const { environment, dispose } = followInRelay(connected.client, { after: 'invalid' });
  const text = () => textOf(relayRows(environment, 'followed'));
  await waitFor(() => text() === 'nb-1 UNKNOWN', 'the snapshot has arrived');
  dispose();
  await waitFor(() => gateway.subscribers() === 0, 'the subscription has ended');
  expect(text()).toBe('nb-1 UNKNOWN');
});

it('changes the store of Relay once for a snapshot, and once for a catch-up', async () => {
  await using gateway = await startTestGateway({
    objects: [namespace('team-a'), workspace('nb-1'), workspace('nb-2')],
  });
  await using proxy = await TcpProxy.to(gateway);
  const [[, connect]] = transports as [(typeof transports)[number]];
  await using connected = connect(proxy.url);
  const { shown, dispose } = followInRelay(connected.client, {});
  await waitFor(() => shown.at(-1) === 'nb-1 UNKNOWN, nb-2 UNKNOWN', 'the snapshot has arrived');
  await proxy.disconnect();
  gateway.cluster.delete('kubeflow.org/v1beta1', 'Workspace', 'nb-1', 'team-a');
  gateway.cluster.apply(workspace('nb-3'));
  await gateway.caughtUp();
  await proxy.reconnect();
  await waitFor(() => shown.at(-1) === 'nb-2 UNKNOWN, nb-3 UNKNOWN', 'the changes have arrived');
  dispose();
  expect(shown).toEqual(['nb-1 UNKNOWN, nb-2 UNKNOWN', 'nb-2 UNKNOWN, nb-3 UNKNOWN']);
});

it('sends the changes after the cursor in the variables of Relay, and no snapshot', async () => {
  await using gateway = await startTestGateway({ objects: [namespace('team-a'), workspace('nb-1')] });
  const [[, connect]] = transports as [(typeof transports)[number]];
  await using connected = connect(gateway.url);
  const { data } = await gateway.query('{ workspaces { liveCursor } }');
  const list = data?.['workspaces'] as { readonly liveCursor: string } | undefined;
  gateway.cluster.apply(workspace('nb-2'));
  await gateway.caughtUp();
  const { environment, dispose } = followInRelay(connected.client, { after: list?.liveCursor ?? '' });
  const text = () => textOf(relayRows(environment, 'followed'));
  await waitFor(() => text() !== '', 'the catch-up has arrived');
  dispose();
  expect(text()).toBe('nb-2 UNKNOWN');
});

it.each(transports)('resumes a persisted query of Relay after a cut over %s', async (_, connect) => {
  await using gateway = await startTestGateway({
    objects: [namespace('team-a'), workspace('nb-1')],
    persistedOperations: new Map([['followed', RELAY_TEXT]]),
    persistedOperationsOnly: true,
  });
  await using proxy = await TcpProxy.to(gateway);
  await using connected = connect(proxy.url);
  const { environment, dispose } = followInRelay(connected.client, {}, 'followed');
  const text = () => textOf(relayRows(environment, 'followed'));
  await waitFor(() => text() === 'nb-1 UNKNOWN', 'the snapshot has arrived');
  await proxy.disconnect();
  gateway.cluster.apply(workspace('nb-2'));
  await proxy.reconnect();
  await waitFor(() => text() === 'nb-1 UNKNOWN, nb-2 UNKNOWN', 'the change has arrived');
  dispose();
  await waitFor(() => gateway.subscribers() === 0, 'the subscription has ended');
  expect(text()).toBe('nb-1 UNKNOWN, nb-2 UNKNOWN');
});

it('reports the error of a failed list to urql', async () => {
  await using gateway = await startTestGateway({ objects: [] });
  const [[, connect]] = transports as [(typeof transports)[number]];
  await using connected = connect(gateway.url);
  const urqlClient = new UrqlClient({
    url: '/graphql',
    preferGetMethod: false,
    exchanges: [liveListExchange(connected.client)],
  });
  const variables = { filter: { labelSelector: 'a in (' } };
  const failed = Promise.withResolvers<unknown>();
  const subscription = pipe(
    urqlClient.subscription(FollowedWorkspacesDocument, variables),
    subscribe(({ error }) => failed.resolve(error)),
  );
  expect(await failed.promise).toMatchObject({ networkError: { code: 'BAD_REQUEST' } });
  subscription.unsubscribe();
});
