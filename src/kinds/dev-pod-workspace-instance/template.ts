import { builder } from '../../graphql/builder.ts';
import { DevPodOption, optionsIn } from './option.ts';
import type { Template, TemplateReference } from './resource.ts';

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
