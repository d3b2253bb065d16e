// Relay: the list is a query of the store, which the updater of the subscription keeps up to date.
import type { Client, FormattedExecutionResult, Sink } from 'graphql-ws';
import {
  commitMutation,
  createOperationDescriptor,
  Environment,
  fetchQuery,
  Network,
  Observable,
  RecordSource,
  requestSubscription,
  Store,
  type FetchFunction,
  type GraphQLResponse,
  type GraphQLTaggedNode,
  type MutationParameters,
  type SubscribeFunction,
} from 'relay-runtime';
import type {
  CreateFromFormMutation,
  CreateFromFormMutationVariables,
  PauseInTableMutation,
  PauseInTableMutationVariables,
  WorkspaceTableChangesSubscription,
  WorkspaceTableChangesSubscriptionVariables,
  WorkspaceTableQuery,
  WorkspaceTableQueryVariables,
} from '../../test/__generated__/graphql.ts';
import { listUpdater, resumingSubscribe } from '../src/relay.ts';
import { formErrorsOf, type GatewayError } from './errors.ts';
import type { OpenPage, Session } from './page.ts';
// In an application the Relay compiler generates the requests, and these types, from graphql`…` tags.
import { createFromForm, pauseInTable, workspaceTable, workspaceTableChanges } from './relay-requests.ts';
import { authenticatedFetch, subscriptionClient } from './transport.ts';

type Table = { readonly response: WorkspaceTableQuery; readonly variables: WorkspaceTableQueryVariables };
type Changes = {
  readonly response: WorkspaceTableChangesSubscription;
  readonly variables: WorkspaceTableChangesSubscriptionVariables;
};
type Pause = { readonly response: PauseInTableMutation; readonly variables: PauseInTableMutationVariables };
type Create = { readonly response: CreateFromFormMutation; readonly variables: CreateFromFormMutationVariables };

/** Returns the function of a network for queries and mutations. */
function fetchFrom(url: string, session: Session): FetchFunction {
  const send = authenticatedFetch(session);
  return async ({ text, name }, variables) => {
    const response = await send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
      body: JSON.stringify({ query: text, operationName: name, variables }),
    });
    return response.json();
  };
}

/** Returns the function of a network for subscriptions that cannot be resumed, such as those of one object. */
function subscribeWith(client: Client): SubscribeFunction {
  return ({ text, name }, variables) =>
    Observable.create<GraphQLResponse>((sink) =>
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both types describe the response of the server
      client.subscribe({ query: text ?? '', operationName: name, variables }, sink as Sink<FormattedExecutionResult>),
    );
}

function createEnvironment(url: string, session: Session, client: Client): Environment {
  const resuming = resumingSubscribe(client, subscribeWith(client), { renewCredentials: () => session.renew() });
  return new Environment({
    network: Network.create(fetchFrom(url, session), resuming),
    store: new Store(new RecordSource()),
  });
}

/** Resolves with the response of a mutation and its errors. A payload with errors is null. */
function mutate<Mutation extends MutationParameters>(
  environment: Environment,
  mutation: GraphQLTaggedNode,
  variables: Mutation['variables'],
): Promise<{ readonly data: Mutation['response']; readonly errors: readonly GatewayError[] }> {
  return new Promise((resolve, reject) => {
    commitMutation<Mutation>(environment, {
      mutation,
      variables,
      onCompleted: (data, errors) => resolve({ data, errors: errors ?? [] }),
      onError: reject,
    });
  });
}

export const openPage: OpenPage = async (url, session, namespace) => {
  const client = subscriptionClient(url, session);
  const environment = createEnvironment(url, session, client);

  // In a component: useLazyLoadQuery, which also keeps the list in the store.
  const operation = createOperationDescriptor(workspaceTable, { namespace });
  const retained = environment.retain(operation);
  const table = await fetchQuery<Table>(environment, workspaceTable, { namespace }).toPromise();

  // In a component: useSubscription with the same configuration.
  const subscription = requestSubscription<Changes>(environment, {
    subscription: workspaceTableChanges,
    variables: { namespace, after: table?.workspaces.liveCursor },
    updater: listUpdater({
      event: 'workspaces',
      list: (store) => store.getRoot().getLinkedRecord('workspaces', { namespace }),
      rows: 'nodes',
    }),
    onError: (error) => console.error(`The list is not updated any more: ${error.message}`),
  });

  return {
    rows() {
      const { data } = environment.lookup(operation.fragment);
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the store has the response of this query
      return (data as Table['response'] | undefined)?.workspaces.nodes;
    },
    async pause(of, name) {
      const { data, errors } = await mutate<Pause>(environment, pauseInTable, { namespace: of, name });
      if (!data.pauseWorkspace) throw new Error(formErrorsOf(errors).form);
      return data.pauseWorkspace.workspace.state;
    },
    async create(input) {
      const { errors } = await mutate<Create>(environment, createFromForm, { input });
      return errors.length > 0 ? formErrorsOf(errors) : undefined;
    },
    close() {
      subscription.dispose();
      retained.dispose();
      void client.dispose();
    },
  };
};
