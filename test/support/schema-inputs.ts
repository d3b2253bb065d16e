import { isNonNullType, type GraphQLArgument, type GraphQLInputField } from 'graphql';

/** An argument of a field, or a field of an input type. */
export type SchemaInput = Pick<GraphQLArgument | GraphQLInputField, 'name' | 'type' | 'default' | 'defaultValue'>;

/** Returns whether an operation must contain a value. */
export function isRequired({ type, default: value, defaultValue }: SchemaInput): boolean {
  return isNonNullType(type) && value === undefined && defaultValue === undefined;
}
