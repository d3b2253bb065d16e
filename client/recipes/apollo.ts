// Apollo Client 4: the list is a query of the cache, which the subscription keeps up to date.
import { ApolloClient, CombinedGraphQLErrors, HttpLink, InMemoryCache } from '@apollo/client';
import {
  CreateFromFormDocument,
  PauseInTableDocument,
  WorkspaceTableChangesDocument,
  WorkspaceTableDocument,
} from '../../test/__generated__/graphql.ts';
import { followInCache } from '../src/apollo.ts';
import { followList } from '../src/index.ts';
import { formErrorsOf, type FormErrors } from './errors.ts';
import type { OpenPage, Session } from './page.ts';
import { authenticatedFetch, subscriptionClient } from './transport.ts';

function createApolloClient(url: string, session: Session): ApolloClient {
  const link = new HttpLink({ uri: url, fetch: authenticatedFetch(session) });
  return new ApolloClient({ cache: new InMemoryCache(), link });
}

/** Returns what a form shows for the error of a mutation. */
function formErrorsIn(error: unknown): FormErrors {
  if (!CombinedGraphQLErrors.is(error)) throw error;
  return formErrorsOf(error.errors);
}

export const openPage: OpenPage = async (url, session, namespace) => {
  const apollo = createApolloClient(url, session);
  const client = subscriptionClient(url, session);
  const table = { query: WorkspaceTableDocument, variables: { namespace } };

  const { data } = await apollo.query(table);
  if (!data) throw new TypeError('Expected the list of workspaces.');
  const { nodes: rows, liveCursor } = data.workspaces;
  const list = followList(
    client,
    WorkspaceTableChangesDocument,
    { namespace },
    { initial: { rows, liveCursor }, renewCredentials: () => session.renew() },
  );
  const stop = followInCache(list, apollo.cache, {
    ...table,
    update: (cached: typeof data, nodes) => ({ workspaces: { ...cached.workspaces, nodes: [...nodes] } }),
  });

  return {
    // In a component: useQuery(WorkspaceTableDocument, { variables: { namespace } }).
    rows: () => apollo.readQuery(table)?.workspaces.nodes,
    async pause(of, name) {
      const answer = await apollo.mutate({ mutation: PauseInTableDocument, variables: { namespace: of, name } });
      return answer.data?.pauseWorkspace?.workspace.state ?? 'UNKNOWN';
    },
    async create(input) {
      const creation = { mutation: CreateFromFormDocument, variables: { input }, errorPolicy: 'all' } as const;
      const { error } = await apollo.mutate(creation);
      return error && formErrorsIn(error);
    },
    close() {
      stop();
      apollo.stop();
      void client.dispose();
    },
  };
};
