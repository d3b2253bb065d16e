import { stringify } from 'yaml';
import { workspaceKind } from '../../support/manifests.ts';
import { casesOf, type MutationCase } from './mutation-case.ts';
import type { MutationFixture } from './environment.ts';

const named = ({ kind }: MutationFixture) => ({ name: kind });
const known = (fixture: MutationFixture) => ({ name: fixture.kind, revision: fixture.kindVersion.revision });
const fresh = ({ kind }: MutationFixture, ...how: [object?, object?]) =>
  workspaceKind(`${kind}-new`, Object(how[0]), Object(how[1]));
const whole = ({ kind, kindVersion }: MutationFixture, spawner: Readonly<Record<string, unknown>> = {}) => ({
  manifest: {
    spec: workspaceKind(kind, {}, spawner)['spec'],
    metadata: { resourceVersion: kindVersion.resourceVersion },
  },
});

export const workspaceKindCases: readonly MutationCase[] = [
  ...casesOf('createWorkspaceKind', () => ({}), [
    ['from JSON', (fixture) => ({ manifest: fresh(fixture) })],
    ['from YAML', (fixture) => ({ manifest: stringify(fresh(fixture)) })],
    ['dry', (fixture) => ({ manifest: fresh(fixture), dryRun: true })],
    ['with a name that is taken', ({ kind }) => ({ manifest: workspaceKind(kind) }), 'ALREADY_EXISTS'],
    [
      'with a displayName that is too short',
      (fixture) => ({ manifest: fresh(fixture, {}, { displayName: 'x' }) }),
      'INVALID',
    ],
    ['without a pod', ({ kind }) => ({ manifest: { metadata: { name: `${kind}-new` }, spec: {} } }), 'INVALID'],
    ['with an unknown field', (fixture) => ({ manifest: fresh(fixture, {}, { colour: 'red' }) }), 'BAD_REQUEST'],
    ['from what is no object', { manifest: [] }, 'BAD_REQUEST'],
    [
      'with a resourceVersion',
      (fixture) => ({
        manifest: { ...fresh(fixture), metadata: { name: `${fixture.kind}-new`, resourceVersion: '1' } },
      }),
      'BAD_REQUEST',
    ],
  ]),
  ...casesOf('updateWorkspaceKind', known, [
    ['the spawner', { hidden: true, deprecated: true, deprecationMessage: 'No more.' }],
    ['by a manifest', { manifest: { spec: { spawner: { description: 'Another one' } } } }],
    ['by YAML', { manifest: 'metadata: { labels: { a: b } }' }],
    ['dry', { displayName: 'Renamed', dryRun: true }],
    [
      'ports, icon and logo',
      {
        ports: [{ portId: 'lab' }, { portId: 'code', displayName: 'Code' }],
        icon: { configMap: { namespace: 'kubeflow', name: 'logos', key: 'k.svg' } },
        logo: { url: 'https://example.com/new.svg' },
      },
    ],
    [
      'ports and an icon that are not valid',
      { ports: [{ portId: 'Not valid', displayName: 'x' }, { portId: 'new' }], icon: {} },
      'INVALID',
    ],
    ['no icon', { icon: null }, 'INVALID'],
    ['of another revision', { revision: 'other' }, 'CONFLICT'],
    ['a displayName that is too short', { displayName: 'x' }, 'INVALID'],
    ['no displayName', { displayName: null }, 'INVALID'],
    ['where the home is', { manifest: { spec: { podTemplate: { volumeMounts: { home: '/elsewhere' } } } } }, 'INVALID'],
    ['of nothing', { name: 'none' }, 'NOT_FOUND'],
  ]),
  ...casesOf('replaceWorkspaceKind', named, [
    ['the whole', (fixture) => whole(fixture, { displayName: 'Whole' })],
    ['without a version', ({ kind }) => ({ manifest: { spec: workspaceKind(kind)['spec'] } }), 'INVALID'],
    [
      'of another version',
      ({ kind }) => ({ manifest: { ...workspaceKind(kind), metadata: { resourceVersion: '1' } } }),
      'CONFLICT',
    ],
    ['of nothing', (fixture) => ({ ...whole(fixture), name: 'none' }), 'NOT_FOUND'],
  ]),
  ...casesOf('patchWorkspaceKind', named, [
    ['by JSON', { type: 'JSON', patch: [{ op: 'replace', path: '/spec/spawner/displayName', value: 'Patched' }] }],
    ['by a merge', { type: 'MERGE', patch: { spec: { spawner: { hidden: true } } } }],
    ['by an apply', { type: 'APPLY', patch: { metadata: { labels: { a: 'b' } } }, fieldManager: 'me' }],
    ['strategically', { type: 'STRATEGIC', patch: {} }, 'UNSUPPORTED_MEDIA_TYPE'],
    [
      'by an apply of a version of nothing',
      (fixture) => ({
        name: `${fixture.kind}-new`,
        type: 'APPLY',
        patch: { spec: fresh(fixture)['spec'] },
        fieldManager: 'me',
        resourceVersion: '1',
      }),
    ],
    ['by a merge of another version', { type: 'MERGE', patch: {}, resourceVersion: '1' }, 'CONFLICT'],
  ]),
  ...casesOf('deleteWorkspaceKind', named, [
    ['simply', {}],
    ['dry', { dryRun: true }],
    ['of another uid', { uid: 'another' }, 'CONFLICT'],
    ['of nothing', { name: 'none' }, 'NOT_FOUND'],
  ]),
];
