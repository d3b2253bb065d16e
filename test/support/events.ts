import { randomUUID } from 'node:crypto';
import type { Manifest } from '../../dev/simulator/api-object.ts';

/** Returns an Event about an object in `team-a`, in the form with `count`. */
export function eventOf(kind: string, name: string, fields: Readonly<Record<string, unknown>> = {}): Manifest {
  const { metadata, involvedObject, ...rest } = fields;
  const time = '2026-11-25T10:00:00Z';
  const unique = `${name}.${randomUUID()}`;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: unique, namespace: 'team-a', ...(metadata as object) },
    involvedObject: { kind, namespace: 'team-a', name, ...(involvedObject as object) },
    type: 'Normal',
    reason: 'Scheduled',
    message: `About ${name}`,
    count: 1,
    firstTimestamp: time,
    lastTimestamp: time,
    source: { component: 'default-scheduler' },
    ...rest,
  };
}
