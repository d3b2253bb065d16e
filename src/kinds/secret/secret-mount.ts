import { builder } from '../../graphql/builder.ts';
import { viewerDependent } from '../../graphql/field-dependencies.ts';
import { SecretMount } from '../workspace/volumes.ts';
import { SecretType } from './refs.ts';
import { Secret } from './resource.ts';

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
