import { builder } from '../../graphql/builder.ts';
import { addObjectFields, KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { defineKind } from '../define-kind.ts';
import { addNamespaceFields } from '../namespace/refs.ts';
import { conditionsOf, DevPodCondition } from './condition.ts';
import { DevPodWorkspaceInstanceFilterInput, displayNameOf, instanceMatcher } from './filter.ts';
import { DevPodWorkspaceInstanceType, InstanceConnection, InstanceEvent } from './refs.ts';
import {
  type AccessRule,
  DevPodWorkspaceInstance,
  instanceSpecOf,
  instanceStatusOf,
  manifestOf,
  phaseOf,
} from './resource.ts';
import { DevPodTemplate, DevPodTemplateReference } from './template.ts';

const DevPodOwner = builder.objectRef<{ readonly user?: string; readonly team?: string }>('DevPodOwner').implement({
  description: 'Owner of a DevPod workspace: a user or a team.',
  fields: (t) => ({
    user: t.string({
      nullable: true,
      description: 'Name of the user. Null if the owner is a team.',
      resolve: ({ user }) => user ?? null,
    }),
    team: t.string({
      nullable: true,
      description: 'Name of the team. Null if the owner is a user.',
      resolve: ({ team }) => team ?? null,
    }),
  }),
});

const DevPodAccessRule = builder.objectRef<AccessRule>('DevPodAccessRule').implement({
  description: 'Access rule of a DevPod workspace, in addition to the permissions of the cluster.',
  fields: (t) => ({
    name: t.string({
      nullable: true,
      description: 'Name of the rule. Null if it has none.',
      resolve: ({ name }) => name ?? null,
    }),
    verbs: t.stringList({
      description: 'Allowed verbs, e.g. `get`. `*` allows all.',
      resolve: ({ verbs }) => [...(verbs ?? [])],
    }),
    subresources: t.stringList({
      description: 'Subresources to which the rule applies.',
      resolve: ({ subresources }) => [...(subresources ?? [])],
    }),
    users: t.stringList({ description: 'Users to whom the rule applies.', resolve: ({ users }) => [...(users ?? [])] }),
    teams: t.stringList({ description: 'Teams to whom the rule applies.', resolve: ({ teams }) => [...(teams ?? [])] }),
  }),
});

const DevPodVersionReference = builder
  .objectRef<{ readonly name?: string; readonly version?: string }>('DevPodVersionReference')
  .implement({
    description: 'Reference to a version of a preset or an environment.',
    fields: (t) => ({
      name: t.string({ description: 'Name.', resolve: ({ name }) => name ?? '' }),
      version: t.string({
        nullable: true,
        description: 'Version. Null for the current one.',
        resolve: ({ version }) => version ?? null,
      }),
    }),
  });

addNamespaceFields(DevPodWorkspaceInstanceType);
addObjectFields(DevPodWorkspaceInstanceType, {
  description:
    'The object as the API server returns it, with `***` instead of values of options. A manifest with `***` cannot be written back.',
  resolve: manifestOf,
});

DevPodWorkspaceInstanceType.implement({
  description:
    'DevPod workspace. Every field returns `***` instead of values of options, environment variables and parameters, of fields, annotations and arguments whose names suggest a secret, and of keys and tokens in texts.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    displayName: t.string({ description: 'Display name, else the name.', resolve: displayNameOf }),
    description: t.string({
      nullable: true,
      description: 'Description. Null if it has none.',
      resolve: (instance) => instanceSpecOf(instance).description ?? null,
    }),
  }),
});

builder.objectFields(DevPodWorkspaceInstanceType, (t) => ({
  owner: t.field({
    type: DevPodOwner,
    nullable: true,
    description: 'Owner. Null if it has none.',
    resolve: (instance) => instanceSpecOf(instance).owner ?? null,
  }),
  templateRef: t.field({
    type: DevPodTemplateReference,
    nullable: true,
    description: 'Template from which the workspace is created. Null if it has an inline `template`.',
    resolve: (instance) => instanceSpecOf(instance).templateRef ?? null,
  }),
  template: t.field({
    type: DevPodTemplate,
    nullable: true,
    description: 'Inline template. Null if the workspace uses `templateRef`.',
    resolve: (instance) => instanceSpecOf(instance).template ?? null,
  }),
  runner: t.string({
    nullable: true,
    description: 'Name of the runner on which the workspace runs. Null until one is assigned.',
    resolve: (instance) => instanceSpecOf(instance).runnerRef?.runner ?? null,
  }),
  parameters: t.string({
    nullable: true,
    description:
      'Parameters of the template, as YAML. Values are `***`, except of parameters that the inline `template` declares with a type other than `password`; comments are removed. Null if there are none.',
    resolve: (instance) => instanceSpecOf(instance).parameters ?? null,
  }),
  access: t.field({
    type: [DevPodAccessRule],
    description: 'Additional access rules.',
    resolve: (instance) => [...(instanceSpecOf(instance).access ?? [])],
  }),
}));

builder.objectFields(DevPodWorkspaceInstanceType, (t) => ({
  preset: t.field({
    type: DevPodVersionReference,
    nullable: true,
    description:
      'Preset from which the workspace is created. Null if there is none, or if the cluster does not support presets.',
    resolve: (instance) => instanceSpecOf(instance).presetRef ?? null,
  }),
  environment: t.field({
    type: DevPodVersionReference,
    nullable: true,
    description:
      'Environment from which the workspace is created. Null if there is none, or if the cluster does not support environments.',
    resolve: (instance) => instanceSpecOf(instance).environmentRef ?? null,
  }),
  preventWakeUpOnConnection: t.boolean({
    description: 'True if a connection does not wake the workspace up.',
    resolve: (instance) => instanceSpecOf(instance).preventWakeUpOnConnection === true,
  }),
}));

builder.objectFields(DevPodWorkspaceInstanceType, (t) => ({
  phase: t.string({
    nullable: true,
    description:
      'Phase: `Terminating` while the workspace is being deleted, else as the controller reports it, e.g. `Ready`, `Sleeping`, `Failed` or `Pending`. Null until the controller has reported one.',
    resolve: (instance) => phaseOf(instance) ?? null,
  }),
  reason: t.string({
    nullable: true,
    description: 'Machine-readable reason of the phase. Null if none is reported.',
    resolve: (instance) => instanceStatusOf(instance).reason ?? null,
  }),
  message: t.string({
    nullable: true,
    description: 'Human-readable details of the phase. Null if none are reported.',
    resolve: (instance) => instanceStatusOf(instance).message ?? null,
  }),
  lastWorkspaceStatus: t.string({
    nullable: true,
    description:
      'Status last reported by the runner, e.g. `Running`, `Stopped`, `Busy` or `NotFound`. Null until it has reported one.',
    resolve: (instance) => instanceStatusOf(instance).lastWorkspaceStatus ?? null,
  }),
  conditions: t.field({
    type: [DevPodCondition],
    description: 'Conditions that the controller reports.',
    resolve: (instance) => [...conditionsOf(instance)],
  }),
  instance: t.field({
    type: DevPodTemplate,
    nullable: true,
    description: 'Template with its parameters applied. Null until the controller has rendered it.',
    resolve: (instance) => instanceStatusOf(instance).instance ?? null,
  }),
  ignoreReconciliation: t.boolean({
    description: 'True if the controller does not reconcile the workspace.',
    resolve: (instance) => instanceStatusOf(instance).ignoreReconciliation === true,
  }),
}));

defineKind({
  resource: DevPodWorkspaceInstance,
  type: DevPodWorkspaceInstanceType,
  connection: InstanceConnection,
  event: InstanceEvent,
  filter: {
    type: DevPodWorkspaceInstanceFilterInput,
    description: 'Filter for DevPod workspaces. Null for all that you may list.',
  },
  matcher: instanceMatcher,
  get: { name: 'devPodWorkspaceInstance', description: 'DevPod workspace by name. Null if it does not exist.' },
  list: {
    name: 'devPodWorkspaceInstances',
    description: 'Matching DevPod workspaces, sorted by namespace and name.',
  },
  subscribeOne: {
    name: 'devPodWorkspaceInstance',
    description:
      'Sends the DevPod workspace, and again whenever a selected field has changed. Null while it does not exist.',
  },
  subscribe: {
    name: 'devPodWorkspaceInstances',
    description:
      'Sends RESET, the matching DevPod workspaces as ADDED, SYNCED, then their changes. A workspace that starts to match is ADDED, one that stops is DELETED.',
  },
});
