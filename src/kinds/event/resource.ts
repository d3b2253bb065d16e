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

const cache = {
  watched: 'on-demand',
  perNamespace: true,
  trim: (stored: EventObject) => {
    const { apiVersion, kind, metadata } = stored;
    return { ...event.prune(stored), apiVersion, kind, metadata };
  },
  indexes: {
    /** By {@link involvedKeyOf} of the involved object. */
    involved: (stored: EventObject) => {
      const { kind = '', namespace, name = '' } = eventFieldsOf(stored).involvedObject ?? {};
      return [involvedKeyOf(kind, { namespace, name })];
    },
  },
} as const;

/** All events. Reads of several namespaces have one informer of the whole cluster, since its version orders their changes. */
export const Event = defineResource<EventObject>({
  kind: 'Event',
  group: '',
  version: 'v1',
  plural: 'events',
  namespaced: true,
  cache,
});

/** Kinds of a workspace and its parts, as events name them. */
const WORKSPACE_PARTS: ReadonlySet<string | undefined> = new Set([
  'Workspace',
  'StatefulSet',
  'Pod',
  'PersistentVolumeClaim',
]);

/**
 * Events of workspaces, StatefulSets, pods and claims. A field selector cannot express this: the API server compares
 * `involvedObject.kind` with one value only.
 */
export const WorkspacePartEvent = defineResource<EventObject>({
  ...Event,
  access: { visibleAs: Event },
  cache: {
    ...cache,
    view: 'of-workspaces',
    accepts: (stored) => WORKSPACE_PARTS.has(eventFieldsOf(stored).involvedObject?.kind),
  },
});

export function involvedKeyOf(kind: string, at: { readonly namespace?: string | undefined; readonly name: string }) {
  return `${kind} ${keyOf(at)}`;
}
