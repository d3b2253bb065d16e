import type { Manifest } from '../../dev/simulator/api-object.ts';
import { completeWorkspaceKind, completeWorkspace } from './complete-objects.ts';

interface MalformedObject {
  readonly defect: string;
  readonly manifest: Manifest;
}

type Parts = Readonly<Record<string, unknown>>;

/** Workspaces named `bad` that an API server with the current schema would reject. */
export const malformedWorkspaces: readonly MalformedObject[] = [
  workspace('no spec', { spec: undefined }),
  workspace('a null spec and status', { spec: null, status: null }),
  workspace('a string spec and a list status', { spec: 'nonsense', status: [1] }),
  workspace('null labels and annotations', {
    metadata: { name: 'bad', namespace: 'team-a', labels: null, annotations: null },
  }),
  workspace('numbers instead of strings', {
    spec: { kind: 7, displayName: 7, podTemplate: { volumes: { home: 7 }, options: { imageConfig: 7, podConfig: 7 } } },
    status: { state: 7, stateMessage: 7, podTemplatePod: { name: 7, nodeName: 7 } },
  }),
  workspace('an unknown state and strings instead of numbers', {
    status: { state: 'Dreaming', pauseTime: 'yesterday', activity: { lastActivity: 'never' }, pendingRestart: 'maybe' },
  }),
  workspace('a negative activity', { status: { state: 'Running', activity: { lastActivity: -5, lastUpdate: -1e30 } } }),
  workspace('a huge activity', {
    status: { state: 'Running', pauseTime: 1e300, activity: { lastActivity: 9e18, lastUpdate: 1e16 } },
  }),
  workspace('lists instead of objects and objects instead of lists', {
    spec: { podTemplate: { podMetadata: [], volumes: { data: { a: 1 }, secrets: 'none' }, options: [] } },
    status: { podTemplatePod: { name: 'p', containers: { a: 1 } }, podTemplateOptions: [] },
  }),
  workspace('lists of null and empty objects', {
    spec: { podTemplate: { volumes: { data: [null, 1, {}], secrets: [null, { defaultMode: 1.5 }] } } },
    status: { podTemplateOptions: { imageConfig: { redirectChain: [null, 'x', {}] } } },
  }),
];

/** WorkspaceKinds named `bad` that an API server with the current schema would reject. */
export const malformedWorkspaceKinds: readonly MalformedObject[] = [
  kind('no spec', { spec: undefined }),
  kind('a null spec', { spec: null }),
  kind('options without id and options that are no objects', {
    spec: { podTemplate: { options: optionLists([{ spawner: { displayName: 'nameless' } }, null, 'x', {}]) } },
  }),
  kind('null or malformed option labels', {
    spec: { podTemplate: { options: optionLists([{ id: 'scipy', spawner: { labels: [null, 1, { key: 1 }, {}] } }]) } },
  }),
  kind('objects instead of lists', {
    spec: { podTemplate: { ports: {}, options: optionLists({}) }, activityRules: {}, filterRules: 'none' },
  }),
  kind('null and empty rules', {
    spec: {
      activityRules: [null, {}, { config: { secondsSinceActive: 1e12 } }],
      filterRules: [null, {}, { match: 1 }],
    },
  }),
  kind('malformed icons and logos', { spec: { spawner: { icon: 'icon.svg', logo: { url: 1 } } }, status: 'fine' }),
];

function workspace(defect: string, parts: Parts): MalformedObject {
  return { defect, manifest: { ...completeWorkspace('bad'), ...parts } };
}

function kind(defect: string, parts: Parts): MalformedObject {
  return { defect, manifest: { ...completeWorkspaceKind('bad'), ...parts } };
}

function optionLists(values: unknown): Parts {
  return { imageConfig: { values }, podConfig: { values } };
}
