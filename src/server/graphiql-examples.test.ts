import path from 'node:path';
import { expect, it } from 'vitest';
import { exampleOf, readExampleTabs } from './graphiql-examples.ts';

const examples = readExampleTabs(path.resolve(import.meta.dirname, '../../schema/operations')).map(exampleOf);

it.each([
  ['Storage and secrets', /ersistentVolumeClaim|storageClasses|ecret/u],
  ['Totals and capacity', /workspaceTotals|clusterNodes|resourceQuotas/u],
] as const)('lists only examples of its subject in the group %s', (title, subject) => {
  const group = examples.filter((example) => example.group === title);
  expect(group.length).toBeGreaterThan(1);
  expect(group.filter(({ query }) => !subject.test(query)).map(({ operation }) => operation)).toEqual([]);
});
