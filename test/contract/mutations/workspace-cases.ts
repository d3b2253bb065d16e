import { casesOf, noGarbageCollector, type MutationCase } from './mutation-case.ts';
import type { MutationFixture } from './environment.ts';

const at = ({ namespace }: MutationFixture) => ({ namespace, name: 'nb' });
const minimal = ({ namespace, kind }: MutationFixture) => ({
  namespace,
  name: 'new',
  kind,
  imageConfig: 'scipy-2',
  podConfig: 'tiny',
});
const known = (fixture: MutationFixture) => ({ ...at(fixture), revision: fixture.nb.revision });
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
  ['with a field manager', { fieldManager: 'my-tool' }],
  ['with an unknown field, refused', { deferUpdates: true }, 'BAD_REQUEST'],
  ['with an unknown field, warned of', { deferUpdates: true, fieldValidation: 'WARN' }, undefined],
  ['with an unknown field, ignored', { deferUpdates: true, fieldValidation: 'IGNORE' }],
  ['with a name that is taken', { name: 'nb' }, 'ALREADY_EXISTS'],
  ['in no namespace', { namespace: 'nowhere' }, 'NOT_FOUND'],
  ['with a name that has dots', { name: 'a.b' }, 'INVALID'],
  ['with a name that is too long', { name: 'n'.repeat(64) }, 'INVALID'],
  ['with a name in upper case', { name: 'NB' }, 'INVALID'],
  ['without a name', { name: null }, 'INVALID'],
  ['with a displayName that is too long', { displayName: long }, 'INVALID'],
  ['with a kind that is none', { kind: 'Not A Kind' }, 'INVALID'],
  ['without an image', { imageConfig: '' }, 'INVALID'],
  ['without a size', { podConfig: '' }, 'INVALID'],
  ['with data at no path', { volumes: data('data') }, 'INVALID'],
  ['with data at the root', { volumes: data('/') }, 'INVALID'],
  ['with data twice in one place', { volumes: { data: [...data('/data').data, ...data('/data').data] } }, 'INVALID'],
  ['with a secret where data are', { volumes: { ...data('/data'), ...secrets('/data') } }, 'INVALID'],
  ['with data where the home is', { volumes: { home: 'home', ...data('/home/jovyan') } }, 'INVALID'],
  ['with a mode that is none', { volumes: secrets('/token', 512) }, 'INVALID'],
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
    'after another change',
    { displayName: 'Mine' },
    'CONFLICT',
    { before: ({ team }) => team.change('nb', { spec: { paused: true } }) },
  ],
  ['after it is gone', { displayName: 'Mine' }, 'NOT_FOUND', { before: ({ team }) => team.delete('nb') }],
  ['of another revision', { revision: 'other', displayName: 'Mine' }, 'CONFLICT'],
  ['of nothing', { name: 'none' }, 'NOT_FOUND'],
  ['a displayName that is too long', { displayName: long }, 'INVALID'],
  ['no image', { imageConfig: null }, 'INVALID'],
  ['an empty image', { imageConfig: '' }, 'INVALID'],
  ['data at no path', { volumes: data('data') }, 'INVALID'],
  ['a claim that is not there', { volumes: { home: 'none' } }, 'INVALID'],
  ['a label that is none', { labels: entry('a b', 'c') }, 'INVALID'],
]);

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

export const workspaceCases: readonly MutationCase[] = [...creating, ...updating, ...deleting, ...pausing];
