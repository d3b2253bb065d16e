import { builder } from '../../graphql/builder.ts';
import { eventFieldsOf, type EventObject } from './resource.ts';

export const EventTypeEnum = builder.enumType('KubernetesEventType', {
  description: 'Whether an event is bad news.',
  values: {
    NORMAL: { description: 'Something went as it should.' },
    WARNING: { description: 'Something did not go as it should.' },
    UNKNOWN: { description: 'Something that this gateway does not know.' },
  } as const,
});

export function typeOf(event: EventObject): typeof EventTypeEnum.$inferType {
  const { type } = eventFieldsOf(event);
  if (type === 'Normal') return 'NORMAL';
  return type === 'Warning' ? 'WARNING' : 'UNKNOWN';
}

export const EventFilterInput = builder.inputType('KubernetesEventFilter', {
  description: 'Which events are meant: all conditions that are given must hold.',
  fields: (t) => ({
    types: t.field({ type: [EventTypeEnum], description: 'Of one of these types.' }),
    reasons: t.stringList({ description: 'With one of these reasons, e.g. `FailedScheduling`.' }),
    kinds: t.stringList({ description: 'About an object of one of these kinds, e.g. `Pod`.' }),
    names: t.stringList({ description: 'About an object of one of these names.' }),
    search: t.string({ description: 'Part of the message, in any case.' }),
  }),
});

type EventFilter = typeof EventFilterInput.$inferInput;

export function eventMatcher(filter: EventFilter | null | undefined): (event: EventObject) => boolean {
  const { types, reasons, kinds, names } = filter ?? {};
  const text = filter?.search?.toLowerCase() ?? '';
  return (event) => {
    const { reason = '', message = '', involvedObject: { kind = '', name = '' } = {} } = eventFieldsOf(event);
    return (
      (!types || types.includes(typeOf(event))) &&
      (!reasons || reasons.includes(reason)) &&
      (!kinds || kinds.includes(kind)) &&
      (!names || names.includes(name)) &&
      message.toLowerCase().includes(text)
    );
  };
}
