import { casesOf, type MutationCase } from './mutation-case.ts';
import type { MutationFixture } from './environment.ts';

const at = ({ namespace }: MutationFixture) => ({ namespace, name: 'nb' });

const spec = ({ kind }: MutationFixture, more: object = {}) => ({
  kind,
  podTemplate: { volumes: {}, options: { imageConfig: 'scipy', podConfig: 'tiny' } },
  ...more,
});
const whole = (fixture: MutationFixture, more: object = {}) => ({
  manifest: { metadata: { resourceVersion: fixture.nb.resourceVersion }, spec: spec(fixture, more) },
});

const replacing = casesOf('replaceWorkspace', at, [
  ['the whole', (fixture) => whole(fixture, { displayName: 'Whole' })],
  ['dry', (fixture) => ({ ...whole(fixture, { displayName: 'Whole' }), dryRun: true })],
  ['without a version', (fixture) => ({ manifest: { spec: spec(fixture) } }), 'INVALID'],
  [
    'of another version',
    (fixture) => ({ manifest: { metadata: { resourceVersion: '1' }, spec: spec(fixture) } }),
    'CONFLICT',
  ],
  ['without a spec', ({ nb }) => ({ manifest: { metadata: { resourceVersion: nb.resourceVersion } } })],
  ['by another kind', (fixture) => whole(fixture, { kind: 'other' }), 'INVALID'],
  ['by a text for a flag', (fixture) => whole(fixture, { paused: 'yes' }), 'INVALID'],
  ['without what is needed', (fixture) => whole(fixture, { podTemplate: {} }), 'INVALID'],
  ['with an unknown field', (fixture) => whole(fixture, { colour: 'red' }), 'BAD_REQUEST'],
  ['of nothing', (fixture) => ({ ...whole(fixture), name: 'none' }), 'NOT_FOUND'],
  ['by what is no object', { manifest: 7 }, 'BAD_REQUEST'],
  ['by another name', { manifest: { metadata: { name: 'other' } } }, 'BAD_REQUEST'],
]);

const json = (...operations: readonly object[]) => ({ type: 'JSON', patch: operations });
const merge = (patch: unknown) => ({ type: 'MERGE', patch });
const rename = { op: 'add', path: '/spec/displayName', value: 'Patched' };

const patching = casesOf('patchWorkspace', at, [
  ['by JSON', json(rename)],
  ['by no operation', json()],
  ['by a test that holds', json({ op: 'test', path: '/spec/paused', value: false }, rename)],
  ['by a test that fails', json({ op: 'test', path: '/spec/paused', value: true }, rename), 'INVALID'],
  ['by the removal of what is not there', json({ op: 'remove', path: '/spec/none' }), 'INVALID'],
  ['by an operation that is none', json({ op: 'shake', path: '/spec' }), 'INVALID'],
  ['by the removal of all annotations', json({ op: 'remove', path: '/metadata/annotations' })],
  ['by a value that is none', json({ op: 'replace', path: '/spec/paused', value: 'yes' }), 'INVALID'],
  ['by JSON, of a version', ({ nb }) => ({ ...json(rename), resourceVersion: nb.resourceVersion })],
  ['by JSON, of another version', { ...json(rename), resourceVersion: '1' }, 'CONFLICT'],
  ['by what is no list', { type: 'JSON', patch: {} }, 'BAD_REQUEST'],
  ['by a merge', merge({ spec: { displayName: 'Patched' } })],
  ['by an empty merge', merge({})],
  ['by a merge that clears', merge({ metadata: { labels: null } })],
  ['by a merge, dry', { ...merge({ spec: { paused: true } }), dryRun: true }],
  ['by a merge, with a field manager', { ...merge({ spec: { paused: true } }), fieldManager: 'my-tool' }],
  ['by a merge, of a version', ({ nb }) => ({ ...merge({}), resourceVersion: nb.resourceVersion })],
  ['by a merge, of another version', { ...merge({}), resourceVersion: '1' }, 'CONFLICT'],
  ['by a merge with a value that is none', merge({ spec: { displayName: 7 } }), 'INVALID'],
  ['by a merge that removes what is needed', merge({ spec: { kind: null } }), 'INVALID'],
  ['by a merge with an unknown field', merge({ spec: { colour: 'red' } }), 'INVALID'],
  ['by a merge into the status', merge({ status: { state: 'Error' } })],
  ['by a merge, forced', { ...merge({}), force: true }, 'INVALID'],
  ['strategically', { type: 'STRATEGIC', patch: { spec: { paused: true } } }, 'UNSUPPORTED_MEDIA_TYPE'],
  ['of nothing', { ...merge({}), name: 'none' }, 'NOT_FOUND'],
  ['by an apply', { type: 'APPLY', patch: { spec: { displayName: 'Applied' } }, fieldManager: 'me' }],
  ['by an apply that creates', (fixture) => ({ name: 'applied', type: 'APPLY', patch: { spec: spec(fixture) } })],
  [
    'by an apply of what others own',
    { type: 'APPLY', patch: { spec: { paused: true } }, fieldManager: 'me' },
    'CONFLICT',
  ],
  [
    'by an apply of what others own, forced',
    { type: 'APPLY', patch: { spec: { paused: true } }, fieldManager: 'me', force: true },
  ],
  [
    'by an apply of what others own as it is',
    { type: 'APPLY', patch: { spec: { paused: false } }, fieldManager: 'me' },
  ],
  [
    'by an apply, of another version',
    { type: 'APPLY', patch: {}, fieldManager: 'me', resourceVersion: '1' },
    'CONFLICT',
  ],
  ['by an apply in YAML', { type: 'APPLY', patch: 'spec: { displayName: YAML }', fieldManager: 'me' }],
]);

const mounts = (pvcName: string) => ({ volumes: { data: [{ pvcName, mountPath: '/data' }] } });
const options = { imageConfig: 'scipy', podConfig: 'tiny' };
const jsonOf = (pvcName: string) =>
  json({ op: 'add', path: '/spec/podTemplate/volumes', value: mounts(pvcName).volumes });
const merging = (pvcName: string) => merge({ spec: { podTemplate: mounts(pvcName) } });
const applying = (pvcName: string) => ({
  type: 'APPLY',
  patch: { spec: { podTemplate: mounts(pvcName) } },
  fieldManager: 'me',
  force: true,
});
const applyingNew = (fixture: MutationFixture, pvcName: string) => ({
  name: 'applied',
  type: 'APPLY',
  patch: { spec: spec(fixture, { podTemplate: { ...mounts(pvcName), options } }) },
});
const replacingBy = (fixture: MutationFixture, pvcName: string) =>
  whole(fixture, { podTemplate: { ...mounts(pvcName), options } });

/** Patches whose result the API server computes in a dry run. */
const mounting = [
  ...casesOf('patchWorkspace', at, [
    ['by JSON, with a claim', jsonOf('data')],
    ['by JSON, with a claim that may not be mounted', jsonOf('private'), 'INVALID'],
    ['by a merge, with a claim', merging('data')],
    [
      'by a merge, with a claim, of a version',
      ({ nb }) => ({ ...merging('data'), resourceVersion: nb.resourceVersion }),
    ],
    ['by a merge, with a claim, of another version', { ...merging('data'), resourceVersion: '1' }, 'CONFLICT'],
    ['by a merge, with a claim, dry', { ...merging('data'), dryRun: true }],
    ['by a merge, with a claim that may not be mounted', merging('private'), 'INVALID'],
    ['by a merge, with a claim that is not there', merging('none'), 'INVALID'],
    ['by an apply, with a claim', applying('data')],
    ['by an apply, with a claim that may not be mounted', applying('private'), 'INVALID'],
    ['by an apply that creates, with a claim', (fixture) => applyingNew(fixture, 'data')],
    [
      'by an apply that creates, with a claim that may not be mounted',
      (fixture) => applyingNew(fixture, 'private'),
      'INVALID',
    ],
    [
      'by a merge, with a claim that it mounts already',
      merge({ spec: { podTemplate: { volumes: { home: 'private', ...mounts('data').volumes } } } }),
      undefined,
      {
        before: ({ team }) => team.change('nb', { spec: { podTemplate: { volumes: { home: 'private' } } } }),
      },
    ],
  ]),
  ...casesOf('replaceWorkspace', at, [
    ['with a claim', (fixture) => replacingBy(fixture, 'data')],
    ['with a claim that may not be mounted', (fixture) => replacingBy(fixture, 'private'), 'INVALID'],
  ]),
];

const status = {
  state: 'Error',
  stateMessage: 'No.',
  activity: { lastActivity: 0, lastUpdate: 0 },
  pauseTime: 0,
  pendingRestart: false,
  podTemplateOptions: { imageConfig: {}, podConfig: {} },
  podTemplatePod: { name: '', nodeName: '' },
};

const reporting = [
  ...casesOf('patchWorkspaceStatus', at, [
    ['by a merge', merge({ status: { state: 'Error' }, spec: { paused: true } })],
    ['by JSON', json({ op: 'replace', path: '/status/state', value: 'Paused' })],
    ['by a state that is none', merge({ status: { state: 'Asleep' } }), 'INVALID'],
    ['of nothing', { ...merge({}), name: 'none' }, 'NOT_FOUND'],
    ['of another version', { ...merge({}), resourceVersion: '1' }, 'CONFLICT'],
  ]),
  ...casesOf('replaceWorkspaceStatus', at, [
    ['the whole', (fixture) => ({ manifest: { ...whole(fixture, { displayName: 'Not this' }).manifest, status } })],
    [
      'of another version',
      (fixture) => ({ manifest: { metadata: { resourceVersion: '1' }, spec: spec(fixture), status } }),
      'CONFLICT',
    ],
    [
      'by a state that is none',
      (fixture) => ({ manifest: { ...whole(fixture).manifest, status: { ...status, state: 'Asleep' } } }),
      'INVALID',
    ],
  ]),
];

export const manifestCases: readonly MutationCase[] = [...replacing, ...patching, ...mounting, ...reporting];
