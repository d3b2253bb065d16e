import { builder } from '../../graphql/builder.ts';
import type { AccessRule } from './resource.ts';

export const DevPodAccessRule = builder.objectRef<AccessRule>('DevPodAccessRule').implement({
  description: 'Who else may do what to an instance, besides what the cluster allows.',
  fields: (t) => ({
    name: t.string({
      nullable: true,
      description: 'What the rule is called. Null where it has no name.',
      resolve: ({ name }) => name ?? null,
    }),
    verbs: t.stringList({
      description: 'What may be done, e.g. `get`; `*` is everything.',
      resolve: ({ verbs }) => [...(verbs ?? [])],
    }),
    subresources: t.stringList({
      description: 'To which of its subresources.',
      resolve: ({ subresources }) => [...(subresources ?? [])],
    }),
    users: t.stringList({ description: 'By whom.', resolve: ({ users }) => [...(users ?? [])] }),
    teams: t.stringList({ description: 'By which teams.', resolve: ({ teams }) => [...(teams ?? [])] }),
  }),
});
