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

const PLACEHOLDER = /<(?<field>\w+) from operation (?<source>\w+)>/u;
const isWrite = ({ type, query, variables = '' }: (typeof examples)[number]) =>
  type === 'mutation' && !/dryRun"?: true/u.test(query + variables);

it.each(examples.filter(({ variables = '' }) => PLACEHOLDER.test(variables)))(
  'takes the value that $number $operation needs from the last operation that writes its object',
  ({ number, variables = '' }) => {
    const { field = '', source = '' } = PLACEHOLDER.exec(variables)?.groups ?? {};
    const object = /"name": "[^"]+"/u.exec(variables)?.[0] ?? '';
    const from = examples.findIndex((example) => example.number === source);
    const until = examples.findIndex((example) => example.number === number);
    expect(examples[from]?.query).toContain(field);
    const later = examples.slice(from + 1, until).filter((example) => example.variables?.includes(object));
    expect(later.filter(isWrite).map(({ operation }) => operation)).toEqual([]);
  },
);
