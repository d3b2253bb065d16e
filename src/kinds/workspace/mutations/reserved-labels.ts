import { type InputPaths, inputPathOf } from '../../../mutations/field-errors.ts';
import { specOf, type WorkspaceContent } from '../resource.ts';

/** Labels that the controller sets on every pod of a workspace, by which it and the Service find the pod. */
const RESERVED = ['notebooks.kubeflow.org/workspace-name', 'statefulset'] as const;

/** Returns a warning for each pod label of the workspace that the controller overrides. */
export function reservedLabelWarnings(workspace: WorkspaceContent, paths: InputPaths): readonly string[] {
  const labels = specOf(workspace).podTemplate?.podMetadata?.labels ?? {};
  const field = inputPathOf(paths, 'spec.podTemplate.podMetadata.labels');
  return RESERVED.filter((key) => labels[key] !== undefined).map(
    (key) =>
      `${field}: the controller sets the label ${key} of the pod to the name of the workspace, so this value has no effect`,
  );
}
