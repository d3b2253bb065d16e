import { define } from './definition.ts';
import { mountPath, objectName, optionId, podMetadata } from './field-types.ts';
import {
  boolean,
  epoch,
  immutable,
  integer,
  listMap,
  listOf,
  object,
  oneOf,
  type Schema,
  string,
  withDefault,
} from './schema.ts';

/** `workspaces.kubeflow.org` of Kubeflow Notebooks v2.0.0-beta.0: times in milliseconds. */
export const workspaceCrd = define({
  kind: 'Workspace',
  plural: 'workspaces',
  shortName: 'ws',
  scope: 'Namespaced',
  columns: [{ name: 'State', type: 'string', jsonPath: '.status.state', description: 'State of the workspace' }],
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

/** Status of a workspace. Absent until the controller has reconciled the workspace for the first time. */
function workspaceStatus(): Schema {
  return object(
    {
      activity: activity(),
      lastRunningTime: epoch({ default: 0 }),
      pauseTime: epoch({ default: 0 }),
      pendingRestart: withDefault(false, boolean()),
      podTemplateOptions: podTemplateOptions(),
      podTemplatePod: object({ ...podFields(), nodeName: string(), serviceAccountName: string() }, [
        'name',
        'nodeName',
      ]),
      state: state(),
      stateMessage: withDefault('', string()),
    },
    [
      'activity',
      'lastRunningTime',
      'pauseTime',
      'pendingRestart',
      'podTemplateOptions',
      'podTemplatePod',
      'state',
      'stateMessage',
    ],
  );
}

export function state(): Schema {
  return withDefault('Unknown', oneOf('Running', 'Terminating', 'Paused', 'Pending', 'Error', 'Unknown'));
}

/** Result of following the redirects of the workspace's options. */
export function podTemplateOptions(): Schema {
  const step = object({ source: optionId(), target: optionId() }, ['source', 'target']);
  const option = object({ desired: optionId(), redirectChain: listOf(step) });
  return object({ imageConfig: option, podConfig: option }, ['imageConfig', 'podConfig']);
}

/** Fields about the pod that both versions of the definition have. The name is empty if there is no pod. */
export function podFields() {
  const containers = listOf(object({ name: string() }, ['name']));
  return { name: string(), containers, initContainers: containers };
}

function activity(): Schema {
  const times = { lastActivity: epoch({ default: 0 }), lastUpdate: epoch({ default: 0 }) };
  return object({ ...times, lastProbe: probe(), rules: rules() }, ['lastActivity', 'lastUpdate']);
}

function probe(): Schema {
  const result = oneOf('Success', 'Failure', 'Timeout');
  const fields = { startTime: epoch(), endTime: epoch(), result, message: withDefault('', string()) };
  return object(fields, ['startTime', 'endTime', 'result', 'message']);
}

function rules(): Schema {
  return object({ pauseWorkspace: object({ eligibleAfter: epoch({ default: 0 }) }, ['eligibleAfter']) });
}
