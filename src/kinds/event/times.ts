import { orderingByFields, type Ordering } from '../../kubernetes/ordering.ts';
import { nameField, namespaceField, ObjectField } from '../../kubernetes/object-field.ts';
import { eventFieldsOf, type EventObject } from './resource.ts';

/** Returns the time of the first occurrence, else of the creation. */
export function firstTimeOf(event: EventObject): string {
  const { firstTimestamp, eventTime } = eventFieldsOf(event);
  return [firstTimestamp, eventTime].find(isTime) ?? event.metadata.creationTimestamp;
}

/** Returns the time of the last occurrence. */
export function lastTimeOf(event: EventObject): string {
  const { series, lastTimestamp, eventTime } = eventFieldsOf(event);
  return [series?.lastObservedTime, lastTimestamp, eventTime].find(isTime) ?? firstTimeOf(event);
}

/** Returns the number of occurrences, at least 1. */
export function countOf(event: EventObject): number {
  const { series, count } = eventFieldsOf(event);
  return series?.count ?? (count || 1);
}

function isTime(text: string | undefined): boolean {
  return !Number.isNaN(Date.parse(text ?? ''));
}

/** Empty, so last, if the event has no valid timestamp. */
const lastTimeField = new ObjectField((event: EventObject) => {
  const time = Date.parse(lastTimeOf(event));
  return Number.isNaN(time) ? '' : new Date(time).toISOString();
});

export const newestFirst: Ordering<EventObject> = orderingByFields(
  'LAST_AT DESC, NAMESPACE ASC, NAME ASC',
  [lastTimeField, namespaceField, nameField],
  [-1, 1, 1],
);
