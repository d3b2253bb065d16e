import { expect, it } from 'vitest';
import { parseJsonPath } from './printer-columns.ts';

const OBJECT = {
  metadata: { labels: { 'example.org/team': 'ml' } },
  status: {
    conditions: [
      { type: 'Ready', status: 'True' },
      { type: 'Idle', status: 'False' },
    ],
  },
};

it.each([
  ['.status.conditions[?(@.type=="Idle")].status', ['False']],
  ['.status.conditions[0].type', ['Ready']],
  ['.status.conditions[*].type', ['Ready', 'Idle']],
  [String.raw`.metadata.labels.example\.org/team`, ['ml']],
  ["['metadata'].labels['example.org/team']", ['ml']],
  ['.status.missing.deeply', []],
])('finds %s', (path, expected) => {
  expect(parseJsonPath(path)(OBJECT)).toEqual(expected);
});
