import { casesOf, noFieldValidation, noGarbageCollector, noRules, oldWords, type MutationCase } from './case.ts';
import type { Scene } from './stage.ts';

const at = ({ namespace }: Scene) => ({ namespace, name: 'nb' });
const minimal = ({ namespace, kind }: Scene) => ({
  namespace,
  name: 'new',
  kind,
  imageConfig: 'scipy-2',
  podConfig: 'tiny',
});
const known = (scene: Scene) => ({ ...at(scene), revision: scene.nb.revision });
const long = 'x'.repeat(129);
const entry = (key: string, value: string) => [{ key, value }];
const data = (mountPath: string, claimName = 'data') => ({ data: [{ claimName, mountPath }] });
const secrets = (mountPath: string, defaultMode?: number) => ({
  secrets: [{ secretName: 'token', mountPath, defaultMode }],
});

const creating = casesOf('createWorkspace', minimal, [
  ['the least', {}],
  ['paused', { paused: true }],
  ['with a displayName', { displayName: 'A notebook' }],
  ['with an empty displayName', { displayName: '' }],
  ['with labels', { labels: entry('a', 'b') }],
  ['with annotations', { annotations: entry('a', 'b') }],
  ['with metadata for its pod', { podMetadata: { labels: entry('a', 'b'), annotations: entry('c', 'd') } }],
  ['with a home', { volumes: { home: 'home' } }],
  ['with data', { volumes: data('/data') }],
  ['with a secret', { volumes: secrets('/token') }],
  ['with a secret of mode 0', { volumes: secrets('/token', 0) }],
  ['dry', { dryRun: true }],
  ['as somebody', { fieldManager: 'my-tool' }],
  ['with an unknown field, refused', { deferUpdates: true }, 'BAD_REQUEST', { differs: noFieldValidation }],
  [
    'with an unknown field, warned of',
    { deferUpdates: true, fieldValidation: 'WARN' },
    undefined,
    { differs: noFieldValidation },
  ],
  ['with an unknown field, ignored', { deferUpdates: true, fieldValidation: 'IGNORE' }],
  ['with a name that is taken', { name: 'nb' }, 'ALREADY_EXISTS'],
  ['in no namespace', { namespace: 'nowhere' }, 'NOT_FOUND'],
  ['with a name that has dots', { name: 'a.b' }, 'INVALID'],
  ['with a name that is too long', { name: 'n'.repeat(64) }, 'INVALID'],
  ['with a name in upper case', { name: 'NB' }, 'INVALID'],
  ['without a name', { name: null }, 'INVALID'],
  ['with a displayName that is too long', { displayName: long }, 'INVALID', { differs: oldWords }],
  ['with a kind that is none', { kind: 'Not A Kind' }, 'INVALID'],
  ['without an image', { imageConfig: '' }, 'INVALID'],
  ['without a size', { podConfig: '' }, 'INVALID'],
  ['with data at no path', { volumes: data('data') }, 'INVALID', { differs: oldWords }],
  ['with data at the root', { volumes: data('/') }, 'INVALID', { differs: oldWords }],
  ['with data twice in one place', { volumes: { data: [...data('/data').data, ...data('/data').data] } }, 'INVALID'],
  ['with a secret where data are', { volumes: { ...data('/data'), ...secrets('/data') } }, 'INVALID'],
  ['with data where the home is', { volumes: { home: 'home', ...data('/home/jovyan') } }, 'INVALID'],
  ['with a mode that is none', { volumes: secrets('/token', 512) }, 'INVALID', { differs: oldWords }],
  ['with a claim that is not there', { volumes: { home: 'none' } }, 'INVALID'],
  ['with a claim that may not be mounted', { volumes: data('/data', 'private') }, 'INVALID'],
  ['with a label that is none', { labels: entry('a b', 'c') }, 'INVALID'],
  ['with a label whose value is none', { labels: entry('a', 'not a value') }, 'INVALID'],
  ['with two values for one label', { labels: [...entry('a', 'b'), ...entry('a', 'c')] }, 'INVALID'],
  ['with an annotation that is none', { annotations: entry('a b', 'c') }, 'INVALID'],
]);

const updating = casesOf('updateWorkspace', known, [
  ['nothing', {}],
  ['the displayName', { displayName: 'Renamed' }],
  ['no displayName', { displayName: null }],
  ['paused', { paused: true }],
  ['the options', { imageConfig: 'scipy-2', podConfig: 'big' }],
  ['what is desired', { applyPendingRedirects: true }],
  ['the labels', { labels: entry('new', '1') }],
  ['no labels', { labels: null }],
  ['the annotations', { annotations: entry('new', '1') }],
  ['the metadata of its pod', { podMetadata: { labels: entry('a', 'b') } }],
  ['the volumes', { volumes: { home: 'home', ...data('/data') } }],
  ['no volumes', { volumes: null }],
  ['dry', { displayName: 'Renamed', dryRun: true }],
  [
    'after the controller has reported',
    { displayName: 'Renamed' },
    undefined,
    { before: ({ team }) => team.report('nb', 'Error') },
  ],
  [
    'after somebody has changed it',
    { displayName: 'Mine' },
    'CONFLICT',
    { before: ({ team }) => team.change('nb', { spec: { paused: true } }) },
  ],
  ['after it is gone', { displayName: 'Mine' }, 'NOT_FOUND', { before: ({ team }) => team.delete('nb') }],
  ['of another revision', { revision: 'other', displayName: 'Mine' }, 'CONFLICT'],
  ['of nothing', { name: 'none' }, 'NOT_FOUND'],
  ['a displayName that is too long', { displayName: long }, 'INVALID', { differs: oldWords }],
  ['no image', { imageConfig: null }, 'INVALID'],
  ['an empty image', { imageConfig: '' }, 'INVALID'],
  ['data at no path', { volumes: data('data') }, 'INVALID', { differs: oldWords }],
  ['a claim that is not there', { volumes: { home: 'none' } }, 'INVALID'],
  ['a label that is none', { labels: entry('a b', 'c') }, 'INVALID'],
]);

const spec = ({ kind }: Scene, more: object = {}) => ({
  kind,
  podTemplate: { volumes: {}, options: { imageConfig: 'scipy', podConfig: 'tiny' } },
  ...more,
});
const whole = (scene: Scene, more: object = {}) => ({
  manifest: { metadata: { resourceVersion: scene.nb.resourceVersion }, spec: spec(scene, more) },
});

const replacing = casesOf('replaceWorkspace', at, [
  ['the whole', (scene) => whole(scene, { displayName: 'Whole' })],
  ['dry', (scene) => ({ ...whole(scene, { displayName: 'Whole' }), dryRun: true })],
  ['without a version', (scene) => ({ manifest: { spec: spec(scene) } }), 'INVALID'],
  [
    'of another version',
    (scene) => ({ manifest: { metadata: { resourceVersion: '1' }, spec: spec(scene) } }),
    'CONFLICT',
  ],
  ['without a spec', ({ nb }) => ({ manifest: { metadata: { resourceVersion: nb.resourceVersion } } })],
  ['by another kind', (scene) => whole(scene, { kind: 'other' }), 'INVALID', { differs: noRules }],
  ['by a text for a flag', (scene) => whole(scene, { paused: 'yes' }), 'INVALID', { differs: oldWords }],
  ['without what is needed', (scene) => whole(scene, { podTemplate: {} }), 'INVALID'],
  ['with an unknown field', (scene) => whole(scene, { colour: 'red' }), 'BAD_REQUEST', { differs: noFieldValidation }],
  ['of nothing', (scene) => ({ ...whole(scene), name: 'none' }), 'NOT_FOUND'],
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
  [
    'by a value that is none',
    json({ op: 'replace', path: '/spec/paused', value: 'yes' }),
    'INVALID',
    { differs: oldWords },
  ],
  ['by JSON, of a version', ({ nb }) => ({ ...json(rename), resourceVersion: nb.resourceVersion })],
  ['by JSON, of another version', { ...json(rename), resourceVersion: '1' }, 'CONFLICT'],
  ['by what is no list', { type: 'JSON', patch: {} }, 'BAD_REQUEST'],
  ['by a merge', merge({ spec: { displayName: 'Patched' } })],
  ['by an empty merge', merge({})],
  ['by a merge that clears', merge({ metadata: { labels: null } })],
  ['by a merge, dry', { ...merge({ spec: { paused: true } }), dryRun: true }],
  ['by a merge, as somebody', { ...merge({ spec: { paused: true } }), fieldManager: 'my-tool' }],
  ['by a merge, of a version', ({ nb }) => ({ ...merge({}), resourceVersion: nb.resourceVersion })],
  ['by a merge, of another version', { ...merge({}), resourceVersion: '1' }, 'CONFLICT'],
  ['by a merge with a value that is none', merge({ spec: { displayName: 7 } }), 'INVALID', { differs: oldWords }],
  ['by a merge that removes what is needed', merge({ spec: { kind: null } }), 'INVALID'],
  [
    'by a merge with an unknown field',
    merge({ spec: { colour: 'red' } }),
    'BAD_REQUEST',
    { differs: noFieldValidation },
  ],
  ['by a merge into the status', merge({ status: { state: 'Error' } })],
  ['by a merge, forced', { ...merge({}), force: true }, 'INVALID'],
  ['strategically', { type: 'STRATEGIC', patch: { spec: { paused: true } } }, 'UNSUPPORTED_MEDIA_TYPE'],
  ['of nothing', { ...merge({}), name: 'none' }, 'NOT_FOUND'],
  ['by an apply', { type: 'APPLY', patch: { spec: { displayName: 'Applied' } }, fieldManager: 'me' }],
  ['by an apply that creates', (scene) => ({ name: 'applied', type: 'APPLY', patch: { spec: spec(scene) } })],
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
    ['the whole', (scene) => ({ manifest: { ...whole(scene, { displayName: 'Not this' }).manifest, status } })],
    [
      'of another version',
      (scene) => ({ manifest: { metadata: { resourceVersion: '1' }, spec: spec(scene), status } }),
      'CONFLICT',
    ],
    [
      'by a state that is none',
      (scene) => ({ manifest: { ...whole(scene).manifest, status: { ...status, state: 'Asleep' } } }),
      'INVALID',
    ],
  ]),
];

const deleting = [
  ...casesOf('deleteWorkspace', at, [
    ['simply', {}],
    ['dry', { dryRun: true }],
    ['of a uid', ({ nb }) => ({ uid: nb.uid })],
    ['of another uid', { uid: 'another' }, 'CONFLICT'],
    ['of another version', { resourceVersion: '1' }, 'CONFLICT'],
    ['in the foreground', { propagationPolicy: 'FOREGROUND' }, undefined, { differs: noGarbageCollector }],
    ['in the background, at once', { propagationPolicy: 'BACKGROUND', gracePeriodSeconds: 0 }],
    [
      'while a finalizer holds it',
      {},
      undefined,
      { before: ({ team }) => team.change('nb', { metadata: { finalizers: ['example.org/keep'] } }) },
    ],
    ['of nothing', { name: 'none' }, 'NOT_FOUND'],
  ]),
  ...casesOf('deleteWorkspaces', ({ namespace }) => ({ namespace }), [
    ['all', {}],
    ['by label', { labelSelector: 'team in (ml)' }],
    ['by another label', { labelSelector: 'team!=ml' }],
    ['by field', { fieldSelector: 'metadata.name=nb' }],
    ['dry', { dryRun: true }],
    ['by a selector that is none', { labelSelector: 'team in' }, 'BAD_REQUEST'],
    ['by a field that is none', { fieldSelector: 'spec.colour=red' }, 'BAD_REQUEST'],
  ]),
];

const pausing = [
  ...casesOf('pauseWorkspace', at, [
    ['what runs', {}],
    ['dry', { dryRun: true }],
    ['what is paused already', {}, 'CONFLICT', { before: ({ team }) => team.change('nb', { spec: { paused: true } }) }],
    ['nothing', { name: 'none' }, 'NOT_FOUND'],
  ]),
  ...casesOf('startWorkspace', at, [['what is not paused', {}, 'CONFLICT']]),
  ...casesOf('pauseWorkspaces', ({ namespace }) => ({ namespace }), [
    ['by name', { names: ['nb', 'none'] }],
    ['all', { filter: {} }],
    ['none', { filter: { paused: true } }],
    ['neither', {}, 'BAD_REQUEST'],
  ]),
  ...casesOf('startWorkspaces', ({ namespace }) => ({ namespace }), [['by name', { names: ['nb'] }]]),
];

export const workspaceCases: readonly MutationCase[] = [
  ...creating,
  ...updating,
  ...replacing,
  ...patching,
  ...reporting,
  ...deleting,
  ...pausing,
];
