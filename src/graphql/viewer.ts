import type { Viewer } from '../auth/viewer.ts';
import { builder } from './builder.ts';

const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'Whom the gateway takes you for.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Your name, as the cluster’s authorizer knows it.' }),
    groups: t.stringList({
      description: 'The groups you are in, as far as they are known.',
      resolve: ({ groups }) => [...groups],
    }),
    can: t.boolean({
      description:
        'Whether the cluster would allow you to do this, e.g. `can(verb: "create", group: "kubeflow.org", resource: "workspaces", namespace: "team-a")`.',
      args: {
        verb: t.arg.string({
          required: true,
          description: 'get, list, watch, create, update, patch, delete or deletecollection.',
        }),
        group: t.arg.string({ required: true, description: 'API group; empty for the core group.' }),
        resource: t.arg.string({ required: true, description: 'Resource in the plural, e.g. `workspaces`.' }),
        namespace: t.arg.string({ description: 'Null: in every namespace, or a resource of the whole cluster.' }),
        name: t.arg.string({ description: 'Null: with any name.' }),
      },
      resolve: (_, { verb, group, resource, namespace = null, name = null }, { client }) =>
        client.can(verb, { group, plural: resource, namespaced: true }, { namespace, name }),
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    description: 'Who you are, and what you may do.',
    resolve: (_, __, { viewer }) => viewer,
  }),
);
