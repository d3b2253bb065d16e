import { define } from '../../../dev/demo/crds/definition.ts';
import { dnsLabel, mountPath, optionId, podMetadata } from '../../../dev/demo/crds/field-types.ts';
import {
  boolean,
  epoch,
  immutable,
  listMap,
  object,
  string,
  withDefault,
  type Schema,
} from '../../../dev/demo/crds/schema.ts';
import { podFields, podTemplateOptions, state } from '../../../dev/demo/crds/workspace.ts';

/** `workspaces.kubeflow.org` as vendors shipped it in 2025: times in seconds, no display name, no secrets. */
export const oldWorkspaceCrd = define({
  kind: 'Workspace',
  plural: 'workspaces',
  shortName: 'ws',
  scope: 'Namespaced',
  columns: [{ name: 'State', type: 'string', jsonPath: '.status.state', description: 'State of the workspace' }],
  spec: spec(),
  status: status(),
});

function spec(): Schema {
  return object(
    {
      paused: withDefault(false, boolean()),
      deferUpdates: withDefault(false, boolean()),
      kind: immutable(dnsLabel(2), `Workspace 'kind' is immutable`),
      podTemplate: object({ podMetadata: podMetadata(), volumes: volumes(), options: options() }, [
        'options',
        'volumes',
      ]),
    },
    ['kind', 'podTemplate'],
  );
}

function volumes(): Schema {
  const claim = { pvcName: dnsLabel(2), mountPath: mountPath(), readOnly: withDefault(false, boolean()) };
  return object({ home: dnsLabel(2), data: listMap('mountPath', object(claim, ['pvcName', 'mountPath'])) });
}

function options(): Schema {
  return object({ imageConfig: optionId(), podConfig: optionId() }, ['imageConfig', 'podConfig']);
}

function status(): Schema {
  const fields = {
    activity: object({ lastActivity: epoch({ default: 0 }), lastUpdate: epoch({ default: 0 }) }, [
      'lastActivity',
      'lastUpdate',
    ]),
    pauseTime: epoch({ default: 0 }),
    pendingRestart: withDefault(false, boolean()),
    podTemplateOptions: podTemplateOptions(),
    podTemplatePod: object(podFields(), ['name']),
    state: state(),
    stateMessage: withDefault('', string()),
  };
  return object(fields, [
    'activity',
    'pauseTime',
    'pendingRestart',
    'podTemplateOptions',
    'podTemplatePod',
    'state',
    'stateMessage',
  ]);
}
