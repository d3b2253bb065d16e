import { builder } from '../../graphql/builder.ts';
import { timestampOf } from '../../graphql/scalars.ts';
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

/** Reads `status.conditions`: a list in all known versions, but documented as an object, of one condition or by type. */
export function conditionsOf(instance: DevPodWorkspaceInstanceObject): readonly Condition[] {
  const { status } = manifestOf(instance);
  const reported = anyObject.decode(status)?.['conditions'];
  const listed = conditions.decode(reported);
  if (listed) return listed;
  if (!anyObject.is(reported)) return [];
  if (typeof reported['type'] === 'string') return conditions.decode([reported]) ?? [];
  return Object.entries(reported).flatMap(([type, each]) => ({ type, ...condition.decode(each) }));
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
      resolve: ({ lastTransitionTime }) => timestampOf(lastTransitionTime),
    }),
  }),
});
