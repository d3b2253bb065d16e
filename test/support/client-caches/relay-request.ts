import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isListType,
  Kind,
  print,
  valueFromASTUntyped,
  type DocumentNode,
  type FieldNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  type ValueNode,
  type VariableDefinitionNode,
} from 'graphql';
import type {
  ConcreteRequest,
  NormalizationArgument,
  NormalizationSelection,
  ReaderArgument,
  ReaderSelection,
} from 'relay-runtime';

type Selection = NormalizationSelection & ReaderSelection;
type Argument = NormalizationArgument & ReaderArgument;

/** Returns what the Relay compiler generates for an operation without fragments. */
export function relayRequest(schema: GraphQLSchema, document: DocumentNode): ConcreteRequest {
  const [definition] = document.definitions;
  if (definition?.kind !== Kind.OPERATION_DEFINITION) throw new TypeError('Expected one operation.');
  const root = schema.getRootType(definition.operation);
  if (!root) throw new TypeError(`Expected a schema with the type of a ${definition.operation}.`);
  const selections = fieldsOf(definition.selectionSet.selections).map((field) => selectionOf(schema, root, field));
  const argumentDefinitions = (definition.variableDefinitions ?? []).map(localArgumentOf);
  const name = definition.name?.value ?? '';
  return {
    kind: 'Request',
    fragment: {
      kind: 'Fragment',
      name,
      type: root.name,
      argumentDefinitions,
      metadata: null,
      abstractKey: null,
      selections,
    },
    operation: { kind: 'Operation', name, argumentDefinitions, selections },
    params: { id: null, cacheID: name, name, operationKind: definition.operation, text: print(document), metadata: {} },
  };
}

function localArgumentOf({ variable, defaultValue }: VariableDefinitionNode) {
  const value: unknown = defaultValue ? valueFromASTUntyped(defaultValue) : null;
  return { kind: 'LocalArgument' as const, name: variable.name.value, defaultValue: value };
}

function fieldsOf(nodes: readonly { readonly kind: Kind }[]): readonly FieldNode[] {
  return nodes.filter((node): node is FieldNode => node.kind === Kind.FIELD);
}

function selectionOf(schema: GraphQLSchema, parent: GraphQLCompositeType, node: FieldNode): Selection {
  const field = schema.getField(parent, node.name.value);
  if (!field) throw new TypeError(`Expected a field of ${parent.name}, got ${node.name.value}.`);
  const type = getNamedType(field.type);
  const args = (node.arguments ?? []).map(({ name, value }) => argumentOf(name.value, value));
  const common = { alias: node.alias?.value ?? null, name: field.name, args, storageKey: null };
  if (!isCompositeType(type)) return { kind: 'ScalarField', ...common };
  return {
    kind: 'LinkedField',
    ...common,
    concreteType: isAbstractType(type) ? null : type.name,
    plural: isListType(getNullableType(field.type)),
    selections: fieldsOf(node.selectionSet?.selections ?? []).map((each) => selectionOf(schema, type, each)),
  };
}

function argumentOf(name: string, value: ValueNode): Argument {
  if (value.kind === Kind.VARIABLE) return { kind: 'Variable', name, variableName: value.name.value };
  if (value.kind !== Kind.OBJECT) return { kind: 'Literal', name, value: valueFromASTUntyped(value) };
  return { kind: 'ObjectValue', name, fields: value.fields.map((field) => argumentOf(field.name.value, field.value)) };
}
