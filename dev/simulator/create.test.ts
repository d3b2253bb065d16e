import { expect, it } from 'vitest';
import { objectNameOf } from './create.ts';

it('generates another name, up to eight, while the generated one is taken', () => {
  const tried: string[] = [];
  const takenUpTo = (count: number) => (name: string) => tried.push(name) <= count;
  const generated = objectNameOf({ generateName: 'w-' }, takenUpTo(7));
  expect(generated).toMatch(/^w-[a-z0-9]{5}$/u);
  expect(tried).toHaveLength(7);
  tried.length = 0;
  objectNameOf({ generateName: 'w-' }, takenUpTo(100));
  expect(tried).toHaveLength(7);
});
