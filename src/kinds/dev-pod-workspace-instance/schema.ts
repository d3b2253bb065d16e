import { builder } from '../../graphql/builder.ts';
import { dependsOn } from '../../graphql/field-dependencies.ts';
import { KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { ObjectMetaType } from '../../graphql/object-meta.ts';
import { defineKind } from '../define-kind.ts';
import { namespaceNamed, NamespaceType } from '../namespace/refs.ts';
import { Namespace } from '../namespace/resource.ts';
import { conditionsOf, DevPodCondition } from './condition.ts';
import { DevPodWorkspaceInstanceFilterInput, displayNameOf, instanceMatcher } from './filter.ts';
import { DevPodWorkspaceInstanceType, InstanceConnection, InstanceEvent } from './refs.ts';
import { type AccessRule, DevPodWorkspaceInstance, instanceSpecOf, instanceStatusOf, manifestOf } from './resource.ts';
import { DevPodTemplate, DevPodTemplateReference } from './template.ts';

const DevPodOwner = builder.objectRef<{ readonly user?: string; readonly team?: string }>('DevPodOwner').implement({
  description: 'Whose it is: a user’s or a team’s.',
  fields: (t) => ({
    user: t.string({ nullable: true, description: 'The user. Null: none.', resolve: ({ user }) => user ?? null }),
    team: t.string({ nullable: true, description: 'The team. Null: none.', resolve: ({ team }) => team ?? null }),
  }),
});

const DevPodAccessRule = builder.objectRef<AccessRule>('DevPodAccessRule').implement({
  description: 'Who else may do what to an instance, besides what the cluster allows.',
  fields: (t) => ({
    name: t.string({
      nullable: true,
      description: 'What the rule is called. Null where it has no name.',
      resolve: ({ name }) => name ?? null,
    }),
    verbs: t.stringList({
      description: 'What may be done, e.g. `get`; `*` is everything.',
      resolve: ({ verbs }) => [...(verbs ?? [])],
    }),
    subresources: t.stringList({
      description: 'To which of its subresources.',
      resolve: ({ subresources }) => [...(subresources ?? [])],
    }),
    users: t.stringList({ description: 'By whom.', resolve: ({ users }) => [...(users ?? [])] }),
    teams: t.stringList({ description: 'By which teams.', resolve: ({ teams }) => [...(teams ?? [])] }),
  }),
});

const DevPodVersionReference = builder
  .objectRef<{ readonly name?: string; readonly version?: string }>('DevPodVersionReference')
  .implement({
    description: 'A preset or an environment, and which version of it.',
    fields: (t) => ({
      name: t.string({ description: 'Its name.', resolve: ({ name }) => name ?? '' }),
      version: t.string({
        nullable: true,
        description: 'Its version. Null: as it is.',
        resolve: ({ version }) => version ?? null,
      }),
    }),
  });

DevPodWorkspaceInstanceType.implement({
  description:
    'A DevPod workspace. The values of its options never leave the gateway, wherever they stand: they are shown as `***`.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    metadata: t.field({
      type: ObjectMetaType,
      description: 'What Kubernetes keeps of every object.',
      resolve: ({ metadata }) => metadata,
    }),
    manifest: t.field({
      type: 'JSON',
      description:
        'The whole object as the API server has it, but with `***` for the values of options. It cannot be written back as it is where it holds one.',
      resolve: manifestOf,
    }),
    namespace: t.field({
      type: NamespaceType,
      description: 'The namespace it is in: that of its project.',
      extensions: dependsOn(Namespace),
      resolve: ({ metadata }, _, { client }) => namespaceNamed(client, metadata.namespace ?? ''),
    }),
    displayName: t.string({ description: 'Its name for people; without one, its name.', resolve: displayNameOf }),
    description: t.string({
      nullable: true,
      description: 'What it is for. Null where nobody has said.',
      resolve: (instance) => instanceSpecOf(instance).description ?? null,
    }),
  }),
});

builder.objectFields(DevPodWorkspaceInstanceType, (t) => ({
  owner: t.field({
    type: DevPodOwner,
    nullable: true,
    description: 'Whose it is. Null where it is nobody’s.',
    resolve: (instance) => instanceSpecOf(instance).owner ?? null,
  }),
  templateRef: t.field({
    type: DevPodTemplateReference,
    nullable: true,
    description: 'The template it is made from. Null where it has a `template` of its own.',
    resolve: (instance) => instanceSpecOf(instance).templateRef ?? null,
  }),
  template: t.field({
    type: DevPodTemplate,
    nullable: true,
    description: 'Its own template. Null where it is made from another, see `templateRef`.',
    resolve: (instance) => instanceSpecOf(instance).template ?? null,
  }),
  runner: t.string({
    nullable: true,
    description: 'The connected runner that holds it. Null where it is in none yet.',
    resolve: (instance) => instanceSpecOf(instance).runnerRef?.runner ?? null,
  }),
  parameters: t.string({
    nullable: true,
    description:
      'What it gives to its template, as YAML. Values whose names sound like secrets (password, token, key and the like) are `***`, and then comments are left out. Null where it gives nothing.',
    resolve: (instance) => instanceSpecOf(instance).parameters ?? null,
  }),
  access: t.field({
    type: [DevPodAccessRule],
    description: 'Who else may do what to it.',
    resolve: (instance) => [...(instanceSpecOf(instance).access ?? [])],
  }),
}));

builder.objectFields(DevPodWorkspaceInstanceType, (t) => ({
  preset: t.field({
    type: DevPodVersionReference,
    nullable: true,
    description: 'The preset it is made from. Null where there is none, or the cluster knows no such thing.',
    resolve: (instance) => instanceSpecOf(instance).presetRef ?? null,
  }),
  environment: t.field({
    type: DevPodVersionReference,
    nullable: true,
    description: 'The environment it is made from. Null where there is none, or the cluster knows no such thing.',
    resolve: (instance) => instanceSpecOf(instance).environmentRef ?? null,
  }),
  preventWakeUpOnConnection: t.boolean({
    description: 'Whether it goes on sleeping when somebody connects.',
    resolve: (instance) => instanceSpecOf(instance).preventWakeUpOnConnection === true,
  }),
}));

builder.objectFields(DevPodWorkspaceInstanceType, (t) => ({
  phase: t.string({
    nullable: true,
    description:
      'What it is doing, in the controller’s word: `Ready`, `Sleeping`, `Failed`, `Pending` or what a newer version says. Null until it has looked.',
    resolve: (instance) => instanceStatusOf(instance).phase ?? null,
  }),
  reason: t.string({
    nullable: true,
    description: 'Why it is in this phase, for programs. Null where that is not told.',
    resolve: (instance) => instanceStatusOf(instance).reason ?? null,
  }),
  message: t.string({
    nullable: true,
    description: 'Why it is in this phase, for people. Null where that is not told.',
    resolve: (instance) => instanceStatusOf(instance).message ?? null,
  }),
  lastWorkspaceStatus: t.string({
    nullable: true,
    description: 'What the runner last reported, e.g. `Running`, `Stopped`, `Busy` or `NotFound`. Null before.',
    resolve: (instance) => instanceStatusOf(instance).lastWorkspaceStatus ?? null,
  }),
  conditions: t.field({
    type: [DevPodCondition],
    description: 'What the controller looks after.',
    resolve: (instance) => [...conditionsOf(instance)],
  }),
  instance: t.field({
    type: DevPodTemplate,
    nullable: true,
    description: 'The template as it became with the parameters. Null until the controller has made it.',
    resolve: (instance) => instanceStatusOf(instance).instance ?? null,
  }),
  ignoreReconciliation: t.boolean({
    description: 'Whether the controller leaves it alone.',
    resolve: (instance) => instanceStatusOf(instance).ignoreReconciliation === true,
  }),
}));

defineKind({
  resource: DevPodWorkspaceInstance,
  type: DevPodWorkspaceInstanceType,
  connection: InstanceConnection,
  event: InstanceEvent,
  filter: { type: DevPodWorkspaceInstanceFilterInput, description: 'Which instances. Null: all that you may see.' },
  matcher: instanceMatcher,
  get: { name: 'devPodWorkspaceInstance', description: 'One DevPod workspace. Null when it does not exist.' },
  list: {
    name: 'devPodWorkspaceInstances',
    description: 'The DevPod workspaces that match, sorted by namespace and name.',
  },
  subscribeOne: {
    name: 'devPodWorkspaceInstance',
    description:
      'One DevPod workspace as it is now, and again whenever something that you select has changed; null while it does not exist.',
  },
  subscribe: {
    name: 'devPodWorkspaceInstances',
    description:
      'The DevPod workspaces that match, then SYNCED, then what happens to them. Leaving the filter is DELETED, entering it is ADDED.',
  },
});
