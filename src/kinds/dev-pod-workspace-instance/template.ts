import { builder } from '../../graphql/builder.ts';
import { optionOf, type Options, type SecretReference, type Template, type TemplateReference } from './resource.ts';

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

const DevPodOption = builder.objectRef<Option>('DevPodOption').implement({
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
function optionsIn(options: Options | undefined): Option[] {
  return Object.entries(options ?? {})
    .map(([name, option]) => ({ name, ...optionOf(option) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export const DevPodTemplateReference = builder.objectRef<TemplateReference>('DevPodTemplateReference').implement({
  description: 'A template, and which version of it.',
  fields: (t) => ({
    name: t.string({ description: 'Name of the template.', resolve: ({ name }) => name ?? '' }),
    version: t.string({
      nullable: true,
      description:
        'A semantic version; `x` for a part stands for the latest, e.g. `1.x.x`. Null: the template as it is.',
      resolve: ({ version }) => version ?? null,
    }),
    syncOnce: t.boolean({
      description: 'Whether the controller is to take the template over once more.',
      resolve: ({ syncOnce }) => syncOnce === true,
    }),
  }),
});

const DevPodProvider = builder.objectRef<NonNullable<Template['provider']>>('DevPodProvider').implement({
  description: 'What makes the machine.',
  fields: (t) => ({
    name: t.string({
      description: 'Its name, or a URL; a user in the URL is shown as `***`.',
      resolve: ({ name }) => name ?? '',
    }),
    options: t.field({
      type: [DevPodOption],
      description: 'Its options, ordered by name.',
      resolve: ({ options }) => optionsIn(options),
    }),
    env: t.field({
      type: [DevPodOption],
      description: 'Environment variables for the provider, ordered by name.',
      resolve: ({ env }) => optionsIn(env),
    }),
  }),
});

export const DevPodTemplate = builder.objectRef<Template>('DevPodTemplate').implement({
  description: 'How an instance is made.',
  fields: (t) => ({
    provider: t.field({
      type: DevPodProvider,
      nullable: true,
      description: 'What makes the machine. Null where the template names none.',
      resolve: ({ provider }) => provider ?? null,
    }),
    spaceTemplate: t.field({
      type: DevPodTemplateReference,
      nullable: true,
      description: 'The space to be created for it, which chooses the Kubernetes provider. Null: none.',
      resolve: ({ spaceTemplate }) => spaceTemplate ?? null,
    }),
    virtualClusterTemplate: t.field({
      type: DevPodTemplateReference,
      nullable: true,
      description: 'The virtual cluster to be created for it, which chooses the Kubernetes provider. Null: none.',
      resolve: ({ virtualClusterTemplate }) => virtualClusterTemplate ?? null,
    }),
    workspaceEnv: t.field({
      type: [DevPodOption],
      description: 'Environment variables inside the workspace, ordered by name.',
      resolve: ({ workspaceEnv }) => optionsIn(workspaceEnv),
    }),
  }),
});
