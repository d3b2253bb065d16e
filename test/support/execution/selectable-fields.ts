import { getNamedType, isAbstractType, isObjectType, type GraphQLNamedType, type GraphQLSchema } from 'graphql';

/** Returns the fields of all object types that an operation of a root type can select, as `Type.field`, without those of the root. */
export function selectableFields(schema: GraphQLSchema, rootType: string): readonly string[] {
  const types = new Set<GraphQLNamedType>();
  const visit = (type: GraphQLNamedType): void => {
    if (types.has(type)) return;
    types.add(type);
    if (isAbstractType(type)) schema.getPossibleTypes(type).forEach(visit);
    if (isObjectType(type)) for (const field of Object.values(type.getFields())) visit(getNamedType(field.type));
  };
  const root = schema.getType(rootType);
  if (root) visit(root);
  return [...types].flatMap((type) =>
    isObjectType(type) && type !== root ? Object.keys(type.getFields()).map((field) => `${type.name}.${field}`) : [],
  );
}
