import { builder } from '../../graphql/builder.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { amountsOf, ResourceAmountType } from '../../graphql/resource-amount.ts';
import { Pod } from '../pod/resource.ts';
import { WorkspaceKind } from '../workspace-kind/resource.ts';
import { WorkspaceType } from './refs.ts';
import { resourcesOf, type WorkspaceAmounts } from './requests.ts';

const ResourceSource = builder.enumType('ResourceSource', {
  description: 'Origin of the resources of a workspace.',
  values: {
    POD: { description: 'The pod of the workspace.' },
    POD_CONFIG: { description: 'The podConfig option, from which the pod is created.' },
    NONE: {
      description:
        'Neither is known: there is no pod, and the WorkspaceKind or the option does not exist or may not be read by you.',
    },
  } as const,
});

const WorkspaceResources = builder.objectRef<WorkspaceAmounts>('WorkspaceResources').implement({
  description: 'Resources of the pod of a workspace or, without a pod, of its podConfig option.',
  fields: (t) => ({
    requests: t.field({
      type: [ResourceAmountType],
      description:
        'Requested resources as the scheduler counts them: containers and sidecars together, or an init container that needs more, and the overhead of the pod. Sorted by resource.',
      resolve: ({ requests }) => amountsOf(requests),
    }),
    limits: t.field({
      type: [ResourceAmountType],
      description:
        'Limits of resources, counted as the requests; containers without a limit add nothing. Sorted by resource.',
      resolve: ({ limits }) => amountsOf(limits),
    }),
    source: t.expose('source', { type: ResourceSource, description: 'Origin of the amounts.' }),
  }),
});

builder.objectField(WorkspaceType, 'resources', (t) =>
  t.field({
    type: WorkspaceResources,
    description: 'Requested resources and limits. Of the podConfig option for viewers who may not list pods.',
    extensions: dependsOn(Pod, WorkspaceKind),
    resolve: (workspace, _, { client }) => resourcesOf(client.reader, workspace),
  }),
);
