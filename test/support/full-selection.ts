import {
  getNamedType,
  GraphQLInt,
  isCompositeType,
  isEnumType,
  isObjectType,
  isRequiredArgument,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';

/** Returns a selection set of all fields of a type, nested up to `depth` levels. */
export function fullSelection(schema: GraphQLSchema, typeName: string, depth: number): string {
  const type = schema.getType(typeName);
  if (!isObjectType(type)) throw new TypeError(`Expected an object type, got ${typeName}`);
  const fields = Object.values(type.getFields()).map((field) => fieldSelection(schema, field, depth));
  return `{ ${fields.filter((field) => field !== '').join(' ')} }`;
}

/** Returns an empty string if the selection would exceed the depth. */
function fieldSelection(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>, depth: number): string {
  const required = field.args.filter(isRequiredArgument).map((arg) => `${arg.name}: ${someValueOf(arg)}`);
  const call = `${field.name}${required.length > 0 ? `(${required.join(', ')})` : ''}`;
  const type = getNamedType(field.type);
  if (!isCompositeType(type)) return call;
  return depth === 0 ? '' : `${call} ${fullSelection(schema, type.name, depth - 1)}`;
}

function someValueOf({ name, type }: GraphQLArgument): string {
  if (name === 'namespace') return '"team-a"';
  const named = getNamedType(type);
  if (named === GraphQLInt) return '1';
  const [value] = isEnumType(named) ? named.getValues() : [];
  if (!value)
    throw new TypeError(`Expected every other required argument to be an enum or Int, but ${name} is ${String(type)}`);
  return value.name;
}
