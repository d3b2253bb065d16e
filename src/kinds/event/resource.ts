import { int, reader, record, text, type Formed } from '../../kubernetes/form.ts';
import { keyOf, type KubernetesObject } from '../../kubernetes/object.ts';
import { defineResource } from '../../kubernetes/resource.ts';

const involvedObject = record({
  apiVersion: text,
  kind: text,
  namespace: text,
  name: text,
  uid: text,
  fieldPath: text,
});

/** Both forms in which events are written: with counts, and since Kubernetes 1.19 as a series. */
const event = record({
  involvedObject,
  type: text,
  reason: text,
  message: text,
  count: int,
  firstTimestamp: text,
  lastTimestamp: text,
  eventTime: text,
  series: record({ count: int, lastObservedTime: text }),
  source: record({ component: text, host: text }),
  reportingComponent: text,
  reportingInstance: text,
});

export type EventFields = Formed<typeof event>;
export type InvolvedObject = Formed<typeof involvedObject>;

/** Something that a component of the cluster noted of an object, read through {@link eventFieldsOf}. */
export type EventObject = KubernetesObject;

/** What it says. */
export const eventFieldsOf: (object: EventObject) => EventFields = reader(event, {});

export const Event = defineResource<EventObject>({
  kind: 'Event',
  group: '',
  version: 'v1',
  plural: 'events',
  namespaced: true,
  cache: {
    watched: 'on-demand',
    trim: (object) => {
      const { apiVersion, kind, metadata } = object;
      return { ...event.only(object), apiVersion, kind, metadata };
    },
    indexes: {
      /** By the object that it is about: {@link involvedKeyOf}. */
      involved: (object) => {
        const { kind = '', namespace, name = '' } = eventFieldsOf(object).involvedObject ?? {};
        return [involvedKeyOf(kind, { namespace, name })];
      },
      /** By the key of the workspace whose StatefulSet or pod it is about, as their names tell. */
      part: (object) => partKeysOf(eventFieldsOf(object).involvedObject ?? {}),
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
