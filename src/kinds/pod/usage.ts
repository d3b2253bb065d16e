import { builder } from '../../graphql/builder.ts';
import { viewerDependent } from '../../graphql/field-dependencies.ts';
import { amountOf, ResourceAmountType, type ResourceAmount } from '../../graphql/resource-amount.ts';
import { timestampOf } from '../../graphql/scalars.ts';
import { type ContainerUsage, podMetrics } from '../../kubernetes/pod-metrics.ts';
import { formatQuantity, parseExact, sumOf } from '../../kubernetes/quantity.ts';
import { isForbidden } from '../../kubernetes/status-error.ts';
import type { GpuLoad } from '../../viewer-client/gpu-loads.ts';
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

const GpuUnavailableReason = builder.enumType('GpuUnavailableReason', {
  description: 'Reason why the load of the GPUs of a workspace is not available.',
  values: {
    NOT_CONFIGURED: { description: 'The gateway has no source of the load of GPUs.' },
    SOURCE_NOT_AVAILABLE: { description: 'The source does not answer.' },
    NOT_MEASURED: { description: 'The source has no load of this pod: it may have no GPU.' },
    WORKSPACE_NOT_RUNNING: { description: 'The workspace has no pod.' },
    NOT_PERMITTED: { description: 'You may not `list` `pods` of `metrics.k8s.io` in the namespace.' },
  } as const,
});

interface Usage {
  readonly reason: typeof UsageUnavailableReason.$inferType | null;
  readonly containers: readonly ContainerUsage[];
  readonly gpu: GpuUsage;
}

type GpuUsage = GpuLoad | typeof GpuUnavailableReason.$inferType;

const WorkspaceGpuUsage = builder.objectRef<GpuLoad>('WorkspaceGpuUsage').implement({
  description: 'Load of the GPUs of a workspace, as the source of the gateway has measured it.',
  fields: (t) => ({
    percent: t.float({
      nullable: true,
      description: 'Average load of its GPUs, from 0 to 100. Null if the source has no current value.',
      resolve: ({ percent }) => percent ?? null,
    }),
    lastActiveAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'Last time at which a GPU is known to have had a load, with a precision of about a minute. Null if there was none for as long as the source looks back.',
      resolve: ({ activeAt }) => (activeAt === undefined ? null : new Date(activeAt).toISOString()),
    }),
  }),
});

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
    cpu: t.field({
      type: ResourceAmountType,
      nullable: true,
      description: 'Exact sum of the CPU usage of the containers, in cores. Null if it is not known.',
      resolve: ({ containers }) => sumIn('cpu', containers),
    }),
    memory: t.field({
      type: ResourceAmountType,
      nullable: true,
      description: 'Exact sum of the memory usage of the containers, in bytes. Null if it is not known.',
      resolve: ({ containers }) => sumIn('memory', containers),
    }),
    gpu: t.field({
      type: WorkspaceGpuUsage,
      nullable: true,
      description: 'Load of its GPUs. Null if it is not known, with `gpuReason`.',
      resolve: ({ gpu }) => (typeof gpu === 'string' ? null : gpu),
    }),
    gpuReason: t.field({
      type: GpuUnavailableReason,
      nullable: true,
      description: 'Reason why `gpu` is null.',
      resolve: ({ gpu }) => (typeof gpu === 'string' ? gpu : null),
    }),
  }),
});

builder.objectField(WorkspaceType, 'usage', (t) =>
  t.field({
    type: WorkspaceUsage,
    description:
      'Current usage, read from the metrics API once per namespace, or once for the cluster if a request needs more than three, and cached for up to 15 seconds. Requires `list` of `pods` of `metrics.k8s.io` in the namespace. A subscription evaluates it about every 20 seconds.',
    extensions: viewerDependent(Pod),
    resolve: (workspace, _, { client }) => usageOf(client, workspace),
  }),
);

async function usageOf(client: ViewerClient, workspace: WorkspaceObject): Promise<Usage> {
  const { namespace = '' } = workspace.metadata;
  const pod = workspacePodOf(client.reader, workspace);
  if (!pod) return unavailable('WORKSPACE_NOT_RUNNING', 'WORKSPACE_NOT_RUNNING');
  const mayList = await client.can('list', podMetrics, { namespace });
  if (!mayList) return unavailable('NOT_PERMITTED', 'NOT_PERMITTED');
  const gpu = gpuUsageOf(client, namespace, podNameOf(pod));
  const usage = await client.reader.usage(namespace).catch(rethrowUnlessForbidden);
  if (usage === 'forbidden') return unavailable('NOT_PERMITTED', gpu);
  if (!usage) return unavailable('METRICS_API_NOT_AVAILABLE', gpu);
  const containers = usage.get(podNameOf(pod));
  if (containers) return { reason: null, containers, gpu };
  return unavailable(stateOf(workspace) === 'RUNNING' ? 'NOT_MEASURED_YET' : 'WORKSPACE_NOT_RUNNING', gpu);
}

function gpuUsageOf({ reader: { gpuLoads } }: ViewerClient, namespace: string, pod: string): GpuUsage {
  if (!gpuLoads) return 'NOT_CONFIGURED';
  if (!gpuLoads.isCurrent) return 'SOURCE_NOT_AVAILABLE';
  return gpuLoads.get(namespace, pod) ?? 'NOT_MEASURED';
}

/** Returns the sum over containers. Null if that of one is not known, or there is none. */
function sumIn(resource: 'cpu' | 'memory', containers: readonly ContainerUsage[]): ResourceAmount | null {
  const amounts = containers.map((container) => parseExact(container[resource] ?? ''));
  const known = amounts.filter((amount) => amount !== undefined);
  if (known.length === 0 || known.length < amounts.length) return null;
  return amountOf(resource, formatQuantity(known.reduce(sumOf)));
}

/** The gateway, which reads with its own identity unless it impersonates, may lack a permission that the viewer has. */
function rethrowUnlessForbidden(error: unknown): 'forbidden' {
  if (isForbidden(error)) return 'forbidden';
  throw error;
}

function unavailable(reason: Usage['reason'], gpu: GpuUsage): Usage {
  return { reason, containers: [], gpu };
}
