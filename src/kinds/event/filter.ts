import { builder } from '../../graphql/builder.ts';
import { matchesAll, oneOfCondition, searchCondition, searchedTexts } from '../../graphql/filter.ts';
import type { ObjectFilter } from '../../kubernetes/object-filter.ts';
import { eventFieldsOf, type EventObject } from './resource.ts';

export const EventTypeEnum = builder.enumType('KubernetesEventType', {
  description: 'Type of a Kubernetes event.',
  values: {
    NORMAL: { description: 'The event reports normal operation.' },
    WARNING: { description: 'The event reports a problem.' },
    UNKNOWN: { description: 'The event has a type that this gateway does not know.' },
  } as const,
});

export function typeOf(event: EventObject): typeof EventTypeEnum.$inferType {
  const { type } = eventFieldsOf(event);
  if (type === 'Normal') return 'NORMAL';
  return type === 'Warning' ? 'WARNING' : 'UNKNOWN';
}

export const EventFilterInput = builder.inputType('KubernetesEventFilter', {
  description: 'Filter for Kubernetes events. An event matches if it meets every given condition.',
  fields: (t) => ({
    types: t.field({ type: [EventTypeEnum], description: 'Types: the event has one of them.' }),
    reasons: t.stringList({ description: 'Reasons: the event has one of them, e.g. `FailedScheduling`.' }),
    kinds: t.stringList({ description: 'Kinds of the involved object, e.g. `Pod`.' }),
    names: t.stringList({ description: 'Names of the involved object.' }),
    search: t.string({ description: 'Substring of the message, case-insensitive.' }),
  }),
});

type EventFilter = typeof EventFilterInput.$inferInput;

const messageTexts = searchedTexts((event: EventObject) => [eventFieldsOf(event).message ?? '']);

export function eventMatcher(filter: EventFilter | null | undefined): ObjectFilter<EventObject> {
  return matchesAll<EventObject>([
    oneOfCondition(filter?.types, typeOf),
    oneOfCondition(filter?.reasons, (event) => eventFieldsOf(event).reason ?? ''),
    oneOfCondition(filter?.kinds, (event) => eventFieldsOf(event).involvedObject?.kind ?? ''),
    oneOfCondition(filter?.names, (event) => eventFieldsOf(event).involvedObject?.name ?? ''),
    searchCondition(filter?.search, messageTexts),
  ]);
}
