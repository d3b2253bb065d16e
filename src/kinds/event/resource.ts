import { int, memoizedDecode, object, string, type Decoded } from '../../kubernetes/decoder.ts';
import { keyOf, type KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

const involvedObject = object({
  apiVersion: string,
  kind: string,
  namespace: string,
  name: string,
  uid: string,
  fieldPath: string,
});

/** Fields of both forms of an event: with a count, and, since Kubernetes 1.19, with a series. */
const event = object({
  involvedObject,
  type: string,
  reason: string,
  message: string,
  count: int,
  firstTimestamp: string,
  lastTimestamp: string,
  eventTime: string,
  series: object({ count: int, lastObservedTime: string }),
  source: object({ component: string, host: string }),
  reportingComponent: string,
  reportingInstance: string,
});

type EventFields = Decoded<typeof event>;
export type InvolvedObject = Decoded<typeof involvedObject>;

/** Event of the core API group. Read it with {@link eventFieldsOf}. */
export type EventObject = KubernetesObject;

export const eventFieldsOf: (object: EventObject) => EventFields = memoizedDecode(event, {});

export const Event = defineResource<EventObject>({
  kind: 'Event',
  group: '',
  version: 'v1',
  plural: 'events',
  namespaced: true,
  cache: {
    watched: 'on-demand',
    trim: (stored) => {
      const { apiVersion, kind, metadata } = stored;
      return { ...event.prune(stored), apiVersion, kind, metadata };
    },
    indexes: {
      /** By {@link involvedKeyOf} of the involved object. */
      involved: (stored) => {
        const { kind = '', namespace, name = '' } = eventFieldsOf(stored).involvedObject ?? {};
        return [involvedKeyOf(kind, { namespace, name })];
      },
    },
  },
});

export function involvedKeyOf(kind: string, at: { readonly namespace?: string | undefined; readonly name: string }) {
  return `${kind} ${keyOf(at)}`;
}
