import { builder } from './builder.ts';
import type { GatewayVersions } from './context.ts';
import type { ResourceStatus } from '../loaders/loaders.ts';

const ServedKindType = builder.objectRef<ResourceStatus>('ServedKind').implement({
  description: 'One kind of object, and how fresh the gateway’s copy of it is.',
  fields: (t) => ({
    kind: t.string({ description: 'The kind, e.g. `Workspace`.', resolve: ({ resource }) => resource.kind }),
    group: t.string({
      description: 'Its API group; empty for the core group.',
      resolve: ({ resource }) => resource.group,
    }),
    version: t.string({ description: 'The API version that is read.', resolve: ({ resource }) => resource.version }),
    available: t.exposeBoolean('available', { description: 'False while the cluster does not serve the kind.' }),
    synced: t.exposeBoolean('synced', {
      description: 'Whether the copy is complete. It may be behind while the API server cannot be reached.',
    }),
    objects: t.exposeInt('objects', { description: 'How many objects the copy holds.' }),
    lastEventAt: t.field({
      type: 'DateTime',
      nullable: true,
      description:
        'When the API server last told something of the kind: an event, or that there was none. Null before the first time.',
      resolve: ({ lastEventAt }) => (lastEventAt === undefined ? null : new Date(lastEventAt).toISOString()),
    }),
  }),
});

const GatewayType = builder.objectRef<GatewayVersions>('Gateway').implement({
  description: 'What this gateway serves and how fresh it is.',
  fields: (t) => ({
    version: t.exposeString('version', { description: 'Version of the gateway.' }),
    kubernetesVersion: t.string({
      nullable: true,
      description: 'Version of the API server. Null while it has not been reached.',
      resolve: ({ kubernetesVersion }) => kubernetesVersion ?? null,
    }),
    kinds: t.field({
      type: [ServedKindType],
      description: 'The kinds that the gateway keeps a live copy of.',
      resolve: (_, __, { loaders }) => [...loaders.statuses()],
    }),
  }),
});

builder.queryField('gateway', (t) =>
  t.field({ type: GatewayType, description: 'The gateway itself.', resolve: (_, __, { versions }) => versions }),
);
