import { builder } from '../../graphql/builder.ts';
import { anyObject, listOf, timestamp, object, string, type Decoded } from '../../kubernetes/decoder.ts';
import { manifestOf, type DevPodWorkspaceInstanceObject } from './resource.ts';

const condition = object({
  type: string,
  status: string,
  severity: string,
  reason: string,
  message: string,
  lastTransitionTime: timestamp,
});
const conditions = listOf(condition);

type Condition = Decoded<typeof condition>;

/** A list in every known version, though documented as an object: of one condition, or of conditions by their types. */
export function conditionsOf(instance: DevPodWorkspaceInstanceObject): readonly Condition[] {
  const { status } = manifestOf(instance);
  const told = anyObject.decode(status)?.['conditions'];
  const listed = conditions.decode(told);
  if (listed) return listed;
  if (!anyObject.is(told)) return [];
  if (typeof told['type'] === 'string') return conditions.decode([told]) ?? [];
  return Object.entries(told).flatMap(([type, each]) => ({ type, ...condition.decode(each) }));
}

export const DevPodCondition = builder.objectRef<Condition>('DevPodCondition').implement({
  description: 'Condition of a DevPod workspace.',
  fields: (t) => ({
    type: t.string({
      description:
        'Type of the condition, e.g. `InstanceScheduled`. The set of types depends on the version of the controller.',
      resolve: ({ type }) => type ?? '',
    }),
    status: t.string({ description: '`True`, `False` or `Unknown`.', resolve: ({ status }) => status ?? 'Unknown' }),
    severity: t.string({
      nullable: true,
      description: 'Severity of a condition that is not `True`. Null if it is not reported.',
      resolve: ({ severity }) => severity ?? null,
    }),
    reason: t.string({
      nullable: true,
      description: 'Machine-readable reason of the last transition. Null if none is reported.',
      resolve: ({ reason }) => reason ?? null,
    }),
    message: t.string({
      nullable: true,
      description: 'Human-readable details of the last transition. Null if none are reported.',
      resolve: ({ message }) => message ?? null,
    }),
    lastTransitionAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time of the last change of `status`. Null if it is not reported.',
      resolve: ({ lastTransitionTime }) => lastTransitionTime ?? null,
    }),
  }),
});
