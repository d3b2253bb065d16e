import { builder } from '../../graphql/builder.ts';
import type { ActivityRuleSpec } from './resource.ts';

export const ActivityRule = builder.objectRef<ActivityRuleSpec>('ActivityRule').implement({
  description: 'When a workspace is paused for want of activity, and when it is spared.',
  fields: (t) => ({
    secondsSinceActive: t.int({
      nullable: true,
      description: 'After so many seconds without activity. Null where the rule does not say.',
      resolve: ({ config }) => config?.secondsSinceActive ?? null,
    }),
    minRunningSeconds: t.int({
      description: 'Not before it has run for so many seconds.',
      resolve: ({ config }) => config?.minRunningSeconds ?? 0,
    }),
    pauseWorkspace: t.boolean({
      nullable: true,
      description: 'True: it is paused. False: it is spared. Null: the rule says nothing, and the next one counts.',
      resolve: ({ effect }) => effect?.pauseWorkspace ?? null,
    }),
    catchAll: t.boolean({
      description: 'Whether the rule fits every workspace.',
      resolve: ({ match }) => Object.keys(match ?? {}).length === 0,
    }),
  }),
});
