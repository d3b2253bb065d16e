import {
  getOperationAST,
  getVariableValues,
  type ExecutionArgs,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableValues,
} from 'graphql';

/** Limits on the errors of variables that graphql-js reports: the message of each may contain all of a variable. */
export const coercionOptions = { maxCoercionErrors: 10 } as const;

/**
 * Returns the coerced variables of an operation. Undefined if they are invalid: the execution by graphql-js reports the errors, so this
 * stops at the first one, however many there are.
 */
export function coercedVariables(
  schema: GraphQLSchema,
  { variableDefinitions = [] }: OperationDefinitionNode,
  given: Readonly<Record<string, unknown>> | null | undefined,
): VariableValues | undefined {
  return getVariableValues(schema, variableDefinitions, given ?? {}, { maxErrors: 1 }).variableValues;
}

/** Returns the variables that an operation declares. Clients may send others, of any size, which have no effect. */
export function declaredVariables({ document, operationName, variableValues }: ExecutionArgs): Record<string, unknown> {
  const declared = new Set(
    getOperationAST(document, operationName)?.variableDefinitions?.map(({ variable }) => variable.name.value),
  );
  return Object.fromEntries(Object.entries(variableValues ?? {}).filter(([name]) => declared.has(name)));
}
