import type { Manifest } from '../../dev/simulator/api-object.ts';
import { completeWorkspaceKind, completeWorkspace } from './complete-objects.ts';

interface MalformedObject {
  readonly what: string;
  readonly manifest: Manifest;
}

type Parts = Readonly<Record<string, unknown>>;

/** Workspaces called `bad`, of which the API server should never have let one in. */
export const malformedWorkspaces: readonly MalformedObject[] = [
  workspace('no spec', { spec: undefined }),
  workspace('a null spec and status', { spec: null, status: null }),
  workspace('a text for a spec and a list for a status', { spec: 'nonsense', status: [1] }),
  workspace('labels and annotations that are null', {
    metadata: { name: 'bad', namespace: 'team-a', labels: null, annotations: null },
  }),
  workspace('numbers for texts', {
    spec: { kind: 7, displayName: 7, podTemplate: { volumes: { home: 7 }, options: { imageConfig: 7, podConfig: 7 } } },
    status: { state: 7, stateMessage: 7, podTemplatePod: { name: 7, nodeName: 7 } },
  }),
  workspace('an unknown state and texts for numbers', {
    status: { state: 'Dreaming', pauseTime: 'yesterday', activity: { lastActivity: 'never' }, pendingRestart: 'maybe' },
  }),
  workspace('a negative activity', { status: { state: 'Running', activity: { lastActivity: -5, lastUpdate: -1e30 } } }),
  workspace('a huge activity', {
    status: { state: 'Running', pauseTime: 1e300, activity: { lastActivity: 9e18, lastUpdate: 1e16 } },
  }),
  workspace('lists for objects and objects for lists', {
    spec: { podTemplate: { podMetadata: [], volumes: { data: { a: 1 }, secrets: 'none' }, options: [] } },
    status: { podTemplatePod: { name: 'p', containers: { a: 1 } }, podTemplateOptions: [] },
  }),
  workspace('lists of nothing', {
    spec: { podTemplate: { volumes: { data: [null, 1, {}], secrets: [null, { defaultMode: 1.5 }] } } },
    status: { podTemplateOptions: { imageConfig: { redirectChain: [null, 'x', {}] } } },
  }),
];

/** Kinds called `bad`, likewise. */
export const malformedWorkspaceKinds: readonly MalformedObject[] = [
  kind('no spec', { spec: undefined }),
  kind('a null spec', { spec: null }),
  kind('options without id, and options that are none', {
    spec: { podTemplate: { options: optionLists([{ spawner: { displayName: 'nameless' } }, null, 'x', {}]) } },
  }),
  kind('option labels that are null, or no labels', {
    spec: { podTemplate: { options: optionLists([{ id: 'scipy', spawner: { labels: [null, 1, { key: 1 }, {}] } }]) } },
  }),
  kind('objects for lists', {
    spec: { podTemplate: { ports: {}, options: optionLists({}) }, activityRules: {}, filterRules: 'none' },
  }),
  kind('rules of nothing', {
    spec: {
      activityRules: [null, {}, { config: { secondsSinceActive: 1e12 } }],
      filterRules: [null, {}, { match: 1 }],
    },
  }),
  kind('pictures that are none', { spec: { spawner: { icon: 'icon.svg', logo: { url: 1 } } }, status: 'fine' }),
];

function workspace(what: string, parts: Parts): MalformedObject {
  return { what, manifest: { ...completeWorkspace('bad'), ...parts } };
}

function kind(what: string, parts: Parts): MalformedObject {
  return { what, manifest: { ...completeWorkspaceKind('bad'), ...parts } };
}

function optionLists(values: unknown): Parts {
  return { imageConfig: { values }, podConfig: { values } };
}
