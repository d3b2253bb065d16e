import { builder } from '../../graphql/builder.ts';
import { StatusError } from '../../kubernetes/status-error.ts';
import type { ViewerClient } from '../../viewer-client/viewer-client.ts';
import { capacityDerivation, type Fit } from '../cluster-node/fit.ts';
import { amountsOfPodConfig } from '../workspace/requests.ts';
import { chosenOptionsOf, workspaceKindNameOf, type WorkspaceContent } from '../workspace/resource.ts';
import { spawnerOptionOf, SpawnerOptionType, type SpawnerOption } from './option.ts';
import { podSpecOf } from './option-spec.ts';
import { WorkspaceKind } from './resource.ts';

const OptionFit = builder.objectRef<Fit>('OptionFit').implement({
  description:
    'Whether a new workspace with this podConfig would run now, by the LimitRanges and quotas of the namespace and the nodes of the cluster. Viewers who may not read those get it, too. Another pod may take the space first.',
  fields: (t) => ({
    limitRange: t.boolean({
      nullable: true,
      description:
        'Whether the LimitRanges of the namespace permit the container of the workspace, with their defaults. Null if that cannot be known.',
      resolve: ({ limitRange }) => limitRange,
    }),
    quota: t.boolean({
      nullable: true,
      description: 'Whether the ResourceQuotas of the namespace permit the pod. Null if that cannot be known.',
      resolve: ({ quota }) => quota,
    }),
    node: t.boolean({
      nullable: true,
      description:
        'Whether a node has enough unrequested resources and accepts the pod. A cluster autoscaler may add one. Null if that cannot be known.',
      resolve: ({ node }) => node,
    }),
    reason: t.string({
      nullable: true,
      description:
        'Human-readable reason why it does not fit: names the ResourceQuota or LimitRange and the resource, but no amount and no node. Null if it fits or that cannot be known.',
      resolve: ({ reason }) => reason,
    }),
  }),
});

builder.objectField(SpawnerOptionType, 'fits', (t) =>
  t.field({
    type: OptionFit,
    nullable: true,
    description:
      'Whether a workspace with the option fits into the namespace of the offer, when the field is read. Null for an imageConfig, and outside an offer.',
    resolve: (option, _, { client }) =>
      option.list === 'podConfig' && option.offeredIn !== undefined ? fitOf(client, option, option.offeredIn) : null,
  }),
);

/** Reads quotas, nodes and pods without a permission check: only whether it fits reaches the viewer. */
async function fitOf(client: ViewerClient, { spec }: SpawnerOption, namespace: string): Promise<Fit> {
  const capacity = await client.reader.unrestricted.derived(capacityDerivation);
  const podSpec = podSpecOf(spec.spec);
  const { nodeSelector = {}, tolerations = [], affinity } = podSpec;
  const { requests, limits } = amountsOfPodConfig(podSpec);
  return capacity().fitOf({
    namespace,
    requests,
    limits,
    nodeSelector,
    tolerations,
    hasAffinity: affinity !== undefined,
  });
}

/** Returns a warning if the pod of a workspace does not fit. Empty if the cluster cannot be read, which must not prevent the write. */
export async function fitWarnings(
  client: ViewerClient,
  namespace: string,
  workspace: WorkspaceContent,
): Promise<string[]> {
  try {
    const workspaceKind = client.reader.unrestricted.get(WorkspaceKind, { name: workspaceKindNameOf(workspace) });
    const option = workspaceKind && spawnerOptionOf(workspaceKind, 'podConfig', chosenOptionsOf(workspace).podConfig);
    const fit = option && (await fitOf(client, option, namespace));
    return fit?.reason ? [`The pod of the workspace does not fit now: ${fit.reason}`] : [];
  } catch (error) {
    if (error instanceof StatusError) return [];
    throw error;
  }
}
