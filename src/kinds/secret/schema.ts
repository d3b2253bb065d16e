import { builder } from '../../graphql/builder.ts';
import { byNamespaceAndName, sortedByName } from '../../kubernetes/ordering.ts';
import { paginate, pagingArgs } from '../../graphql/connection.ts';
import { dependsOn, viewerDependent } from '../../graphql/field-dependencies.ts';
import { addMetadata, KubernetesObjectInterface, NodeInterface } from '../../graphql/node.ts';
import { objectArgs } from '../../graphql/object-args.ts';
import { keyOf } from '../../kubernetes/object.ts';
import { addNamespaceFields } from '../namespace/refs.ts';
import { Audit } from '../../mutations/audit-annotations.ts';
import { canMount, canUpdate } from '../../mutations/permission-labels.ts';
import { WorkspaceType } from '../workspace/refs.ts';
import { Workspace } from '../workspace/resource.ts';
import { SecretMount } from '../workspace/volumes.ts';
import { SecretFilterInput, secretMatcher } from './filter.ts';
import { SecretConnection, SecretType } from './refs.ts';
import { Secret, secretFieldsOf, type SecretObject } from './resource.ts';

const SecretContents = builder.objectRef<SecretObject>('SecretContents').implement({
  description: 'Contents of a secret, without its values.',
  fields: (t) => ({
    keys: t.stringList({
      description: 'Keys of the entries, sorted.',
      resolve: (secret) => [...(secretFieldsOf(secret).keys ?? [])].sort(),
    }),
  }),
});

addNamespaceFields(SecretType);
addMetadata(SecretType);

SecretType.implement({
  description:
    'Secret, e.g. a password that workspaces mount. Its values are never returned. Secrets are not cached: each query reads them from the API server. Only annotations with the prefix `notebooks.kubeflow.org/` are returned.',
  interfaces: [NodeInterface, KubernetesObjectInterface],
  fields: (t) => ({
    manifest: t.field({
      type: 'JSON',
      nullable: true,
      description: 'Always null, because the manifest of a secret contains its values.',
      resolve: () => null,
    }),
    type: t.string({
      description: 'Type, e.g. `Opaque` or `kubernetes.io/tls`.',
      resolve: (secret) => secretFieldsOf(secret).type || 'Opaque',
    }),
    immutable: t.boolean({
      description: 'True if the secret can no longer be changed, only deleted.',
      resolve: (secret) => secretFieldsOf(secret).immutable === true,
    }),
    canMount: t.boolean({
      description: 'True if workspaces may mount the secret: its label `notebooks.kubeflow.org/can-mount` is `true`.',
      resolve: canMount,
    }),
    canUpdate: t.boolean({
      description:
        'True if updateSecret and deleteSecret may change the secret: its label `notebooks.kubeflow.org/can-update` is `true`.',
      resolve: canUpdate,
    }),
  }),
});

builder.objectFields(SecretType, (t) => ({
  contents: t.field({
    type: SecretContents,
    nullable: true,
    description: 'Keys of the secret. Null for viewers who may list secrets, but not get this one.',
    extensions: viewerDependent(),
    resolve: (secret, _, { client }) => {
      const contents = (mayGet: boolean) => (mayGet ? secret : null);
      const mayGet = client.can('get', Secret, secret.metadata);
      return typeof mayGet === 'boolean' ? contents(mayGet) : mayGet.then(contents);
    },
  }),
  workspaces: t.field({
    type: [WorkspaceType],
    description: 'Workspaces that mount the secret, running or not, as far as you may read them.',
    extensions: dependsOn(Workspace),
    resolve: ({ metadata }, _, { client }) =>
      sortedByName(client.reader.prefetched(Workspace).byIndex('secret', keyOf(metadata))),
  }),
  audit: t.field({
    type: Audit,
    description: 'Creation and last change, with the users.',
    resolve: (secret) => secret,
  }),
}));

builder.objectField(SecretMount, 'secret', (t) =>
  t.field({
    type: SecretType,
    nullable: true,
    description:
      'Mounted secret, read once per namespace from the API server. Null if it does not exist, or for viewers who may not list secrets.',
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
    description: 'Secret by name, read from the API server. Null if it does not exist.',
    args: objectArgs,
    resolve: async (_, at, { client }) => (await client.reader.get(Secret, at)) ?? null,
  }),
  secrets: t.field({
    type: SecretConnection,
    description: 'Matching secrets of a namespace, read from the API server, sorted by name.',
    args: {
      namespace: t.arg.string({ required: true, description: 'Namespace of the secrets.' }),
      filter: t.arg({ type: SecretFilterInput, description: 'Filter for secrets. Null for all.' }),
      ...pagingArgs,
    },
    resolve: async (_, { namespace, filter, ...paging }, { client }) =>
      paginate(
        (await client.reader.listUncached(Secret, namespace)).filter(secretMatcher(filter)),
        byNamespaceAndName,
        { ...paging, client },
      ),
  }),
}));
