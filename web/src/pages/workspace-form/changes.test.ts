import { expect, it } from 'vitest';
import { changesOf, rebased } from './changes.ts';
import { emptyDraft, modeOf, nextKey, octalText, type Draft } from './draft.ts';
import { updateInput } from './inputs.ts';

const base: Draft = {
  ...emptyDraft('team-a', 'jupyterlab'),
  name: 'nb-1',
  imageConfig: 'scipy',
  podConfig: 'tiny',
  data: [{ key: nextKey(), claimName: 'data', mountPath: '/data', readOnly: false }],
  podLabels: [{ key: nextKey(), name: 'team', value: 'a' }],
};

it('sends only the changes', () => {
  const draft: Draft = { ...base, podConfig: 'big', data: base.data.map((volume) => ({ ...volume, readOnly: true })) };
  expect(updateInput(draft, { draft: base, revision: 'r1' }, false)).toEqual({
    namespace: 'team-a',
    name: 'nb-1',
    revision: 'r1',
    dryRun: false,
    podConfig: 'big',
    volumes: { data: [{ claimName: 'data', mountPath: '/data', readOnly: true }] },
  });
});

it('removes the home volume, and the last label, when they are no longer in the form', () => {
  const before: Draft = { ...base, home: { claimName: 'home' } };
  const input = updateInput(
    { ...before, home: { claimName: '' }, podLabels: [] },
    { draft: before, revision: '' },
    true,
  );
  expect(input).toMatchObject({ volumes: { home: null }, podMetadata: { labels: [] } });
});

function entries(...pairs: readonly (readonly [name: string, value: string])[]) {
  return pairs.map(([name, value]) => ({ key: nextKey(), name, value }));
}

it('finds a change between different values with the same text', () => {
  const two: Draft = { ...base, annotations: entries(['a', 'x'], ['b', 'y']) };
  const one: Draft = { ...base, annotations: entries(['a', 'x; b=y']) };
  expect(changesOf(two, one).map(({ key }) => key)).toEqual(['annotations']);
});

it('finds no change between equal values with other keys', () => {
  const again: Draft = { ...base, data: base.data.map((volume) => ({ ...volume, key: nextKey() })) };
  expect(changesOf(base, again)).toEqual([]);
});

it('keeps the own changes on a newer state, and takes everything else from it', () => {
  const own: Draft = { ...base, displayName: 'Mine', imageConfig: 'scipy-2' };
  const current: Draft = { ...base, imageConfig: 'pytorch', podConfig: 'big' };
  expect(rebased(own, base, current)).toMatchObject({ displayName: 'Mine', imageConfig: 'scipy-2', podConfig: 'big' });
});

it.each([
  ['0644', 420],
  ['600', 384],
  ['0', 0],
  ['0888', undefined],
  ['', undefined],
  ['01777', undefined],
])('reads the mode %s as %s', (text, mode) => {
  expect(modeOf(text)).toBe(mode);
});

it.each([0, 384, 420, 511])('reads the mode %s as it is written', (mode) => {
  expect(modeOf(octalText(mode))).toBe(mode);
});
