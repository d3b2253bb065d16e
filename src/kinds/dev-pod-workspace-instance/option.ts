import { builder } from '../../graphql/builder.ts';
import { optionOf, type Options, type SecretReference } from './resource.ts';

const DevPodSecretReference = builder.objectRef<SecretReference>('DevPodSecretReference').implement({
  description: 'Where a value is kept that is not in the instance itself.',
  fields: (t) => ({
    name: t.string({ description: 'Name of the secret.', resolve: ({ name }) => name ?? '' }),
    key: t.string({ description: 'Which of its entries.', resolve: ({ key }) => key ?? '' }),
    optional: t.boolean({
      description: 'Whether the secret, or its entry, may be missing.',
      resolve: ({ optional }) => optional === true,
    }),
  }),
});

interface Option extends ReturnType<typeof optionOf> {
  readonly name: string;
}

export const DevPodOption = builder.objectRef<Option>('DevPodOption').implement({
  description: 'An option or an environment variable: what it is called, and whether it has a value, but never which.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Its name, unique in its list.' }),
    value: t.string({
      nullable: true,
      description:
        '`***` where it has a value, which may be a secret and never leaves the gateway. Null where it has none, or it is taken from a secret.',
      resolve: ({ value }) => value ?? null,
    }),
    isSet: t.boolean({
      description: 'Whether it has a value of its own that is not empty.',
      resolve: ({ value }) => value !== undefined && value !== '',
    }),
    projectSecret: t.field({
      type: DevPodSecretReference,
      nullable: true,
      description: 'The secret of the project that its value is taken from. Null where it is not.',
      resolve: ({ valueFrom }) => valueFrom?.projectSecretRef ?? null,
    }),
    sharedSecret: t.field({
      type: DevPodSecretReference,
      nullable: true,
      description: 'The shared secret that its value is taken from. Null where it is not.',
      resolve: ({ valueFrom }) => valueFrom?.sharedSecretRef ?? null,
    }),
  }),
});

/** Options in the order of their names. */
export function optionsIn(options: Options | undefined): Option[] {
  return Object.entries(options ?? {})
    .map(([name, option]) => ({ name, ...optionOf(option) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
