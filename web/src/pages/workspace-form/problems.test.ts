import { expect, it } from 'vitest';
import { RequestError } from '../../data/request-error.ts';
import { emptyClaim, emptyDraft, emptyVolume, type Draft } from './draft.ts';
import { claimProblemsOf, fieldAt, fieldsOf, inFormOrder, localProblems, problemsOf, titleOf } from './problems.ts';

const draft: Draft = {
  ...emptyDraft('team-a', 'jupyterlab'),
  name: 'nb-1',
  imageConfig: 'scipy',
  podConfig: 'tiny',
  data: [{ ...emptyVolume(), claimName: 'data' }],
  podLabels: [{ key: 1, name: 'team', value: 'a' }],
};

it.each([
  ['input.name', 'name'],
  ['input.volumes.home', 'volumes.home'],
  ['input.volumes.data[0].mountPath', 'volumes.data[0].mountPath'],
  ['input.volumes.data[0].claimName', 'volumes.data[0].claimName'],
  ['input.volumes.data[7].claimName', 'volumes.data'],
  ['input.volumes.data', 'volumes.data'],
  ['input.podMetadata.labels[0].value', 'podMetadata.labels[0].value'],
  ['input.podMetadata.labels[0].other', 'podMetadata.labels'],
  ['input.podMetadata.labels[example.com/team]', 'podMetadata.labels'],
  ['input.podMetadata', undefined],
  ['input.generateName', undefined],
  ['spec.podTemplate.unknown', undefined],
])('finds for the path %s the field %s', (path, field) => {
  expect(fieldAt(path, fieldsOf(draft))).toBe(field);
});

it.each([
  ['name', 'Name'],
  ['volumes.home', 'Home volume'],
  ['volumes.home.new.name', 'Home volume, new claim, name'],
  ['volumes.data[0].mountPath', 'Data volume 1, mount path'],
  ['volumes.data[1].claimName.new.requestedSize', 'Data volume 2, claim, new claim, capacity'],
  ['podMetadata.labels', 'Pod label'],
  ['annotations[2].key', 'Annotation 3, key'],
])('names the field %s for people: %s', (path, title) => {
  expect(titleOf(path)).toBe(title);
});

it('returns a problem for each cause, with the path of the API server if the form has no such field', () => {
  const causes = [
    { field: 'input.name', message: 'is invalid' },
    { field: 'spec.other', message: 'is unknown' },
    { message: 'is full' },
  ];
  const error = new RequestError([{ message: 'INVALID', extensions: { code: 'INVALID', causes } }]);
  expect(problemsOf(error, draft)).toEqual([
    { field: 'name', message: 'is invalid' },
    { field: undefined, message: 'spec.other: is unknown' },
    { field: undefined, message: 'is full' },
  ]);
});

it('returns the message of an error without causes, and the name for one that exists already', () => {
  const refused = new RequestError([{ message: 'No permission.', extensions: { code: 'FORBIDDEN' } }]);
  expect(problemsOf(refused, draft)).toEqual([{ field: undefined, message: 'No permission.' }]);
  const existing = new RequestError([{ message: 'exists', extensions: { code: 'ALREADY_EXISTS' } }]);
  expect(problemsOf(existing, draft)).toMatchObject([{ field: 'name' }]);
  expect(problemsOf(new Error('cut'), draft)).toEqual([{ field: undefined, message: 'cut' }]);
});

it('returns the problems of a claim at the fields of its volume', () => {
  const causes = [
    { field: 'input.requestedSize', message: 'is no quantity' },
    { field: 'input.accessModes[0]', message: 'is not supported' },
  ];
  const error = new RequestError([{ message: 'INVALID', extensions: { code: 'INVALID', causes } }]);
  expect(claimProblemsOf(error, 'volumes.home')).toEqual([
    { field: 'volumes.home.new.requestedSize', message: 'is no quantity' },
    { field: 'volumes.home.new.accessModes', message: 'is not supported' },
  ]);
});

it('finds all missing values before a request is sent, in the order of the form', () => {
  const incomplete: Draft = {
    ...emptyDraft('team-a', 'jupyterlab'),
    imageConfig: 'scipy',
    home: { claimName: 'same', newClaim: emptyClaim('fast') },
    data: [
      { ...emptyVolume(), claimName: 'same', newClaim: emptyClaim('fast') },
      { ...emptyVolume(), mountPath: '' },
    ],
    secrets: [{ key: 1, secretName: 'token', mountPath: '/secrets', defaultMode: '0888' }],
    labels: [{ key: 1, name: '', value: 'a' }],
  };
  expect(inFormOrder(localProblems(incomplete), incomplete).map(({ field }) => field)).toEqual([
    'name',
    'podConfig',
    'volumes.data[0].claimName.new.name',
    'volumes.data[1].claimName',
    'volumes.data[1].mountPath',
    'volumes.secrets[0].defaultMode',
    'labels[0].key',
  ]);
  expect(localProblems(draft)).toEqual([]);
});

it('shows the same problem of the same field once, and problems without a field first', () => {
  const problem = { field: 'name', message: 'is invalid' };
  const whole = { field: undefined, message: 'is full' };
  expect(inFormOrder([problem, whole, problem], draft)).toEqual([whole, problem]);
});
