import {
  getNamedType,
  getNullableType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isObjectType,
  OperationTypeNode,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';
import { isNameInput } from '../../../src/graphql/name-inputs.ts';
import { isRequired, type SchemaInput } from '../schema-inputs.ts';

/** An operation with an argument or input field that names an object. */
export interface NameCase {
  readonly type: OperationTypeNode;
  /** Schema coordinate, as `Type.field`. */
  readonly coordinate: string;
  /** Path of the argument or input field, as in error causes, such as `input.names[0]`. */
  readonly path: string;
  /** Returns the operation with this name in the field, and default values in all others. */
  readonly with: (name: string) => { readonly text: string; readonly variables: Readonly<Record<string, unknown>> };
}

/** Values of all other arguments and input fields, by name. */
export type Words = Readonly<Record<string, unknown>>;

type AnyField = GraphQLField<unknown, unknown>;

/** Path of fields from the root of an operation to the examined one. */
type Route = readonly AnyField[];

interface Override {
  readonly path: string;
  readonly name: string;
}

/** Returns one case for each argument and input field of the schema that names an object. */
export function nameCases(schema: GraphQLSchema, wordsFor: (field: string) => Words): readonly NameCase[] {
  const seen = new Set<GraphQLObjectType>();
  return Object.values(OperationTypeNode).flatMap((type) => {
    const root = schema.getRootType(type);
    return root ? routesFrom(root, seen).flatMap((found) => casesOf(type, found, wordsFor)) : [];
  });
}

interface Found {
  readonly owner: GraphQLObjectType;
  readonly route: Route;
}

/** Returns the shortest path to each field with arguments. Visits each type once. */
function routesFrom(root: GraphQLObjectType, seen: Set<GraphQLObjectType>): readonly Found[] {
  const found: Found[] = [];
  const queue: { readonly type: GraphQLObjectType; readonly route: Route }[] = [{ type: root, route: [] }];
  for (const { type, route } of queue) {
    if (seen.has(type)) continue;
    seen.add(type);
    for (const field of Object.values(type.getFields())) {
      const next = [...route, field];
      if (field.args.length > 0) found.push({ owner: type, route: next });
      const inner = getNamedType(field.type);
      if (isObjectType(inner)) queue.push({ type: inner, route: next });
    }
  }
  return found;
}

function casesOf(
  type: OperationTypeNode,
  { owner, route }: Found,
  wordsFor: (field: string) => Words,
): readonly NameCase[] {
  const field = route.at(-1);
  const paths = field?.args.flatMap((arg) => namePaths(arg, arg.name)) ?? [];
  const words = wordsFor(route[0]?.name ?? '');
  return paths.map((path) => ({
    type,
    coordinate: `${owner.name}.${field?.name}`,
    path,
    with: (name) => new OperationWriter(words, { path, name }).write(type, route),
  }));
}

function namePaths(input: Pick<SchemaInput, 'name' | 'type'>, path: string): readonly string[] {
  const type = getNullableType(input.type);
  if (isListType(type)) return namePaths({ name: input.name, type: type.ofType }, `${path}[0]`);
  if (!isInputObjectType(type)) {
    if (input.name === 'manifest') return [`${path}.metadata.name`, `${path}.metadata.namespace`];
    return isNameInput(input) || (type.toString() === 'ID' && /^ids?$/u.test(input.name)) ? [path] : [];
  }
  if (type.name.endsWith('Filter')) return []; // names are compared in memory
  return Object.values(type.getFields()).flatMap((field) => namePaths(field, `${path}.${field.name}`));
}

/** Returns an operation. Every argument is a variable, because only JSON can contain ill-formed Unicode. */
class OperationWriter {
  readonly #words: Words;
  readonly #override: Override;
  readonly #declarations: string[] = [];
  readonly #variables: Record<string, unknown> = {};

  constructor(words: Words, override: Override) {
    this.#words = words;
    this.#override = override;
  }

  write(type: OperationTypeNode, route: Route) {
    const selection = this.#field(route);
    const declared = this.#declarations.length > 0 ? `(${this.#declarations.join(', ')})` : '';
    return { text: `${type}${declared} { ${selection} }`, variables: this.#variables };
  }

  #field([field, ...rest]: Route): string {
    if (!field) return '__typename';
    const isLast = rest.length === 0;
    const args = field.args.filter((arg) => this.#isGiven(arg, isLast ? arg.name : undefined));
    const given = args.map((arg) => `${arg.name}: ${this.#variable(arg, isLast ? arg.name : undefined)}`);
    const call = `${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}`;
    return isCompositeType(getNamedType(field.type)) ? `${call} { ${this.#field(rest)} }` : call;
  }

  #variable(arg: GraphQLArgument, path: string | undefined): string {
    const name = `v${this.#declarations.length}`;
    this.#declarations.push(`$${name}: ${String(arg.type)}`);
    this.#variables[name] = this.#value(arg, path);
    return `$${name}`;
  }

  /** @param path undefined for an argument of a field above the examined one */
  #isGiven(input: SchemaInput, path: string | undefined): boolean {
    return (
      (path !== undefined && this.#leadsTo(path)) ||
      (input.name in this.#words && (input.name === 'dryRun' || input.name === 'timeoutSeconds')) ||
      isRequired(input)
    );
  }

  #leadsTo(path: string): boolean {
    const { path: wanted } = this.#override;
    return wanted === path || wanted.startsWith(`${path}.`) || wanted.startsWith(`${path}[`);
  }

  #value(input: Pick<SchemaInput, 'name' | 'type'>, path: string | undefined): unknown {
    const type = getNullableType(input.type);
    const leads = path !== undefined && this.#leadsTo(path);
    if (!leads && input.name in this.#words) return this.#words[input.name];
    if (leads && path === this.#override.path)
      return input.name.startsWith('id') ? forgedId(this.#override.name) : this.#override.name;
    if (leads && input.name === 'manifest') return manifestWith(this.#words['manifest'], this.#override);
    if (isListType(type)) return [this.#value({ name: input.name, type: type.ofType }, path && `${path}[0]`)];
    if (isInputObjectType(type)) {
      const below = (field: SchemaInput) => path && `${path}.${field.name}`;
      const fields = Object.values(type.getFields()).filter((field) => this.#isGiven(field, below(field)));
      return Object.fromEntries(fields.map((field) => [field.name, this.#value(field, below(field))]));
    }
    if (isEnumType(type)) return type.getValues()[0]?.name;
    throw new TypeError(`There is no word for ${input.name}: ${String(input.type)}; give one in the scenario.`);
  }
}

/** Returns the id of a hypothetical object of this name. */
function forgedId(name: string): string {
  return Buffer.from(`Workspace:team-a/${name}:uid`).toString('base64url');
}

/** Returns the manifest, an object, with this name in its metadata. Text is covered by path-segments.test.ts. */
function manifestWith(manifest: unknown, { path, name }: Override): unknown {
  const { metadata, ...rest } = manifest as { readonly metadata?: object };
  const field = path.slice(path.lastIndexOf('.') + 1);
  return { ...rest, metadata: { ...metadata, [field]: name } };
}
