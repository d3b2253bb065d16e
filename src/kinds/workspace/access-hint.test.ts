import { expect, it } from 'vitest';
import { accessHintOf } from './access-hint.ts';

const groups = Array.from({ length: 12 }, (_, index) => `g${index}`);

it.each([
  { when: 'there are none', viewer: { groups: [] }, expected: 'no groups' },
  { when: 'they are unknown', viewer: { groups: [], hasUnknownGroups: true }, expected: 'groups unknown' },
  {
    when: 'some are unknown',
    viewer: { groups: ['a'], hasUnknownGroups: true },
    expected: 'groups: a, and unknown ones',
  },
  { when: 'there are many', viewer: { groups }, expected: `groups: ${groups.slice(0, 10).join(', ')}, 2 more` },
])('names the groups of the viewer when $when', ({ viewer, expected }) => {
  expect(accessHintOf({ name: 'ann', ...viewer })).toContain(`ann (${expected}) may list`);
});
