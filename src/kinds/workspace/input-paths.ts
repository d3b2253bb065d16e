import type { InputPaths } from '../../mutations/input-paths.ts';

/** Where the fields of a Workspace stand in the inputs that name them one by one. */
export const workspacePaths: InputPaths = {
  'metadata.name': 'input.name',
  'metadata.generateName': 'input.generateName',
  'metadata.namespace': 'input.namespace',
  'metadata.labels': 'input.labels',
  'metadata.annotations': 'input.annotations',
  'spec.kind': 'input.kind',
  'spec.paused': 'input.paused',
  'spec.displayName': 'input.displayName',
  'spec.deferUpdates': 'input.deferUpdates',
  'spec.podTemplate.podMetadata': 'input.podMetadata',
  'spec.podTemplate.volumes': 'input.volumes',
  'spec.podTemplate.volumes.data[].pvcName': 'input.volumes.data[].claimName',
  'spec.podTemplate.options.imageConfig': 'input.imageConfig',
  'spec.podTemplate.options.podConfig': 'input.podConfig',
};
