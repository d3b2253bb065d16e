// GraphQL Code Generator's client preset, with fetch and graphql-ws: no GraphQL library at run time.
import { print } from 'graphql';
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import {
  CreateFromFormDocument,
  PauseInTableDocument,
  WorkspaceTableChangesDocument,
  WorkspaceTableDocument,
} from '../../test/__generated__/graphql.ts';
import { followList } from '../src/index.ts';
import { formErrorsOf, type GatewayError } from './errors.ts';
import type { OpenPage, Session } from './page.ts';
import { authenticatedFetch, subscriptionClient } from './transport.ts';

interface Result<Data> {
  readonly data?: Data | null;
  readonly errors?: readonly GatewayError[];
}

/** Returns a function that sends a query or mutation. */
export function createExecutor(url: string, session: Session) {
  const send = authenticatedFetch(session);
  return async <Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables: Variables,
  ): Promise<Result<Data>> => {
    const response = await send(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json, application/json' },
      body: JSON.stringify({ query: print(document), variables }),
    });
    return response.json();
  };
}

/** Shows that the rows are not those of this moment, and why. */
function showStatus(status: string, reason = ''): void {
  if (status !== 'live') console.debug(`The list is ${status}. ${reason}`);
}

export const openPage: OpenPage = async (url, session, namespace) => {
  const execute = createExecutor(url, session);
  const client = subscriptionClient(url, session);

  // The subscription goes on from the list: nothing is lost in between, and no second snapshot is sent.
  const { data, errors = [] } = await execute(WorkspaceTableDocument, { namespace });
  if (!data) throw new Error(formErrorsOf(errors).form);
  const { nodes: rows, liveCursor } = data.workspaces;
  const list = followList(
    client,
    WorkspaceTableChangesDocument,
    { namespace },
    {
      initial: { rows, liveCursor },
      renewCredentials: () => session.renew(),
      onChange: ({ status, error }) => showStatus(status, error?.message),
    },
  );

  return {
    rows: () => list.state.rows,
    async pause(of, name) {
      const answer = await execute(PauseInTableDocument, { namespace: of, name });
      if (!answer.data?.pauseWorkspace) throw new Error(formErrorsOf(answer.errors ?? []).form);
      return answer.data.pauseWorkspace.workspace.state;
    },
    async create(input) {
      const answer = await execute(CreateFromFormDocument, { input });
      return answer.errors && formErrorsOf(answer.errors);
    },
    close() {
      list.stop();
      void client.dispose();
    },
  };
};
