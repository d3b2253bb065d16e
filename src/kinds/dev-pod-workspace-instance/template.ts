import { builder } from '../../graphql/builder.ts';
import { optionOf, type Options, type SecretReference, type Template, type TemplateReference } from './resource.ts';

const DevPodSecretReference = builder.objectRef<SecretReference>('DevPodSecretReference').implement({
  description: 'Reference to an entry of a secret.',
  fields: (t) => ({
    name: t.string({ description: 'Name of the secret.', resolve: ({ name }) => name ?? '' }),
    key: t.string({ description: 'Key of the entry.', resolve: ({ key }) => key ?? '' }),
    optional: t.boolean({
      description: 'True if the secret or its entry may be missing.',
      resolve: ({ optional }) => optional === true,
    }),
  }),
});

interface Option extends ReturnType<typeof optionOf> {
  readonly name: string;
}

const DevPodOption = builder.objectRef<Option>('DevPodOption').implement({
  description: 'Option or environment variable. Its value is masked.',
  fields: (t) => ({
    name: t.exposeString('name', { description: 'Name. Unique in its list.' }),
    value: t.string({
      nullable: true,
      description: '`***` if the option has a value. Null if it has none, or if its value is taken from a secret.',
      resolve: ({ value }) => value ?? null,
    }),
    isSet: t.boolean({
      description: 'True if the option has a value of its own that is not empty.',
      resolve: ({ value }) => value !== undefined && value !== '',
    }),
    projectSecret: t.field({
      type: DevPodSecretReference,
      nullable: true,
      description: 'Project secret that contains the value. Null if the value is not taken from one.',
      resolve: ({ valueFrom }) => valueFrom?.projectSecretRef ?? null,
    }),
    sharedSecret: t.field({
      type: DevPodSecretReference,
      nullable: true,
      description: 'Shared secret that contains the value. Null if the value is not taken from one.',
      resolve: ({ valueFrom }) => valueFrom?.sharedSecretRef ?? null,
    }),
  }),
});

/** Returns options sorted by name. */
function optionsIn(options: Options | undefined): Option[] {
  return Object.entries(options ?? {})
    .map(([name, option]) => ({ name, ...optionOf(option) }))
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

export const DevPodTemplateReference = builder.objectRef<TemplateReference>('DevPodTemplateReference').implement({
  description: 'Reference to a version of a template.',
  fields: (t) => ({
    name: t.string({ description: 'Name of the template.', resolve: ({ name }) => name ?? '' }),
    version: t.string({
      nullable: true,
      description: 'Semantic version, in which `x` selects the latest, e.g. `1.x.x`. Null for the current template.',
      resolve: ({ version }) => version ?? null,
    }),
    syncOnce: t.boolean({
      description: 'True to make the controller synchronize the template once.',
      resolve: ({ syncOnce }) => syncOnce === true,
    }),
  }),
});

const DevPodProvider = builder.objectRef<NonNullable<Template['provider']>>('DevPodProvider').implement({
  description: 'Provider of the machine on which a DevPod workspace runs.',
  fields: (t) => ({
    name: t.string({
      description: 'Name or URL of the provider. A user in the URL is replaced by `***`.',
      resolve: ({ name }) => name ?? '',
    }),
    options: t.field({
      type: [DevPodOption],
      description: 'Options of the provider, sorted by name.',
      resolve: ({ options }) => optionsIn(options),
    }),
    env: t.field({
      type: [DevPodOption],
      description: 'Environment variables of the provider, sorted by name.',
      resolve: ({ env }) => optionsIn(env),
    }),
  }),
});

export const DevPodTemplate = builder.objectRef<Template>('DevPodTemplate').implement({
  description: 'Template of a DevPod workspace.',
  fields: (t) => ({
    provider: t.field({
      type: DevPodProvider,
      nullable: true,
      description: 'Provider. Null if the template specifies none.',
      resolve: ({ provider }) => provider ?? null,
    }),
    spaceTemplate: t.field({
      type: DevPodTemplateReference,
      nullable: true,
      description: 'Space that is created for the workspace, with the Kubernetes provider. Null if there is none.',
      resolve: ({ spaceTemplate }) => spaceTemplate ?? null,
    }),
    virtualClusterTemplate: t.field({
      type: DevPodTemplateReference,
      nullable: true,
      description:
        'Virtual cluster that is created for the workspace, with the Kubernetes provider. Null if there is none.',
      resolve: ({ virtualClusterTemplate }) => virtualClusterTemplate ?? null,
    }),
    workspaceEnv: t.field({
      type: [DevPodOption],
      description: 'Environment variables of the workspace, sorted by name.',
      resolve: ({ workspaceEnv }) => optionsIn(workspaceEnv),
    }),
  }),
});
