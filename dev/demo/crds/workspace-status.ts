import { boolean, epoch, listOf, object, oneOf, string, withDefault, type Schema } from './schema.ts';
import { optionId } from './text.ts';

/** What the controller reports about a workspace. Absent until it has looked at it once. */
export function workspaceStatus(): Schema {
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

/** Which option each list of options leads to, through which redirects. */
export function podTemplateOptions(): Schema {
  const step = object({ source: optionId(), target: optionId() }, ['source', 'target']);
  const option = object({ desired: optionId(), redirectChain: listOf(step) });
  return object({ imageConfig: option, podConfig: option }, ['imageConfig', 'podConfig']);
}

/** What every age says about a workspace's pod. Without one, its name is empty. */
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
