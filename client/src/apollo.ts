import type { ApolloCache, DocumentNode, OperationVariables, TypedDocumentNode } from '@apollo/client';
import type { LiveList } from './live-list.ts';

interface CachedQuery<Row, Data, Variables> {
  /** Query whose result in the cache contains the list. */
  readonly query: DocumentNode | TypedDocumentNode<Data, Variables>;
  readonly variables?: Variables;
  /** Returns the result with these rows. */
  readonly update: (data: Data, rows: readonly Row[]) => Data;
}

/**
 * Writes the rows of a live list into a query of an Apollo cache after each change, until the returned function is
 * called. The subscription must select the fields of the query's rows, with `__typename`; the cache then also updates
 * these objects in other queries. Nothing is written while the cache does not contain the query.
 */
export function followInCache<Row, Data, Variables extends OperationVariables>(
  list: LiveList<Row>,
  cache: ApolloCache,
  { query, variables, update }: CachedQuery<Row, Data, Variables>,
): () => void {
  const options = { query, ...(variables && { variables }) };
  return list.subscribe(() => {
    if (list.state.status === 'connecting') return;
    cache.updateQuery<Data>(options, (data) => (data ? update(data, list.state.rows) : undefined));
  });
}
