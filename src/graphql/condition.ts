import type { condition, Decoded } from '../kubernetes/decoder.ts';
import { builder } from './builder.ts';
import { timestampOf } from './scalars.ts';

const ConditionStatus = builder.enumType('ConditionStatus', {
  description: 'Status of a condition.',
  values: {
    TRUE: { description: 'The condition is true.' },
    FALSE: { description: 'The condition is false.' },
    UNKNOWN: { description: 'The condition cannot be determined.' },
  } as const,
});

export const ConditionType = builder.objectRef<Decoded<typeof condition>>('Condition').implement({
  description: 'One observed aspect of the state of an object, as in `status.conditions`.',
  fields: (t) => ({
    type: t.string({ description: 'Type of the condition, e.g. `PodScheduled`.', resolve: ({ type }) => type ?? '' }),
    status: t.field({
      type: ConditionStatus,
      description: 'Status of the condition.',
      resolve: ({ status }) => (status === 'True' ? 'TRUE' : status === 'False' ? 'FALSE' : 'UNKNOWN'),
    }),
    reason: t.string({
      nullable: true,
      description: 'Machine-readable reason of the last transition, e.g. `Unschedulable`. Null if none is reported.',
      resolve: ({ reason }) => reason || null,
    }),
    message: t.string({
      nullable: true,
      description: 'Human-readable details of the last transition. Null if none are reported.',
      resolve: ({ message }) => message || null,
    }),
    changedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last change of `status`. Null if it is not reported.',
      resolve: ({ lastTransitionTime }) => timestampOf(lastTransitionTime),
    }),
  }),
});
