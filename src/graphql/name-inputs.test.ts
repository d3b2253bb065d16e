import { buildSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import { countedReads } from '../../test/support/counted-reads.ts';
import { StatusError } from '../kubernetes/status-error.ts';
import { invalidNames } from './name-inputs.ts';

const schema = buildSchema(`
  type Query {
    secret(namespace: String!, name: String!): String
    workspaces(namespace: String, search: String, at: At): Workspaces
  }
  input At {
    name: String
  }
  type Workspaces {
    named(names: [String!]!): Int
    tagged(tags: [String!]!): Int
  }
`);

interface Given {
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
}

function messagesOf({ query, variables }: Given): readonly string[] {
  return invalidNames({ schema, document: parse(query), variableValues: variables }).map(({ message }) => message);
}

const BY_VARIABLES = 'query ($namespace: String = "a", $name: String!) { secret(namespace: $namespace, name: $name) }';

it.each<[string, Given]>([
  ['a text of the document', { query: '{ secret(namespace: "a", name: "b/c") }' }],
  ['a block text', { query: '{ secret(namespace: "a", name: """b/c""") }' }],
  ['a variable', { query: BY_VARIABLES, variables: { name: 'b/c' } }],
  [
    'the default value of a variable',
    { query: 'query ($name: String! = "b/c") { secret(namespace: "a", name: $name) }', variables: {} },
  ],
  [
    'an item of a variable',
    {
      query: 'query ($names: [String!]!) { workspaces { named(names: $names) } }',
      variables: { names: ['a', 'b/c'] },
    },
  ],
  [
    'a fragment',
    {
      query: '{ ...named } fragment named on Query { secret(namespace: "a", name: "b/c") }',
      variables: { other: 'd' },
    },
  ],
])('returns an error when an invalid name is in %s', (_, given) => {
  expect(messagesOf(given)).toEqual([expect.stringContaining('must not contain "/"')]);
});

it.each<[string, Given]>([
  ['all names are valid', { query: BY_VARIABLES, variables: { namespace: 'a', name: 'b c' } }],
  ['another text is no name', { query: '{ workspaces(namespace: "a", search: "b/c") { named(names: ["d"]) } }' }],
  [
    'another variable is no name',
    {
      query: 'query ($search: String) { workspaces(namespace: "a", search: $search) { __typename } }',
      variables: { search: 'b/c' },
    },
  ],
  ['an undeclared variable is no name', { query: BY_VARIABLES, variables: { name: 'b', other: ['c/d'] } }],
])('returns no error when %s', (_, given) => {
  expect(messagesOf(given)).toEqual([]);
});

it('returns at most 100 causes when a hundred fields have one variable with thousands of invalid names', () => {
  const fields = Array.from({ length: 100 }, (_, index) => `f${index}: named(names: $names)`);
  const query = `query ($names: [String!]!) { workspaces { ${fields.join(' ')} } }`;
  const names = Array.from({ length: 5_000 }, (_, index) => `b/${index}`);
  const errors = invalidNames({ schema, document: parse(query), variableValues: { names } });
  expect(errors).toHaveLength(1);
  const [causes] = errors.map(
    ({ originalError }) => originalError instanceof StatusError && originalError.details.causes,
  );
  expect(causes).toHaveLength(100);
});

it('reads variables a number of times that is linear in their size when thousands of their fields are unknown', () => {
  const query = 'query ($at: At, $search: String) { workspaces(namespace: "a/b", at: $at) { __typename } }';
  const [at, reads] = countedReads(Object.fromEntries(Array.from({ length: 500 }, (_, index) => [`f${index}`, 1])));
  expect(messagesOf({ query, variables: { at } })).toEqual([]);
  expect(reads()).toBeLessThan(5_000); // 250,000 if each is reported with all others
});

it('returns an error when an invalid name is in a variable that is no name in an earlier field', () => {
  const query = 'query ($names: [String!]!) { workspaces { tagged(tags: $names) named(names: $names) } }';
  expect(messagesOf({ query, variables: { names: ['a', 'b/c'] } })).toHaveLength(1);
});
