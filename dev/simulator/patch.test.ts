import { expect, it } from 'vitest';
import { applyStrategicMergePatch } from './patch.ts';

it('merges well-known lists by key and replaces other lists', () => {
  const current = { containers: [{ name: 'a', image: 'x' }, { name: 'b' }], args: ['1', '2'] };
  const patch = { containers: [{ name: 'a', tty: true }, { name: 'b', $patch: 'delete' }, { name: 'c' }], args: ['3'] };
  expect(applyStrategicMergePatch(current, patch)).toEqual({
    containers: [{ name: 'a', image: 'x', tty: true }, { name: 'c' }],
    args: ['3'],
  });
});

it('adds finalizers, deletes listed ones and ignores $setElementOrder', () => {
  const current = { metadata: { finalizers: ['a', 'b'] } };
  const patch = {
    metadata: {
      finalizers: ['c'],
      '$deleteFromPrimitiveList/finalizers': ['a'],
      '$setElementOrder/finalizers': ['b', 'c'],
    },
  };
  expect(applyStrategicMergePatch(current, patch)).toEqual({ metadata: { finalizers: ['b', 'c'] } });
});
