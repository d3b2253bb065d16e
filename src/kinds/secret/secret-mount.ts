import { builder } from '../../graphql/builder.ts';
import { readsForViewer } from '../../graphql/reads.ts';
import { SecretMount } from '../workspace/volumes.ts';
import { Secret } from './resource.ts';
import { SecretType } from './schema.ts';

builder.objectField(SecretMount, 'secret', (t) =>
  t.field({
    type: SecretType,
    nullable: true,
    description:
      'The secret itself, read from the API server: once for all of a namespace. Null when it does not exist, and where you may not list secrets.',
    extensions: readsForViewer(),
    resolve: async ({ namespace, secretName }, _, { loaders }) => {
      if (!(await loaders.may('list', Secret, { namespace }))) return null;
      const secrets = await loaders.listLive(Secret, namespace);
      return secrets.find(({ metadata }) => metadata.name === secretName) ?? null;
    },
  }),
);
