// urql: an exchange executes the subscriptions of lists; useSubscription gets the complete list in each result.
import { cacheExchange, Client, fetchExchange } from '@urql/core';
import { pipe, subscribe } from 'wonka';
import {
  CreateFromFormDocument,
  PauseInTableDocument,
  WorkspaceTableChangesDocument,
  type WorkspaceTableChangesSubscription,
} from '../../test/__generated__/graphql.ts';
import type { ListState, RowOf } from '../src/index.ts';
import { listOf, liveListExchange } from '../src/urql.ts';
import { formErrorsOf } from './errors.ts';
import type { OpenPage } from './page.ts';
import { authenticatedFetch, subscriptionClient } from './transport.ts';

export const openPage: OpenPage = async (url, session, namespace) => {
  const client = subscriptionClient(url, session);
  const urql = new Client({
    url,
    preferGetMethod: false,
    fetch: authenticatedFetch(session),
    exchanges: [cacheExchange, liveListExchange(client, { renewCredentials: () => session.renew() }), fetchExchange],
  });

  // In a component: const [result] = useSubscription({ query, variables }), then listOf(result).
  let state: ListState<RowOf<WorkspaceTableChangesSubscription>> | undefined;
  const subscription = pipe(
    urql.subscription(WorkspaceTableChangesDocument, { namespace }),
    subscribe((result) => {
      state = listOf(result);
    }),
  );

  return {
    rows: () => state?.rows,
    async pause(of, name) {
      const { data, error } = await urql.mutation(PauseInTableDocument, { namespace: of, name });
      if (!data?.pauseWorkspace) throw error ?? new TypeError('Expected the paused workspace.');
      return data.pauseWorkspace.workspace.state;
    },
    async create(input) {
      const { error } = await urql.mutation(CreateFromFormDocument, { input });
      return error && formErrorsOf(error.graphQLErrors);
    },
    close() {
      subscription.unsubscribe();
      void client.dispose();
    },
  };
};
