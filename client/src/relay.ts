import {
  Observable,
  type GraphQLResponse,
  type RecordProxy,
  type RecordSourceSelectorProxy,
  type SubscribeFunction,
} from 'relay-runtime';
import { EventStream, type EventStreamOptions } from './event-stream.ts';
import type { SubscriptionClient } from './subscription-client.ts';

/**
 * Returns the subscribe function of a Relay network that resumes the subscriptions which select `cursor`, those of lists.
 * The variable `after`, if given, is the cursor after which they start, such as `liveCursor` of a list. A snapshot or
 * catch-up is one change of the store. Other subscriptions use `otherwise`. Persisted queries, whose text is not in the
 * page, are lists if they have the variable `after`; they are sent with their `documentId`.
 */
export function resumingSubscribe(
  client: SubscriptionClient,
  otherwise: SubscribeFunction,
  options: EventStreamOptions = {},
): SubscribeFunction {
  return (request, variables, cacheConfig, observer) => {
    const { id, text, name } = request;
    const isList = text ? /\bcursor\b/u.test(text) : 'after' in variables;
    if (!isList) return otherwise(request, variables, cacheConfig, observer);
    const { after, ...selection } = variables;
    return Observable.create<GraphQLResponse>((sink) => {
      const stream = new EventStream(
        client,
        { query: text ?? '', ...(id && { documentId: id }), operationName: name, variables: selection },
        {
          ...options,
          after: typeof after === 'string' ? after : options.after,
          handler: {
            onBatch: (results) => {
              // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- both types describe the response of the server
              sink.next(results.map(({ result }) => result) as GraphQLResponse);
            },
            onInterruption: () => undefined,
            onFailure: (error) => sink.error(error),
          },
        },
      );
      stream.start();
      return () => stream.stop();
    });
  };
}

interface ListLocation {
  /** Root field of the subscription, such as `workspaces`. */
  readonly event: string;
  /** Returns the record that contains the rows. */
  readonly list: (store: RecordSourceSelectorProxy) => RecordProxy | null | undefined;
  /** Field of the rows in it, such as `nodes`. */
  readonly rows: string;
}

/** Returns the `updater` of a subscription that applies its events to a list in the store. */
export function listUpdater({ event, list, rows }: ListLocation): (store: RecordSourceSelectorProxy) => void {
  return (store) => {
    const record = list(store);
    const received = store.getRootField(event);
    const type: unknown = received?.getValue('type');
    if (type === 'RESET') record?.setLinkedRecords([], rows);
    const object = received?.getLinkedRecord('object');
    if (!record || !object) return;
    // The store has one proxy for each record, so those of a long list need no comparison of ids.
    const listed = record.getLinkedRecords(rows) ?? [];
    if (type === 'DELETED')
      record.setLinkedRecords(
        listed.filter((row) => row !== object),
        rows,
      );
    else if (!listed.includes(object)) record.setLinkedRecords([...listed, object], rows);
  };
}
