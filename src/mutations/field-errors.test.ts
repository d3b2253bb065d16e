import { expect, it } from 'vitest';
import { StatusError } from '../kubernetes/status-error.ts';
import { assertNoCausesBefore, inputPathOf, withFurtherCauses, withInputPaths } from './field-errors.ts';

const paths = {
  spec: 'input.spec',
  'spec.volumes': 'input.volumes',
  'spec.volumes.data[].pvcName': 'input.volumes.data[].claimName',
};

it.each([
  ['spec', 'input.spec'],
  ['spec.other[0].x', 'input.spec.other[0].x'],
  ['spec.volumes.home', 'input.volumes.home'],
  ['spec.volumes.data[3].pvcName', 'input.volumes.data[3].claimName'],
  ['spec.volumes.data[3].mountPath', 'input.volumes.data[3].mountPath'],
  ['spec.volumesAndMore', 'input.spec.volumesAndMore'],
  ['spec.values[a.b].ports[c]', 'input.spec.values[a.b].ports[c]'],
  ['specific', 'specific'],
  ['status.state', 'status.state'],
  ['', ''],
])('maps %s to the input path %s', (field, place) => {
  expect(inputPathOf(paths, field)).toBe(place);
});

it.each([
  ['surplus', 'input.patch.surplus'],
  ['.spec.volumes[0].x', 'input.patch.spec.volumes[0].x'],
  ['input.patch.spec', 'input.patch.spec'],
  ['', ''],
])('maps %s to the input path %s when the input has the whole object', (field, place) => {
  expect(inputPathOf({ '': 'input.patch' }, field)).toBe(place);
});

it('removes repeated causes and rethrows other errors unchanged', async () => {
  const cause = { reason: 'FieldValueInvalid', field: 'spec.volumes.home', message: 'no' };
  const invalid = new StatusError({ code: 422, reason: 'Invalid', message: 'invalid', causes: [cause, cause] });
  await expect(withInputPaths(paths, Promise.reject(invalid))).rejects.toMatchObject({
    code: 422,
    details: { causes: [{ ...cause, field: 'input.volumes.home' }] },
  });
  const other = new TypeError('other');
  await expect(withInputPaths(paths, Promise.reject(other))).rejects.toBe(other);
  expect(await withInputPaths(paths, Promise.resolve(7))).toBe(7);
});

const invalidAt = (field: string, message: string) => ({ reason: 'FieldValueInvalid', field, message });
const labels = [invalidAt('input.labels', 'first'), invalidAt('input.labels', 'second')];
const home = invalidAt('input.home', 'gone');
const denial = new StatusError({ code: 422, reason: 'Invalid', message: 'denied', causes: labels });

it('adds further causes to an error when it does not have them', () => {
  const repeated = invalidAt('input.labels', 'in other words');
  expect(withFurtherCauses(denial, [repeated, home])).toMatchObject({
    details: { message: 'denied; input.home: gone', causes: [...labels, home] },
  });
  expect(withFurtherCauses(denial, [repeated])).toBe(denial);
});

it('reports all causes of a field when the cluster has several', async () => {
  const assertion = assertNoCausesBefore(() => Promise.reject(denial), [home], { kind: 'Workspace' });
  await expect(assertion).rejects.toMatchObject({ details: { causes: [home, ...labels] } });
});
