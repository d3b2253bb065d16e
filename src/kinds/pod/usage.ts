import { builder } from '../../graphql/builder.ts';
import { viewerDependent } from '../../graphql/field-dependencies.ts';
import { amountOf, ResourceAmountType } from '../../graphql/resource-amount.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import { type ContainerUsage, podMetrics } from '../../kubernetes/pod-metrics.ts';
import { isForbidden } from '../../kubernetes/status-error.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { podNameOf, workspacePodOf } from '../workspace/pod.ts';
import { WorkspaceType } from '../workspace/refs.ts';
import type { WorkspaceObject } from '../workspace/resource.ts';
import { stateOf } from '../workspace/state.ts';
import { Pod } from './resource.ts';

const ContainerUsageType = builder.objectRef<ContainerUsage>('ContainerUsage').implement({
  description: 'Resource usage of a container.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name of the container.' }),
    cpu: t.field({
      type: ResourceAmountType,
      nullable: true,
      description: 'CPU usage, in cores. Null if it was not measured.',
      resolve: ({ cpu }) => amountOf('cpu', cpu),
    }),
    memory: t.field({
      type: ResourceAmountType,
      nullable: true,
      description: 'Memory usage, in bytes. Null if it was not measured.',
      resolve: ({ memory }) => amountOf('memory', memory),
    }),
    at: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'Time of the measurement. Null if it is not reported.',
      resolve: ({ at }) => timestampOf(at),
    }),
  }),
});

const UsageUnavailableReason = builder.enumType('UsageUnavailableReason', {
  description: 'Reason why the usage of a workspace is not available.',
  values: {
    METRICS_API_NOT_AVAILABLE: {
      description: 'The cluster does not serve `metrics.k8s.io`, or its metrics server does not respond.',
    },
    WORKSPACE_NOT_RUNNING: { description: 'The workspace has no running pod.' },
    NOT_MEASURED_YET: { description: 'The pod is running and has not been measured yet, which takes about a minute.' },
    NOT_PERMITTED: { description: 'You or the gateway may not `list` `pods` of `metrics.k8s.io` in the namespace.' },
  } as const,
});

interface Usage {
  readonly reason: typeof UsageUnavailableReason.$inferType | null;
  readonly containers: readonly ContainerUsage[];
}

const WorkspaceUsage = builder.objectRef<Usage>('WorkspaceUsage').implement({
  description: 'Resource usage of a workspace.',
  fields: (t) => ({
    available: t.boolean({ description: 'True if the usage is known.', resolve: ({ reason }) => reason === null }),
    reason: t.field({
      type: UsageUnavailableReason,
      nullable: true,
      description: 'Reason why the usage is not known. Null if it is known.',
      resolve: ({ reason }) => reason,
    }),
    containers: t.field({
      type: [ContainerUsageType],
      description: 'Usage of each container. Empty if the usage is not known.',
      resolve: ({ containers }) => [...containers],
    }),
  }),
});

builder.objectField(WorkspaceType, 'usage', (t) =>
  t.field({
    type: WorkspaceUsage,
    description:
      'Current usage, read once per namespace from the metrics API and cached for up to 15 seconds. A subscription evaluates it about every 20 seconds.',
    extensions: viewerDependent(Pod),
    resolve: (workspace, _, { client }) => usageOf(client, workspace),
  }),
);

async function usageOf(client: ViewerClient, workspace: WorkspaceObject): Promise<Usage> {
  const { namespace = '' } = workspace.metadata;
  const pod = workspacePodOf(client.reader, workspace);
  if (!pod) return unavailable('WORKSPACE_NOT_RUNNING');
  const mayList = await client.can('list', podMetrics, { namespace });
  if (!mayList) return unavailable('NOT_PERMITTED');
  const usage = await client.reader.usage(namespace).catch(rethrowUnlessForbidden);
  if (usage === 'forbidden') return unavailable('NOT_PERMITTED');
  if (!usage) return unavailable('METRICS_API_NOT_AVAILABLE');
  const containers = usage.get(podNameOf(pod));
  if (containers) return { reason: null, containers };
  return unavailable(stateOf(workspace) === 'RUNNING' ? 'NOT_MEASURED_YET' : 'WORKSPACE_NOT_RUNNING');
}

/** The gateway, which reads with its own identity unless it impersonates, may lack a permission that the viewer has. */
function rethrowUnlessForbidden(error: unknown): 'forbidden' {
  if (isForbidden(error)) return 'forbidden';
  throw error;
}

function unavailable(reason: Usage['reason']): Usage {
  return { reason, containers: [] };
}
