import { define } from './definition.ts';
import { podMetadata } from './pod-metadata.ts';
import { boolean, immutable, integer, listMap, object, string, withDefault, type Schema } from './schema.ts';
import { mountPath, objectName, optionId } from './text.ts';
import { workspaceStatus } from './workspace-status.ts';

/** `workspaces.kubeflow.org` as of Kubeflow Notebooks v2.0.0-beta.0: times in milliseconds. */
export const workspaceCrd = define({
  kind: 'Workspace',
  plural: 'workspaces',
  shortName: 'ws',
  scope: 'Namespaced',
  columns: [{ name: 'State', type: 'string', jsonPath: '.status.state', description: 'What the workspace is doing' }],
  spec: spec(),
  status: workspaceStatus(),
});

function spec(): Schema {
  return object(
    {
      paused: withDefault(false, boolean()),
      displayName: string({ min: 1, max: 128 }),
      kind: immutable(objectName(), `Workspace 'kind' is immutable`),
      podTemplate: object({ podMetadata: podMetadata(), volumes: volumes(), options: options() }, [
        'options',
        'volumes',
      ]),
    },
    ['kind', 'podTemplate'],
  );
}

function volumes(): Schema {
  return object({ home: objectName(), data: listMap('mountPath', claim()), secrets: listMap('mountPath', secret()) });
}

function claim(): Schema {
  const fields = { pvcName: objectName(), mountPath: mountPath(), readOnly: withDefault(false, boolean()) };
  return object(fields, ['pvcName', 'mountPath']);
}

function secret(): Schema {
  const defaultMode = integer({ min: 0, max: 0o777, default: 0o644 });
  return object({ secretName: objectName(), mountPath: mountPath(), defaultMode }, ['secretName', 'mountPath']);
}

function options(): Schema {
  return object({ imageConfig: optionId(), podConfig: optionId() }, ['imageConfig', 'podConfig']);
}
