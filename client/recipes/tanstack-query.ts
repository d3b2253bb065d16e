// TanStack Query: the state of the live list is the data of a query.
import { MutationObserver, QueryClient, QueryObserver } from '@tanstack/query-core';
import {
  CreateFromFormDocument,
  PauseInTableDocument,
  WorkspaceTableChangesDocument,
  type CreateWorkspaceInput,
} from '../../test/__generated__/graphql.ts';
import { followList } from '../src/index.ts';
import { listQueryOptions } from '../src/tanstack-query.ts';
import { createExecutor } from './codegen.ts';
import { formErrorsOf } from './errors.ts';
import type { OpenPage } from './page.ts';
import { subscriptionClient } from './transport.ts';

export const openPage: OpenPage = async (url, session, namespace) => {
  const execute = createExecutor(url, session);
  const client = subscriptionClient(url, session);
  const queryClient = new QueryClient();

  // In a component: useQuery(options) and useMutation({ mutationFn }).
  const options = listQueryOptions(['workspaces', namespace], () =>
    followList(client, WorkspaceTableChangesDocument, { namespace }, { renewCredentials: () => session.renew() }),
  );
  const observer = new QueryObserver(queryClient, options);
  const unsubscribe = observer.subscribe(() => undefined);
  const pausing = new MutationObserver(queryClient, {
    mutationFn: async (workspace: { readonly namespace: string; readonly name: string }) => {
      const { data, errors = [] } = await execute(PauseInTableDocument, workspace);
      if (!data?.pauseWorkspace) throw new Error(formErrorsOf(errors).form);
      return data.pauseWorkspace.workspace.state;
    },
  });
  const creation = new MutationObserver(queryClient, {
    mutationFn: (input: CreateWorkspaceInput) => execute(CreateFromFormDocument, { input }),
  });

  return {
    rows: () => observer.getCurrentResult().data?.rows,
    pause: (of, name) => pausing.mutate({ namespace: of, name }),
    async create(input) {
      const { errors } = await creation.mutate(input);
      return errors && formErrorsOf(errors);
    },
    close() {
      unsubscribe();
      void client.dispose();
    },
  };
};
