import { readFileSync } from 'node:fs';
import {
  buildSchema,
  getNamedType,
  graphqlSync,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isIntrospectionType,
  isListType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLType,
} from 'graphql';
import { describe, expect, it } from 'vitest';
import { schema } from '../src/schema.ts';

interface Described {
  readonly where: string;
  readonly description?: string | null | undefined;
}

const types = Object.values(schema.getTypeMap()).filter(
  (type) => !isIntrospectionType(type) && !isSpecifiedScalarType(type),
);

function fieldsOf(type: GraphQLNamedType): readonly GraphQLField<unknown, unknown>[] {
  return isObjectType(type) || isInterfaceType(type) ? Object.values(type.getFields()) : [];
}

/** Returns the type and its fields, arguments and values. */
function describedIn(type: GraphQLNamedType): readonly Described[] {
  const { name, description } = type;
  const values = isEnumType(type) ? type.getValues() : [];
  const inputs = isInputObjectType(type) ? Object.values(type.getFields()) : [];
  const args = fieldsOf(type).flatMap((field) =>
    field.args.map((arg) => ({ ...described(arg), where: `${name}.${field.name}(${arg.name})` })),
  );
  const members = [...values, ...inputs, ...fieldsOf(type)].map((member) => ({
    ...described(member),
    where: `${name}.${member.name}`,
  }));
  return [{ where: name, description }, ...members, ...args];
}

function described({ description }: { readonly description?: string | null | undefined }) {
  return { description };
}

function hasNullableList(type: GraphQLType): boolean {
  const inner = isNonNullType(type) ? type.ofType : type;
  if (!isListType(inner)) return false;
  return !isNonNullType(type) || !isNonNullType(inner.ofType) || hasNullableList(inner.ofType);
}

describe('the schema', () => {
  it('describes the schema in introspection and in the printed schema', () => {
    const { data } = graphqlSync({ schema, source: '{ __schema { description } }' });
    const { description } = schema;
    expect(data).toEqual({ __schema: { description } });
    for (const idea of ['Workspace.paused', 'Workspace.state', 'SYNCED', 'cursor', '`id`', 'ErrorCode'])
      expect(description).toContain(idea);
    const printed = buildSchema(readFileSync(new URL('../schema/schema.graphql', import.meta.url), 'utf8'));
    expect(printed.description).toBe(description);
  });

  it('describes every type, field, argument, enum value and input field', () => {
    const mute = types.flatMap(describedIn).filter(({ description }) => !description?.trim());
    expect(mute.map(({ where }) => where)).toEqual([]);
  });

  it('names only members that exist, and fields outside of the schema that are listed, in descriptions', () => {
    const all = types.flatMap(describedIn);
    const members = new Set(all.flatMap(({ where }) => where.split(/[.()]/u)));
    const identifiers = all.flatMap(({ description }) =>
      [...(description ?? '').matchAll(/`([^`]+)`/gu)].flatMap(([, quoted = '']) => quoted.split(/[^\w]/u)),
    );
    const unknown = identifiers.filter((name) => /^[a-z]+[A-Z]\w*$/u.test(name) && !members.has(name));
    expect(new Set(unknown)).toEqual(new Set(['managedFields', 'retryAfterSeconds']));
  });

  it('finds nullable metadata and manifests only in kinds with a redacted form and in secrets', () => {
    const nullable = types.filter(
      (type) =>
        isObjectType(type) &&
        type.getInterfaces().some(({ name }) => name === 'KubernetesObject') &&
        fieldsOf(type).some((field) => ['metadata', 'manifest'].includes(field.name) && !isNonNullType(field.type)),
    );
    expect(nullable.map(({ name }) => name).sort()).toEqual(['Namespace', 'Secret', 'StorageClass', 'WorkspaceKind']);
  });

  it('writes enum values in UPPER_CASE', () => {
    const values = types.flatMap((type) => (isEnumType(type) ? type.getValues() : []));
    expect(values.map(({ name }) => name).filter((name) => !/^[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*$/u.test(name))).toEqual([]);
  });

  it('finds nullable mutations only, so that a failed one does not null the others', () => {
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
    expect(mutations.filter(({ type }) => isNonNullType(type)).map(({ name }) => name)).toEqual([]);
  });

  it('finds at least two values in every enum', () => {
    const short = types.filter((type) => isEnumType(type) && type.getValues().length < 2);
    expect(short.map(({ name }) => name)).toEqual([]);
  });

  it('finds the field id in Nodes only', () => {
    const named = types.filter((type) => fieldsOf(type).some(({ name }) => name === 'id'));
    const nodes = types.filter(
      (type) => isObjectType(type) && type.getInterfaces().some(({ name }) => name === 'Node'),
    );
    const interfaces = types.filter((type) => isInterfaceType(type));
    expect(named.map(({ name }) => name).sort()).toEqual([...nodes, ...interfaces].map(({ name }) => name).sort());
  });

  it('finds non-null lists and items, except for nodes and for amounts that take a permission', () => {
    const nullable = types.flatMap((type) =>
      fieldsOf(type).flatMap((field) => (hasNullableList(field.type) ? `${type.name}.${field.name}` : [])),
    );
    expect(nullable).toEqual(['ClusterNode.requested', 'Query.nodes']);
    expect(String(schema.getQueryType()?.getFields()['nodes']?.type)).toBe('[Node]!');
  });

  it('finds non-null items in list inputs', () => {
    const inputs = types.flatMap((type) => [
      ...(isInputObjectType(type) ? Object.values(type.getFields()) : []),
      ...fieldsOf(type).flatMap(({ args }) => args),
    ]);
    const holey = inputs.filter(({ type }) => /\w\]/u.test(String(type)));
    expect(holey.map(({ name }) => name)).toEqual([]);
  });

  it('finds one input and a payload with warnings for every mutation', () => {
    const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
    const forms = mutations.map(({ name, args, type }) => ({
      name,
      takes: args.map((arg) => `${arg.name}: ${String(arg.type)}`),
      warns: warningsOf(type),
    }));
    expect(mutations.length).toBeGreaterThan(0);
    expect(forms).toEqual(
      mutations.map(({ name }) => ({ name, takes: [`input: ${inputNameOf(name)}!`], warns: '[String!]!' })),
    );
  });

  it('finds edges, nodes, pageInfo and totalCount in every connection', () => {
    const connections = types.filter(({ name }) => name.endsWith('Connection'));
    const fields = connections.map((type) => fieldsOf(type).map(({ name }) => name));
    expect(connections.length).toBeGreaterThan(0);
    for (const names of fields)
      expect(names).toEqual(expect.arrayContaining(['edges', 'nodes', 'pageInfo', 'totalCount']));
  });
});

function warningsOf(type: GraphQLType): string {
  const payload = getNamedType(type);
  return isObjectType(payload) ? String(payload.getFields()['warnings']?.type) : 'no payload';
}

/** Returns the name of the mutation of the object for one of its status. */
function inputNameOf(mutation: string): string {
  return `${upperFirst(mutation.replace(/Status$/u, ''))}Input`;
}

function upperFirst(text: string): string {
  return `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
}
