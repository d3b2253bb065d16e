import { builder } from '../../graphql/builder.ts';
import { byNamespaceAndName, sortedByName } from '../../graphql/ordering.ts';
import { paginate, pagingArgs } from '../../graphql/connection.ts';
import { dependsOn, viewerDependent } from '../../graphql/field-dependencies.ts';
import { KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { objectArgs } from '../../graphql/object-args.ts';
import { keyOf } from '../../kubernetes/object.ts';
import { namespaceNamed, NamespaceType } from '../namespace/refs.ts';
import { Namespace } from '../namespace/resource.ts';
import { Audit } from '../../mutations/audit-annotations.ts';
import { canMount, canUpdate } from '../../mutations/permission-labels.ts';
import { WorkspaceType } from '../workspace/refs.ts';
import { Workspace } from '../workspace/resource.ts';
import { SecretMount } from '../workspace/volumes.ts';
import { SecretFilterInput, secretMatcher } from './filter.ts';
import { SecretConnection, SecretType } from './refs.ts';
import { Secret, secretFieldsOf, type SecretObject } from './resource.ts';

const SecretContents = builder.objectRef<SecretObject>('SecretContents').implement({
  description: 'What is in a secret, as far as it is ever told.',
  fields: (t) => ({
    keys: t.stringList({
      description: 'The names of its entries, sorted. What stands under them never leaves the gateway.',
      resolve: (secret) => [...(secretFieldsOf(secret).keys ?? [])].sort(),
    }),
  }),
});

SecretType.implement({
  description:
    'Something that is mounted and not shown, such as a password. Its values never leave the gateway, which keeps no copy: each query reads it from the API server. Of its annotations only those of the workspaces are told.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    manifest: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Always null: the manifest of a secret holds its values.',
      resolve: () => null,
    }),
    namespace: t.field({
      type: NamespaceType,
      description: 'The namespace it is in.',
      extensions: dependsOn(Namespace),
      resolve: ({ metadata }, _, { client }) => namespaceNamed(client, metadata.namespace ?? ''),
    }),
    type: t.string({
      description: 'What it is for, e.g. `Opaque` or `kubernetes.io/tls`.',
      resolve: (secret) => secretFieldsOf(secret).type || 'Opaque',
    }),
    immutable: t.boolean({
      description: 'Whether nobody can change it any more. It can be deleted.',
      resolve: (secret) => secretFieldsOf(secret).immutable === true,
    }),
    canMount: t.boolean({ description: 'Whether workspaces may mount it: it is labelled so.', resolve: canMount }),
    canUpdate: t.boolean({
      description: 'Whether updateSecret and deleteSecret work on it: it is labelled so.',
      resolve: canUpdate,
    }),
  }),
});

builder.objectFields(SecretType, (t) => ({
  contents: t.field({
    type: SecretContents,
    nullable: true,
    description: 'What is in it. Null where you may list secrets, but not get this one.',
    extensions: viewerDependent(),
    resolve: async (secret, _, { client }) => {
      const mayGet = await client.can('get', Secret, secret.metadata);
      return mayGet ? secret : null;
    },
  }),
  workspaces: t.field({
    type: [WorkspaceType],
    description: 'The workspaces that mount it, running or not. Those that you may see.',
    extensions: dependsOn(Workspace),
    resolve: ({ metadata }, _, { client }) =>
      sortedByName(client.reader.prefetched(Workspace).byIndex('secret', keyOf(metadata))),
  }),
  audit: t.field({ type: Audit, description: 'Who did what when.', resolve: (secret) => secret }),
}));

builder.objectField(SecretMount, 'secret', (t) =>
  t.field({
    type: SecretType,
    nullable: true,
    description:
      'The secret itself, read from the API server: once for all of a namespace. Null when it does not exist, and where you may not list secrets.',
    extensions: viewerDependent(),
    resolve: async ({ namespace, secretName }, _, { client }) => {
      if (!(await client.can('list', Secret, { namespace }))) return null;
      const secrets = await client.reader.listUncached(Secret, namespace);
      return secrets.find(({ metadata }) => metadata.name === secretName) ?? null;
    },
  }),
);

builder.queryFields((t) => ({
  secret: t.field({
    type: SecretType,
    nullable: true,
    description: 'One secret, read from the API server. Null when it does not exist.',
    args: objectArgs,
    resolve: async (_, at, { client }) => (await client.reader.get(Secret, at)) ?? null,
  }),
  secrets: t.field({
    type: SecretConnection,
    description: 'The secrets of a namespace that match, read from the API server, sorted by name.',
    args: {
      namespace: t.arg.string({ required: true, description: 'The namespace they are in.' }),
      filter: t.arg({ type: SecretFilterInput, description: 'Which secrets. Null: all.' }),
      ...pagingArgs,
    },
    resolve: async (_, { namespace, filter, ...paging }, { client }) =>
      paginate(
        (await client.reader.listUncached(Secret, namespace)).filter(secretMatcher(filter)),
        byNamespaceAndName,
        paging,
      ),
  }),
}));
