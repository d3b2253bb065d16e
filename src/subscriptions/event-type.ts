import type { KubernetesObject } from '../kubernetes/object.ts';
import { builder, type TypeRef } from '../graphql/builder.ts';
import type { LiveEvent } from './live-source.ts';

const descriptions = {
  ADDED: 'The object is new, or has begun to match.',
  MODIFIED: 'Something that you select has changed.',
  DELETED: 'The object is gone, or has ceased to match. It is told as it was last seen.',
  SYNCED: 'The snapshot is complete: what has been sent is all there is.',
  RESET: 'Forget everything: a new snapshot follows. The cursor handed in, or you, had fallen too far behind.',
} as const;

/** ADDED, MODIFIED and DELETED carry an object. */
export type EventType = keyof typeof descriptions;

export const EventTypeEnum = builder.enumType('EventType', {
  description: 'What an event of a subscription tells.',
  values: {
    ADDED: { description: descriptions.ADDED },
    MODIFIED: { description: descriptions.MODIFIED },
    DELETED: { description: descriptions.DELETED },
    SYNCED: { description: descriptions.SYNCED },
    RESET: { description: descriptions.RESET },
  } as const satisfies Record<EventType, object>,
});

/** Gives `<Name>Event` its fields. */
export function implementEvent(event: TypeRef<LiveEvent<KubernetesObject>>, node: TypeRef<KubernetesObject>): void {
  event.implement({
    description: `What happened to one ${node.name} of those that you follow.`,
    fields: (t) => ({
      type: t.field({ type: EventTypeEnum, description: 'What happened.', resolve: ({ type }) => type }),
      object: t.field({
        type: node,
        nullable: true,
        description: `The ${node.name}. Null for SYNCED and RESET.`,
        resolve: ({ object }) => object,
      }),
      cursor: t.exposeString('cursor', { description: 'Hand it in as `after` to go on from here. Opaque.' }),
    }),
  });
}
