import { builder } from './builder.ts';
import { timestampOf } from './scalars.ts';

/** One of the `conditions` of a status, as Kubernetes writes them. */
export interface Condition {
  readonly type?: string;
  readonly status?: string;
  readonly reason?: string;
  readonly message?: string;
  readonly lastTransitionTime?: string;
}

const ConditionStatus = builder.enumType('ConditionStatus', {
  description: 'Whether a condition holds.',
  values: {
    TRUE: { description: 'It holds.' },
    FALSE: { description: 'It does not hold.' },
    UNKNOWN: { description: 'The cluster does not know.' },
  } as const,
});

export const ConditionType = builder.objectRef<Condition>('Condition').implement({
  description: 'Something that holds of an object, or not.',
  fields: (t) => ({
    type: t.string({ description: 'What it is about, e.g. `PodScheduled`.', resolve: ({ type }) => type ?? '' }),
    status: t.field({
      type: ConditionStatus,
      description: 'Whether it holds.',
      resolve: ({ status }) => (status === 'True' ? 'TRUE' : status === 'False' ? 'FALSE' : 'UNKNOWN'),
    }),
    reason: t.string({
      nullable: true,
      description: 'Why, in one word for programs, e.g. `Unschedulable`. Null where the cluster gives none.',
      resolve: ({ reason }) => reason || null,
    }),
    message: t.string({
      nullable: true,
      description: 'Why, for people. Null where the cluster gives no reason.',
      resolve: ({ message }) => message || null,
    }),
    changedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is so. Null where the cluster does not tell.',
      resolve: ({ lastTransitionTime }) => timestampOf(lastTransitionTime),
    }),
  }),
});
