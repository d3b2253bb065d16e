import type { Viewer } from '../auth/viewer.ts';
import { builder } from './builder.ts';

export const ViewerType = builder.objectRef<Viewer>('Viewer').implement({
  description: 'The authenticated user of the request.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'User name, as the cluster’s authorizer receives it.' }),
    groups: t.stringList({
      description: 'Groups of the user, if known.',
      resolve: ({ groups }) => [...groups],
    }),
    can: t.boolean({
      description:
        'Whether the cluster’s authorizer grants a permission, e.g. `can(verb: "create", group: "kubeflow.org", resource: "workspaces", namespace: "team-a")`.',
      args: {
        verb: t.arg.string({
          required: true,
          description: 'Verb: `get`, `list`, `watch`, `create`, `update`, `patch`, `delete` or `deletecollection`.',
        }),
        group: t.arg.string({ required: true, description: 'API group. Empty for the core group.' }),
        resource: t.arg.string({
          required: true,
          description:
            'Plural name of the resource, e.g. `workspaces`, with its subresource if there is one: `pods/log`.',
        }),
        namespace: t.arg.string({
          description: 'Namespace. Null for all namespaces, and for cluster-scoped resources.',
        }),
        name: t.arg.string({ description: 'Name of one object. Null for all names.' }),
      },
      resolve: (_, { verb, group, resource, namespace = null, name = null }, { client }) => {
        const [plural = '', ...subresources] = resource.split('/');
        const subresource = subresources.join('/');
        return client.authorize(verb, { group, plural, namespaced: true }, { namespace, name, subresource });
      },
    }),
  }),
});

builder.queryField('viewer', (t) =>
  t.field({
    type: ViewerType,
    description: 'The authenticated user, and its permissions.',
    resolve: (_, __, { viewer }) => viewer,
  }),
);
