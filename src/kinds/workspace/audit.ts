import { builder } from '../../graphql/builder.ts';
import type { KubernetesObject } from '../../kubernetes/object.ts';

/** The annotations that say who did what. */
export const auditAnnotations = {
  createdBy: 'notebooks.kubeflow.org/created-by',
  updatedBy: 'notebooks.kubeflow.org/updated-by',
  updatedAt: 'notebooks.kubeflow.org/updated-at',
} as const;

export const Audit = builder.objectRef<KubernetesObject>('Audit').implement({
  description: 'Who did what when, as far as it was noted: changes by controllers and by kubectl are not.',
  fields: (t) => ({
    createdAt: t.field({
      type: 'DateTime',
      description: 'When it was created.',
      resolve: ({ metadata }) => metadata.creationTimestamp,
    }),
    createdBy: t.string({
      nullable: true,
      description: 'Who created it. Null when not noted.',
      resolve: (object) => noted(object, 'createdBy'),
    }),
    updatedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When somebody last changed it. Null when not noted.',
      resolve: (object) => {
        const milliseconds = Date.parse(noted(object, 'updatedAt') ?? '');
        return Number.isNaN(milliseconds) ? null : new Date(milliseconds).toISOString();
      },
    }),
    updatedBy: t.string({
      nullable: true,
      description: 'Who last changed it. Null when not noted.',
      resolve: (object) => noted(object, 'updatedBy'),
    }),
    deletedAt: t.field({
      type: 'DateTime',
      nullable: true,
      description: 'When its deletion was asked for. Null while it was not.',
      resolve: ({ metadata }) => metadata.deletionTimestamp ?? null,
    }),
  }),
});

function noted({ metadata }: KubernetesObject, what: keyof typeof auditAnnotations): string | null {
  return metadata.annotations?.[auditAnnotations[what]] || null;
}
