import graphql from '@graphql-eslint/eslint-plugin';

// Lint of the printed schema and of the example operations. TypeScript is linted by oxlint.
const language = {
  plugins: { '@graphql-eslint': graphql },
  languageOptions: {
    parser: graphql.parser,
    parserOptions: { graphQLConfig: { schema: 'schema/schema.graphql', documents: 'schema/operations/*.graphql' } },
  },
};

export default [
  {
    files: ['schema/schema.graphql'],
    ...language,
    rules: {
      ...graphql.configs['flat/schema-recommended'].rules,
      ...graphql.configs['flat/schema-relay'].rules,
      // Only Nodes have an `id`. Other objects are part of a Node, or are named by an ID that is local to their parent.
      '@graphql-eslint/strict-id-in-types': 'off',
      // Short lists are no connections, e.g. labels or ports. An offer is no Node, because it depends on the namespace.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
    },
  },
  {
    files: ['schema/operations/*.graphql'],
    ...language,
    rules: {
      ...graphql.configs['flat/operations-recommended'].rules,
      // The examples show a person what can be asked; client caches need `id`, which those libraries add or ask for.
      '@graphql-eslint/require-selections': 'off',
    },
  },
];
