import { expect, it } from 'vitest';
import { applyStrategicMergePatch } from './patch.ts';

it('merges well-known lists by their keys and replaces all others', () => {
  const current = { containers: [{ name: 'a', image: 'x' }, { name: 'b' }], args: ['1', '2'] };
  const patch = { containers: [{ name: 'a', tty: true }, { name: 'b', $patch: 'delete' }, { name: 'c' }], args: ['3'] };
  expect(applyStrategicMergePatch(current, patch)).toEqual({
    containers: [{ name: 'a', image: 'x', tty: true }, { name: 'c' }],
    args: ['3'],
  });
});

it('adds finalizers, removes those it is told to, and overlooks the order it is told', () => {
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
