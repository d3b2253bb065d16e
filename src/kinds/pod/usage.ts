import { builder } from '../../graphql/builder.ts';
import { viewerDependent } from '../../graphql/field-dependencies.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import { type ContainerUsage, podMetrics } from '../../kubernetes/pod-metrics.ts';
import { amountOf } from '../../kubernetes/quantity.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { podNameOf, workspacePodOf } from '../workspace/pod.ts';
import { WorkspaceType } from '../workspace/refs.ts';
import type { WorkspaceObject } from '../workspace/resource.ts';
import { stateOf } from '../workspace/state.ts';
import { Pod } from './resource.ts';

const ContainerUsageType = builder.objectRef<ContainerUsage>('ContainerUsage').implement({
  description: 'What a container uses.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'The container.' }),
    cpu: t.string({
      nullable: true,
      description: 'Processors, as a Kubernetes quantity, e.g. `137m`. Null where it was not measured.',
      resolve: ({ cpu }) => cpu ?? null,
    }),
    cpuCores: t.float({
      nullable: true,
      description: 'The same as a number, e.g. 0.137.',
      resolve: ({ cpu }) => amountOf(cpu ?? '') ?? null,
    }),
    memory: t.string({
      nullable: true,
      description: 'Memory, as a Kubernetes quantity, e.g. `512Mi`. Null where it was not measured.',
      resolve: ({ memory }) => memory ?? null,
    }),
    memoryBytes: t.float({
      nullable: true,
      description: 'The same as a number of bytes.',
      resolve: ({ memory }) => amountOf(memory ?? '') ?? null,
    }),
    at: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When it was measured. Null where that is not told.',
      resolve: ({ at }) => timestampOf(at),
    }),
  }),
});

const UsageUnavailableReason = builder.enumType('UsageUnavailableReason', {
  description: 'Why it is not known what a workspace uses.',
  values: {
    METRICS_API_NOT_AVAILABLE: {
      description: 'The cluster does not measure it: it has no metrics server, or none that answers.',
    },
    WORKSPACE_NOT_RUNNING: { description: 'It has no pod that runs, so it uses nothing.' },
    NOT_MEASURED_YET: { description: 'It runs, but was not measured yet: that takes about a minute.' },
    NOT_PERMITTED: { description: 'You may not `list` `pods` of `metrics.k8s.io` in its namespace.' },
  } as const,
});

interface Usage {
  readonly reason: typeof UsageUnavailableReason.$inferType | null;
  readonly containers: readonly ContainerUsage[];
}

const WorkspaceUsage = builder.objectRef<Usage>('WorkspaceUsage').implement({
  description: 'What a workspace uses.',
  fields: (t) => ({
    available: t.boolean({ description: 'Whether it is known.', resolve: ({ reason }) => reason === null }),
    reason: t.field({
      type: UsageUnavailableReason,
      nullable: true,
      description: 'Why it is not known. Null where it is.',
      resolve: ({ reason }) => reason,
    }),
    containers: t.field({
      type: [ContainerUsageType],
      description: 'Of each of its containers. Empty where it is not known.',
      resolve: ({ containers }) => [...containers],
    }),
  }),
});

builder.objectField(WorkspaceType, 'usage', (t) =>
  t.field({
    type: WorkspaceUsage,
    description:
      'What it uses now, as of 15 s ago or later: read from the API server once for all of a namespace. A subscription tells it anew about every 20 s.',
    extensions: viewerDependent(Pod),
    resolve: (workspace, _, { client }) => usageOf(client, workspace),
  }),
);

async function usageOf(client: ViewerClient, workspace: WorkspaceObject): Promise<Usage> {
  const { namespace = '' } = workspace.metadata;
  const pod = workspacePodOf(client, workspace);
  if (!pod) return unavailable('WORKSPACE_NOT_RUNNING');
  const mayList = await client.can('list', podMetrics, { namespace });
  if (!mayList) return unavailable('NOT_PERMITTED');
  const usage = await client.reader.usage(namespace);
  if (!usage) return unavailable('METRICS_API_NOT_AVAILABLE');
  const containers = usage.get(podNameOf(pod));
  if (containers) return { reason: null, containers };
  return unavailable(stateOf(workspace) === 'RUNNING' ? 'NOT_MEASURED_YET' : 'WORKSPACE_NOT_RUNNING');
}

function unavailable(reason: Usage['reason']): Usage {
  return { reason, containers: [] };
}
