import { builder } from '../../graphql/builder.ts';
import { entriesOf, KeyValueType } from '../../graphql/object-meta.ts';
import { memoizedDecode, object, type Decoded } from '../../kubernetes/decoder.ts';
import { selected, type ActivityRuleSpec } from './resource.ts';

const ruleMatch = object({ matchNamespace: selected, matchPodConfig: selected });

type RuleMatch = Decoded<typeof ruleMatch>;
type Selector = NonNullable<Decoded<typeof selected>['selector']>;
type Requirement = NonNullable<Selector['matchExpressions']>[number];

const matchOf: (match: unknown) => RuleMatch = memoizedDecode(ruleMatch, {});

const LabelSelectorRequirement = builder.objectRef<Requirement>('LabelSelectorRequirement').implement({
  description: 'Condition on one label.',
  fields: (t) => ({
    key: t.string({ description: 'Key of the label.', resolve: ({ key }) => key ?? '' }),
    operator: t.string({
      description: '`In`, `NotIn`, `Exists` or `DoesNotExist`.',
      resolve: ({ operator }) => operator ?? '',
    }),
    values: t.stringList({
      description: 'Values for `In` and `NotIn`, else empty.',
      resolve: ({ values }) => [...(values ?? [])],
    }),
  }),
});

const LabelSelectorType = builder.objectRef<Selector>('LabelSelector').implement({
  description: 'Kubernetes label selector. All its conditions have to hold; without any, it matches everything.',
  fields: (t) => ({
    matchLabels: t.field({
      type: [KeyValueType],
      description: 'Labels with their required values, sorted by key.',
      resolve: ({ matchLabels }) => entriesOf(matchLabels),
    }),
    matchExpressions: t.field({
      type: [LabelSelectorRequirement],
      description: 'Further conditions.',
      resolve: ({ matchExpressions }) => [...(matchExpressions ?? [])],
    }),
  }),
});

const ActivityRuleMatch = builder.objectRef<RuleMatch>('ActivityRuleMatch').implement({
  description: 'Workspaces that an activity rule matches. Both conditions have to hold; a missing one always holds.',
  fields: (t) => ({
    namespaces: t.field({
      type: LabelSelectorType,
      nullable: true,
      description: 'Selector of the labels of the namespace. Null for every namespace.',
      resolve: ({ matchNamespace }) => matchNamespace && (matchNamespace.selector ?? {}),
    }),
    podConfigs: t.field({
      type: LabelSelectorType,
      nullable: true,
      description: 'Selector of the labels of the podConfig option. Null for every option.',
      resolve: ({ matchPodConfig }) => matchPodConfig && (matchPodConfig.selector ?? {}),
    }),
  }),
});

export const ActivityRule = builder.objectRef<ActivityRuleSpec>('ActivityRule').implement({
  description: 'Rule that decides whether an inactive workspace is paused.',
  fields: (t) => ({
    secondsSinceActive: t.int({
      nullable: true,
      description: 'Seconds without activity after which the rule applies. Null if the rule has no such condition.',
      resolve: ({ config }) => config?.secondsSinceActive ?? null,
    }),
    minRunningSeconds: t.int({
      description: 'Minimum seconds that the workspace has been running.',
      resolve: ({ config }) => config?.minRunningSeconds ?? 0,
    }),
    pauseWorkspace: t.boolean({
      nullable: true,
      description: 'Whether the workspace is paused. Null if the rule does not decide, so the next one applies.',
      resolve: ({ effect }) => effect?.pauseWorkspace ?? null,
    }),
    catchAll: t.boolean({
      description: 'Whether the rule matches every workspace.',
      resolve: ({ match }) => !hasConditions(match),
    }),
    match: t.field({
      type: ActivityRuleMatch,
      nullable: true,
      description: 'Workspaces that the rule matches. Null if it matches every workspace.',
      resolve: ({ match }) => (hasConditions(match) ? matchOf(match) : null),
    }),
  }),
});

function hasConditions(match: ActivityRuleSpec['match']): boolean {
  return Object.keys(match ?? {}).length > 0;
}
