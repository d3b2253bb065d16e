import { expect, it } from 'vitest';
import { StatusError } from '../kubernetes/status-error.ts';
import { inputPathOf, withInputPaths } from './field-errors.ts';

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
