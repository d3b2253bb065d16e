import { builder } from '../../graphql/builder.ts';
import { entriesOf, KeyValueType } from '../../graphql/object-meta.ts';
import { KeyValueInput } from '../../mutations/inputs.ts';

interface PodMetadataSpec {
  readonly labels?: Readonly<Record<string, string>> | undefined;
  readonly annotations?: Readonly<Record<string, string>> | undefined;
}

export const PodMetadata = builder.objectRef<PodMetadataSpec>('PodMetadata').implement({
  description: 'Labels and annotations that a workspace or a WorkspaceKind adds to pods.',
  fields: (t) => ({
    labels: t.field({
      type: [KeyValueType],
      description: 'Labels of the pod.',
      resolve: ({ labels }) => entriesOf(labels),
    }),
    annotations: t.field({
      type: [KeyValueType],
      description: 'Annotations of the pod.',
      resolve: ({ annotations }) => entriesOf(annotations),
    }),
  }),
});

export const PodMetadataInput = builder.inputType('PodMetadataInput', {
  description: 'Labels and annotations that a workspace or a WorkspaceKind adds to pods.',
  fields: (t) => ({
    labels: t.field({ type: [KeyValueInput], description: 'All labels. If absent, they are kept; null removes them.' }),
    annotations: t.field({
      type: [KeyValueInput],
      description: 'All annotations. If absent, they are kept; null removes them.',
    }),
  }),
});

export type PodMetadataValues = typeof PodMetadataInput.$inferInput;
