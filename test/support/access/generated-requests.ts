import {
  getNamedType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isListType,
  isNonNullType,
  isObjectType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLNamedType,
  type GraphQLSchema,
  type OperationTypeNode,
} from 'graphql';
import { isRequired, type SchemaInput } from '../schema-inputs.ts';
import type { SeededRandom } from '../seeded-random.ts';
import { argumentValue, type Target } from './argument-values.ts';

export interface WriterOptions {
  readonly schema: GraphQLSchema;
  readonly random: SeededRandom;
  /** Called for each selected field, as `Type.field`. */
  readonly onSelected: (coordinate: string) => void;
}

/** Maximum level at which all object fields are selected. Deeper levels select some of them, to bound the response. */
const WHOLE_LEVELS = 1;
const MOST_LEVELS = 6;

/** Generates operations from the schema that together select every field. */
export class RequestWriter {
  readonly #options: WriterOptions;

  constructor(options: WriterOptions) {
    this.#options = options;
  }

  /** Returns an operation with one root field about a target. */
  operation(type: OperationTypeNode, fieldName: string, target: Target): string {
    const field = this.root(type)[fieldName];
    if (!field) throw new TypeError(`There is no ${type} ${fieldName}.`);
    return `${type} { ${this.#field(field, target, 0)} }`;
  }

  root(type: OperationTypeNode): Readonly<Record<string, GraphQLField<unknown, unknown>>> {
    return this.#options.schema.getRootType(type)?.getFields() ?? {};
  }

  #field(field: GraphQLField<unknown, unknown>, target: Target, level: number, alias = ''): string {
    const args = field.args.flatMap((arg) => this.#argument(arg, target, level));
    const call = `${alias}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}`;
    const type = getNamedType(field.type);
    return isCompositeType(type) ? `${call} ${this.#selection(type, target, level + 1)}` : call;
  }

  #selection(type: GraphQLNamedType, target: Target, level: number): string {
    const { schema, onSelected } = this.#options;
    if (isInterfaceType(type)) {
      const types = schema.getPossibleTypes(type);
      const parts = types.map(
        ({ name }) => `... on ${name} ${this.#fields(schema.getType(name), target, level, true)}`,
      );
      return `{ __typename ${parts.join(' ')} }`;
    }
    onSelected(`${type.name}.__typename`);
    return this.#fields(type, target, level, false);
  }

  #fields(type: GraphQLNamedType | undefined, target: Target, level: number, aliased: boolean): string {
    if (!isObjectType(type)) throw new TypeError(`Expected an object type, got ${String(type)}.`);
    const fields = Object.values(type.getFields()).filter((field) => this.#isSelected(field, level));
    for (const { name } of fields) this.#options.onSelected(`${type.name}.${name}`);
    const texts = fields.map((field) =>
      this.#field(field, target, level, aliased ? `${type.name}_${field.name}: ` : ''),
    );
    return `{ __typename ${texts.join(' ')} }`;
  }

  #isSelected({ type }: GraphQLField<unknown, unknown>, level: number): boolean {
    if (!isCompositeType(getNamedType(type)) || level <= WHOLE_LEVELS) return true;
    return level < MOST_LEVELS && this.#options.random.below(level) === 0;
  }

  #argument(arg: SchemaInput, target: Target, level: number): string[] {
    const value = this.#value(arg, target, level);
    return value === undefined ? [] : [`${arg.name}: ${value}`];
  }

  /** Returns the value of an argument, or undefined to omit it. */
  #value(input: SchemaInput, target: Target, level: number): string | undefined {
    const { random } = this.#options;
    const word = argumentValue(input.name, { target, random, level, isRequired: isRequired(input) });
    if (word === 'left out' && !isRequired(input)) return undefined;
    const nullable = isNonNullType(input.type) ? input.type.ofType : input.type;
    return this.#literal(nullable, word === 'left out' ? undefined : word, { input, target, level });
  }

  #literal(
    type: GraphQLInputType,
    word: unknown,
    about: { readonly input: SchemaInput; readonly target: Target; readonly level: number },
  ): string {
    const { random } = this.#options;
    if (isNonNullType(type)) return this.#literal(type.ofType, word, about);
    if (isListType(type)) {
      const words = Array.isArray(word) ? word : [word];
      return `[${words.map((each) => this.#literal(type.ofType, each, about)).join(', ')}]`;
    }
    if (isInputObjectType(type)) {
      const fields = Object.values(type.getFields()).flatMap((field) =>
        this.#argument(field, about.target, about.level),
      );
      return `{ ${fields.join(', ')} }`;
    }
    if (isEnumType(type)) return typeof word === 'string' ? word : random.pick(type.getValues()).name;
    if (word !== undefined) return literalOf(word);
    const values = { Int: '1', Float: '1.5', Boolean: 'true', DateTime: '"2026-09-21T14:13:20Z"' };
    const value = Object.entries(values).find(([name]) => name === type.name)?.[1];
    if (value) return value;
    throw new TypeError(
      `Expected a value for ${about.input.name}: ${String(about.input.type)}, got none. Add it to argumentValue in test/support/access/argument-values.ts.`,
    );
  }
}

/** Returns a JSON value as a GraphQL literal. */
function literalOf(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return `{ ${entries.map(([key, each]) => `${key}: ${literalOf(each)}`).join(', ')} }`;
}
