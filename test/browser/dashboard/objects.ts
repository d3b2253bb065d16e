import { namespace, workspace, workspaceKind } from '../../support/manifests.ts';

/** A small cluster: two workspaces of one kind, each in a namespace of its own. */
export const objects = [
  namespace('team-a'),
  namespace('team-b'),
  workspaceKind('jupyterlab'),
  workspace('one', { state: 'Running' }),
  workspace('two', { state: 'Running', namespace: 'team-b' }),
];
