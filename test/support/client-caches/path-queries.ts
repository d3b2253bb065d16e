import {
  getNamedType,
  isAbstractType,
  isEnumType,
  isLeafType,
  isObjectType,
  isRequiredArgument,
  type GraphQLArgument,
  type GraphQLField,
  type GraphQLObjectType,
  type GraphQLSchema,
} from 'graphql';

/** Values of the arguments of generated operations, as GraphQL literals, by argument or `Type.argument` name. */
type ArgumentValues = Readonly<Record<string, readonly string[]>>;

interface PathQueryOptions {
  readonly schema: GraphQLSchema;
  readonly values: ArgumentValues;
  /** Fields left out, as `Type.field`: those that change while the cluster stands still. */
  readonly excluded: ReadonlySet<string>;
}

/**
 * Generator of operations that reach every Node type over every path: each root field, with each value of each argument, and
 * from its Nodes each relation to other Nodes, as a list and with the first of its optional arguments. An aliased field has the same alias
 * and arguments wherever it appears.
 */
export class PathQueries {
  readonly #options: PathQueryOptions;
  /** Aliases by field and arguments. */
  readonly #aliases = new Map<string, string>();

  constructor(options: PathQueryOptions) {
    this.#options = options;
  }

  /** Returns the selections of all root fields of a type, each with the variants of its arguments. */
  rootSelections(root: GraphQLObjectType, relations: number): readonly string[] {
    return Object.values(root.getFields())
      .filter((field) => this.#isIncluded(root, field))
      .flatMap((field) => this.#calls(root, field).map((call) => `${call} ${this.#below(field, relations)}`));
  }

  /** Returns the fields of a type. From its Nodes, `relations` further relations are followed, else only `id`. */
  selection(type: GraphQLObjectType, relations: number): string {
    const fields = Object.values(type.getFields())
      .filter((field) => this.#isIncluded(type, field))
      .flatMap((field) => this.#calls(type, field, 1).map((call) => `${call} ${this.#below(field, relations)}`));
    return `{ __typename ${fields.join(' ')} }`;
  }

  #below({ type, name }: GraphQLField<unknown, unknown>, relations: number): string {
    const named = getNamedType(type);
    if (isAbstractType(named)) return '{ __typename id }';
    if (!isObjectType(named)) return '';
    if (name === 'node') return this.#leaves(named);
    if (!isNode(named)) return this.selection(named, relations);
    return relations === 0 ? '{ __typename id }' : this.selection(named, relations - 1);
  }

  /** Returns the fields of the node of an edge that are no objects. The others are selected in `nodes`. */
  #leaves(type: GraphQLObjectType): string {
    const fields = Object.values(type.getFields()).filter(
      (field) => isLeafType(getNamedType(field.type)) && field.args.length === 0 && this.#isIncluded(type, field),
    );
    return `{ __typename ${fields.map(({ name }) => name).join(' ')} }`;
  }

  #isIncluded({ name }: GraphQLObjectType, field: GraphQLField<unknown, unknown>): boolean {
    // A live cursor is of the moment.
    return field.name !== 'liveCursor' && !this.#options.excluded.has(`${name}.${field.name}`);
  }

  /** Returns the field with its required arguments, and again with each value of each optional argument. */
  #calls(parent: GraphQLObjectType, field: GraphQLField<unknown, unknown>, variants = Infinity): readonly string[] {
    const required = combinations(
      field.args.filter(isRequiredArgument).map((arg) => this.#literals(parent, field, arg)),
    );
    const optional = field.args
      .filter((arg) => !isRequiredArgument(arg))
      .flatMap((arg) => this.#literals(parent, field, arg))
      .slice(0, variants);
    return required.flatMap((args) =>
      [args, ...optional.map((arg) => [...args, arg])].map((all) => this.#call(field.name, all)),
    );
  }

  #call(name: string, args: readonly string[]): string {
    if (args.length === 0) return name;
    const call = `${name}(${args.join(', ')})`;
    const alias = this.#aliases.get(call) ?? `${name}_${this.#aliases.size}`;
    this.#aliases.set(call, alias);
    return `${alias}: ${call}`;
  }

  #literals({ name: parent }: GraphQLObjectType, field: GraphQLField<unknown, unknown>, arg: GraphQLArgument) {
    const { values } = this.#options;
    const given =
      values[`${parent}.${field.name}.${arg.name}`] ??
      values[`${getNamedType(field.type).name}.${arg.name}`] ??
      values[arg.name];
    return (given ?? defaultValues(arg)).map((value) => `${arg.name}: ${value}`);
  }
}

/** @throws {TypeError} if a required argument has no known value; an optional one is left out then */
function defaultValues(arg: GraphQLArgument): readonly string[] {
  const named = getNamedType(arg.type);
  if (isEnumType(named)) return named.getValues().map((value) => value.name);
  if (named.name === 'Boolean') return ['true', 'false'];
  if (!isRequiredArgument(arg)) return [];
  throw new TypeError(`Expected values for the argument ${arg.name} of type ${String(arg.type)}.`);
}

function combinations(lists: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return lists.reduce<readonly (readonly string[])[]>(
    (heads, list) => heads.flatMap((head) => list.map((item) => [...head, item])),
    [[]],
  );
}

function isNode(type: GraphQLObjectType): boolean {
  return type.getInterfaces().some(({ name }) => name === 'Node');
}
