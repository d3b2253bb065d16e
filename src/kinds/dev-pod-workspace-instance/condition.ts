import { builder } from '../../graphql/builder.ts';
import { anyObject, listOf, moment, record, text, type Formed } from '../../kubernetes/form.ts';
import { manifestOf, type DevPodWorkspaceInstanceObject } from './resource.ts';

const condition = record({
  type: text,
  status: text,
  severity: text,
  reason: text,
  message: text,
  lastTransitionTime: moment,
});
const conditions = listOf(condition);

type Condition = Formed<typeof condition>;

/** A list in every known version, though documented as an object: of one condition, or of conditions by their types. */
export function conditionsOf(instance: DevPodWorkspaceInstanceObject): readonly Condition[] {
  const { status } = manifestOf(instance);
  const told = anyObject.read(status)?.['conditions'];
  const listed = conditions.read(told);
  if (listed) return listed;
  if (!anyObject.is(told)) return [];
  if (typeof told['type'] === 'string') return conditions.read([told]) ?? [];
  return Object.entries(told).flatMap(([type, each]) => ({ type, ...condition.read(each) }));
}

export const DevPodCondition = builder.objectRef<Condition>('DevPodCondition').implement({
  description: 'One thing that the controller looks after.',
  fields: (t) => ({
    type: t.string({
      description: 'What it is, e.g. `InstanceScheduled`: newer versions have others.',
      resolve: ({ type }) => type ?? '',
    }),
    status: t.string({ description: '`True`, `False` or `Unknown`.', resolve: ({ status }) => status ?? 'Unknown' }),
    severity: t.string({
      nullable: true,
      description: 'How bad it is where it is not `True`. Null where that is not told.',
      resolve: ({ severity }) => severity ?? null,
    }),
    reason: t.string({
      nullable: true,
      description: 'Why, for programs. Null where that is not told.',
      resolve: ({ reason }) => reason ?? null,
    }),
    message: t.string({
      nullable: true,
      description: 'Why, for people. Null where that is not told.',
      resolve: ({ message }) => message ?? null,
    }),
    lastTransitionAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Since when it is so. Null where that is not told.',
      resolve: ({ lastTransitionTime }) => lastTransitionTime ?? null,
    }),
  }),
});
