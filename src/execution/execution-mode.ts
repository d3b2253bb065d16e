/**
 * `compiled`: operations are compiled, or executed by graphql-js if that is not possible. `reference`: graphql-js executes all.
 * `compared`: graphql-js executes each compiled query too, and it is an error if the results differ. For tests.
 */
export const executionModes = ['compiled', 'reference', 'compared'] as const;

export type ExecutionMode = (typeof executionModes)[number];
