import { builder } from '../../graphql/builder.ts';
import { entriesOf, KeyValueType } from '../../graphql/object-meta.ts';
import { specOf, type PodStatus, type WorkspaceObject } from './resource.ts';

export const PodMetadata = builder.objectRef<WorkspaceObject>('PodMetadata').implement({
  description: 'What is put on the pod of a workspace, beside what its kind puts there.',
  fields: (t) => ({
    labels: t.field({
      type: [KeyValueType],
      description: 'Labels of the pod.',
      resolve: (workspace) => entriesOf(specOf(workspace).podTemplate?.podMetadata?.labels),
    }),
    annotations: t.field({
      type: [KeyValueType],
      description: 'Annotations of the pod.',
      resolve: (workspace) => entriesOf(specOf(workspace).podTemplate?.podMetadata?.annotations),
    }),
  }),
});

export const WorkspacePod = builder.objectRef<PodStatus>('WorkspacePod').implement({
  description: 'The pod in which a workspace runs, as its controller reports it.',
  fields: (t) => ({
    name: t.string({ description: 'Name of the pod.', resolve: ({ name }) => name ?? '' }),
    nodeName: t.string({
      nullable: true,
      description: 'The node it runs on. Null until it is scheduled.',
      resolve: ({ nodeName }) => nodeName || null,
    }),
    containers: t.stringList({
      description: 'Names of its containers.',
      resolve: ({ containers }) => namesOf(containers),
    }),
    initContainers: t.stringList({
      description: 'Names of its init containers.',
      resolve: ({ initContainers }) => namesOf(initContainers),
    }),
  }),
});

function namesOf(containers: PodStatus['containers']): string[] {
  return (containers ?? []).flatMap(({ name }) => name ?? []);
}
