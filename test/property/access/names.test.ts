import { isInputObjectType } from 'graphql';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { isNameInput } from '../../../src/graphql/name-inputs.ts';
import { schema } from '../../../src/schema.ts';
import {
  NameScenario,
  outcomeOf,
  performed,
  unreviewed,
  viewers,
  type Outcome,
} from '../../support/access/name-scenario.ts';
import type { NameCase } from '../../support/access/name-operations.ts';
import { INVALID_SEGMENTS, UNUSUAL_SEGMENTS } from '../../support/path-segments.ts';
import { seededRandom } from '../../support/seeded-random.ts';

const SEED = Number(process.env['NAMES_SEED'] ?? '1');
/** Of the names, as many are tried in each place, besides `.` and `..`. */
const SAMPLED = 2;
const PATIENCE_MS = 120_000;

const random = seededRandom(SEED);
let scenario: NameScenario;

beforeAll(async () => {
  scenario = await NameScenario.begin(schema);
});
afterAll(() => scenario[Symbol.asyncDispose]());

function sample(names: readonly string[]): readonly string[] {
  return Array.from({ length: SAMPLED }, () => random.pick(names));
}

function titleOf({ type, coordinate, path }: NameCase, name: string): string {
  return `${type} ${coordinate}(${path}: ${JSON.stringify(name)})`;
}

/** An empty name in a manifest is none; an id is UTF-8, and separates its parts by colons. */
function canBeGiven({ path }: NameCase, name: string): boolean {
  if (path.includes('manifest')) return name !== '';
  return !/^ids?\b/u.test(path) || (name.isWellFormed() && !name.includes(':'));
}

function invalidFields({ errors = [] }: Outcome): readonly string[] {
  const invalid = errors.filter(({ extensions }) => extensions?.code === 'INVALID');
  return invalid.flatMap(({ extensions }) => extensions?.causes?.map(({ field }) => field) ?? []);
}

it('finds the arguments and input fields that name objects in every kind of operation', () => {
  const coordinates = new Set(scenario.cases.map(({ coordinate, path }) => `${coordinate} ${path}`));
  expect(coordinates).toContain('Query.secret name');
  expect(coordinates).toContain('Query.workspaceLogs container');
  expect(coordinates).toContain('Query.nodes ids[0]');
  expect(coordinates).toContain('Viewer.can namespace');
  expect(coordinates).toContain('WorkspaceKind.offer namespace');
  expect(coordinates).toContain('Mutation.pauseWorkspaces input.names[0]');
  expect(coordinates).toContain('Mutation.createWorkspaceKind input.manifest.metadata.name');
  expect(coordinates).toContain('Mutation.createWorkspace input.volumes.secrets[0].secretName');
  expect(coordinates).toContain('Subscription.pods namespace');
});

it('knows of every text of an input that is called a name whether it names an object', () => {
  const inputs = Object.values(schema.getTypeMap()).filter(isInputObjectType);
  const others = inputs
    .filter(({ name }) => !name.endsWith('Filter'))
    .flatMap((type) => Object.values(type.getFields()).map((field) => ({ type, field })))
    .filter(({ field }) => /name|container/iu.test(field.name) && !isNameInput(field))
    .map(({ type, field }) => `${type.name}.${field.name}`);
  expect(others.toSorted()).toEqual([
    'ActivityRuleMatchInput.namespaces', // a label selector
    'CreateWorkspaceInput.displayName',
    'CreateWorkspaceInput.generateName', // only a part of a name, which the API server makes
    'ImageConfigInput.displayName',
    'ImagePortInput.displayName',
    'PodConfigInput.displayName',
    'UpdateWorkspaceInput.displayName',
    'UpdateWorkspaceKindInput.displayName',
    'WorkspaceKindPodTemplateInput.containerSecurityContext',
    'WorkspaceKindPodTemplateInput.serviceAccountName', // only part of a spec, which the API server checks
    'WorkspaceKindPortInput.displayName',
  ]);
});

it.each(Object.values(viewers))(
  'answers INVALID with the field and asks the API server nothing when $name gives a name that is no path segment',
  async (viewer) => {
    const caller = scenario.caller(viewer);
    await caller.ask('{ viewer { name } }'); // who the viewer is, has been asked then
    for (const each of scenario.cases) {
      for (const name of ['.', '..', ...sample(INVALID_SEGMENTS)].filter((given) => canBeGiven(each, given))) {
        const before = scenario.requestsOf(viewer).length;
        const outcome = await outcomeOf(caller, each, name);
        const asked = scenario
          .requestsOf(viewer)
          .slice(before)
          .map(({ method, url }) => `${method} ${url}`);
        const title = titleOf(each, name);
        expect({ title, asked }).toEqual({ title, asked: [] });
        expect({ title, fields: invalidFields(outcome) }).toEqual({ title, fields: [each.path] });
      }
    }
  },
  PATIENCE_MS,
);

it.each(Object.values(viewers))(
  'performs for $name only requests that were reviewed before',
  async (viewer) => {
    const caller = scenario.caller(viewer);
    for (const [index, each] of scenario.cases.entries()) {
      const unusual = UNUSUAL_SEGMENTS[index % UNUSUAL_SEGMENTS.length] ?? '';
      for (const name of ['nb', 'team-a', unusual]) {
        const before = scenario.requestsOf(viewer).length;
        const outcome = await outcomeOf(caller, each, name);
        const title = titleOf(each, name);
        const requests = scenario.requestsOf(viewer);
        const wrong = unreviewed(requests, before).map(({ method, url }) => `${method} ${url}`);
        expect({ title, wrong, outcome }).toEqual({ title, wrong: [], outcome });
        const refused = outcome.errors?.filter(({ message }) => message.startsWith('Expected names')) ?? [];
        expect({ title, refused }).toEqual({ title, refused: [] });
      }
    }
    const requests = performed(scenario.requestsOf(viewer));
    const done = new Set(
      requests.map(({ verb, resource, subresource }) => [verb, resource, subresource].filter(Boolean).join(' ')),
    );
    for (const expected of [
      'get secrets',
      'list secrets',
      'get pods log',
      'create workspaces',
      'update workspaces',
      'patch workspaces',
      'patch workspaces status',
      'delete workspaces',
      'deletecollection workspaces',
      'patch workspacekinds',
      'delete persistentvolumeclaims',
    ])
      expect(done).toContain(expected);
    const names = new Set(requests.map(({ name }) => name));
    expect(UNUSUAL_SEGMENTS.filter((name) => names.has(name)).length).toBeGreaterThan(UNUSUAL_SEGMENTS.length / 2);
  },
  PATIENCE_MS,
);
