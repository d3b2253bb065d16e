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

/** Both forms in which events are written: with counts, and since Kubernetes 1.19 as a series. */
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

export type EventFields = Decoded<typeof event>;
export type InvolvedObject = Decoded<typeof involvedObject>;

/** Something that a component of the cluster noted of an object, read through {@link eventFieldsOf}. */
export type EventObject = KubernetesObject;

/** What it says. */
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
      /** By the object that it is about: {@link involvedKeyOf}. */
      involved: (stored) => {
        const { kind = '', namespace, name = '' } = eventFieldsOf(stored).involvedObject ?? {};
        return [involvedKeyOf(kind, { namespace, name })];
      },
      /** By the key of the workspace whose StatefulSet or pod it is about, as their names tell. */
      part: (stored) => partKeysOf(eventFieldsOf(stored).involvedObject ?? {}),
    },
  },
});

export function involvedKeyOf(kind: string, at: { readonly namespace?: string | undefined; readonly name: string }) {
  return `${kind} ${keyOf(at)}`;
}

/** `ws-<workspace>-<5 random>` names the StatefulSet, and with a number behind it the pod. */
const PART_NAMES: ReadonlyMap<string | undefined, RegExp> = new Map([
  ['StatefulSet', /^ws-(?<workspace>.+)-[a-z0-9]{5}$/u],
  ['Pod', /^ws-(?<workspace>.+)-[a-z0-9]{5}-\d+$/u],
]);

function partKeysOf({ kind, namespace, name }: InvolvedObject): readonly string[] {
  const workspace = PART_NAMES.get(kind)?.exec(name ?? '')?.groups?.['workspace'];
  return workspace === undefined ? [] : [keyOf({ namespace, name: workspace })];
}
