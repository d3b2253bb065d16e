import { stringify } from 'yaml';
import { workspaceKind } from '../../support/manifests.ts';
import { casesOf, type MutationCase } from './case.ts';
import type { Scene } from './stage.ts';

const named = ({ kind }: Scene) => ({ name: kind });
const known = (scene: Scene) => ({ name: scene.kind, revision: scene.kindVersion.revision });
const fresh = ({ kind }: Scene, ...how: [object?, object?]) =>
  workspaceKind(`${kind}-new`, Object(how[0]), Object(how[1]));
const whole = ({ kind, kindVersion }: Scene, spawner: Readonly<Record<string, unknown>> = {}) => ({
  manifest: {
    spec: workspaceKind(kind, {}, spawner)['spec'],
    metadata: { resourceVersion: kindVersion.resourceVersion },
  },
});

export const kindCases: readonly MutationCase[] = [
  ...casesOf('createWorkspaceKind', () => ({}), [
    ['from JSON', (scene) => ({ manifest: fresh(scene) })],
    ['from YAML', (scene) => ({ manifest: stringify(fresh(scene)) })],
    ['dry', (scene) => ({ manifest: fresh(scene), dryRun: true })],
    ['with a name that is taken', ({ kind }) => ({ manifest: workspaceKind(kind) }), 'ALREADY_EXISTS'],
    [
      'with a displayName that is too short',
      (scene) => ({ manifest: fresh(scene, {}, { displayName: 'x' }) }),
      'INVALID',
    ],
    ['without a pod', ({ kind }) => ({ manifest: { metadata: { name: `${kind}-new` }, spec: {} } }), 'INVALID'],
    ['with an unknown field', (scene) => ({ manifest: fresh(scene, {}, { colour: 'red' }) }), 'BAD_REQUEST'],
    ['from what is no object', { manifest: [] }, 'BAD_REQUEST'],
  ]),
  ...casesOf('updateWorkspaceKind', known, [
    ['the spawner', { hidden: true, deprecated: true, deprecationMessage: 'No more.' }],
    ['by a manifest', { manifest: { spec: { spawner: { description: 'Another one' } } } }],
    ['by YAML', { manifest: 'metadata: { labels: { a: b } }' }],
    ['dry', { displayName: 'Renamed', dryRun: true }],
    ['of another revision', { revision: 'other' }, 'CONFLICT'],
    ['a displayName that is too short', { displayName: 'x' }, 'INVALID'],
    ['no displayName', { displayName: null }, 'INVALID'],
    ['where the home is', { manifest: { spec: { podTemplate: { volumeMounts: { home: '/elsewhere' } } } } }, 'INVALID'],
    ['of nothing', { name: 'none' }, 'NOT_FOUND'],
  ]),
  ...casesOf('replaceWorkspaceKind', named, [
    ['the whole', (scene) => whole(scene, { displayName: 'Whole' })],
    ['without a version', ({ kind }) => ({ manifest: { spec: workspaceKind(kind)['spec'] } }), 'INVALID'],
    [
      'of another version',
      ({ kind }) => ({ manifest: { ...workspaceKind(kind), metadata: { resourceVersion: '1' } } }),
      'CONFLICT',
    ],
    ['of nothing', (scene) => ({ ...whole(scene), name: 'none' }), 'NOT_FOUND'],
  ]),
  ...casesOf('patchWorkspaceKind', named, [
    ['by JSON', { type: 'JSON', patch: [{ op: 'replace', path: '/spec/spawner/displayName', value: 'Patched' }] }],
    ['by a merge', { type: 'MERGE', patch: { spec: { spawner: { hidden: true } } } }],
    ['by an apply', { type: 'APPLY', patch: { metadata: { labels: { a: 'b' } } }, fieldManager: 'me' }],
    ['strategically', { type: 'STRATEGIC', patch: {} }, 'UNSUPPORTED_MEDIA_TYPE'],
    ['by a merge of another version', { type: 'MERGE', patch: {}, resourceVersion: '1' }, 'CONFLICT'],
  ]),
  ...casesOf('deleteWorkspaceKind', named, [
    ['simply', {}],
    ['dry', { dryRun: true }],
    ['of another uid', { uid: 'another' }, 'CONFLICT'],
    ['of nothing', { name: 'none' }, 'NOT_FOUND'],
  ]),
];
