import { buildSchema, parse } from 'graphql';
import { expect, it } from 'vitest';
import { invalidNames } from './name-inputs.ts';

const schema = buildSchema(`
  type Query {
    secret(namespace: String!, name: String!): String
    workspaces(namespace: String, search: String): Workspaces
  }
  type Workspaces {
    named(names: [String!]!): Int
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
