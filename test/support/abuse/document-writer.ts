import {
  getNamedType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
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
import { existingName, hostileJson, hostileNumber, hostileText, jsonOf } from './hostile-values.ts';
import type { SampleValues } from './target.ts';

/** A document and values of its variables. */
export interface WrittenOperation {
  readonly query: string;
  readonly variables: Readonly<Record<string, unknown>>;
}

export interface DocumentWriterOptions {
  readonly schema: GraphQLSchema;
  readonly random: SeededRandom;
  readonly samples: SampleValues;
  /** One in this many values is not valid for its argument. */
  readonly oneHostileIn: number;
}

const MAX_LEVEL = 5;
/** Fields that make a mutation wait, which a fuzzer must not: its answer would be late, not wrong. */
const WAITING_INPUTS = new Set(['waitFor']);
/** Limit of a mutation that always waits. Its default is longer than the fuzzer's time-out. */
const TIMEOUT_INPUT = 'timeoutSeconds';

/** Writes one random operation of the schema's grammar: fields, arguments, aliases, fragments, directives and variables. */
export class DocumentWriter {
  readonly #options: DocumentWriterOptions;
  readonly #random: SeededRandom;
  readonly #variables: Record<string, unknown> = {};
  readonly #declarations: string[] = [];
  readonly #fragments: string[] = [];

  constructor(options: DocumentWriterOptions) {
    this.#options = options;
    this.#random = options.random;
  }

  write(type: OperationTypeNode): WrittenOperation {
    const fields = Object.values(this.#options.schema.getRootType(type)?.getFields() ?? {});
    const count = type === 'subscription' ? 1 : 1 + this.#random.below(3);
    const selected = Array.from({ length: count }, () => this.#field(this.#random.pick(fields), 0, this.#alias()));
    const declared = this.#declarations.length > 0 ? `(${this.#declarations.join(', ')})` : '';
    return {
      query: [`${type} Fuzz${declared} { ${selected.join(' ')} }`, ...this.#fragments].join('\n'),
      variables: this.#variables,
    };
  }

  /** Fields of one name with different arguments would conflict, so most get an alias. */
  #alias(): string {
    return this.#random.below(4) === 0 ? '' : `a${this.#random.below(100)}: `;
  }

  #field(field: GraphQLField<unknown, unknown>, level: number, alias = ''): string {
    const args = field.args.flatMap((arg) => this.#argument(arg));
    const call = `${alias}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${this.#directive()}`;
    const type = getNamedType(field.type);
    return isCompositeType(type) ? `${call} ${this.#selection(type, level + 1)}` : call;
  }

  #directive(): string {
    switch (this.#random.below(30)) {
      case 0:
        return ' @include(if: true)';
      case 1:
        return ' @skip(if: false)';
      default:
        return '';
    }
  }

  #selection(type: GraphQLNamedType, level: number): string {
    if (isAbstractType(type)) {
      const possible = this.#random.pick(this.#options.schema.getPossibleTypes(type));
      return `{ __typename ... on ${possible.name} ${this.#selection(possible, level)} }`;
    }
    if (!isObjectType(type)) throw new TypeError(`Expected an object type, got ${String(type)}.`);
    const fields = Object.values(type.getFields()).filter(
      (field) => level < MAX_LEVEL || !isCompositeType(getNamedType(field.type)),
    );
    if (fields.length === 0) return '{ __typename }';
    const count = 1 + this.#random.below(5);
    const selected = Array.from({ length: count }, () =>
      this.#field(this.#random.pick(fields), level, this.#nestedAlias()),
    );
    return this.#inFragment(type, `{ ${[...new Set(selected)].join(' ')} }`);
  }

  #nestedAlias(): string {
    return this.#random.below(5) === 0 ? `a${this.#random.below(1_000)}: ` : '';
  }

  /** Moves one in ten selection sets to a fragment. */
  #inFragment({ name }: GraphQLNamedType, selection: string): string {
    switch (this.#random.below(20)) {
      case 0:
        return `{ ... on ${name} ${selection} }`;
      case 1: {
        const fragment = `F${this.#fragments.length}`;
        this.#fragments.push(`fragment ${fragment} on ${name} ${selection}`);
        return `{ ...${fragment} }`;
      }
      default:
        return selection;
    }
  }

  #argument(input: SchemaInput): string[] {
    if (WAITING_INPUTS.has(input.name)) return [];
    if (input.name === TIMEOUT_INPUT) return [`${TIMEOUT_INPUT}: ${this.#timeout()}`];
    if (!isRequired(input) && this.#random.below(4) > 0) return [];
    if (this.#random.below(6) > 0) return [`${input.name}: ${this.#literal(input.type, input.name)}`];
    const variable = `v${this.#declarations.length}`;
    this.#declarations.push(`$${variable}: ${String(input.type)}`);
    this.#variables[variable] = this.#value(input.type, input.name);
    return [`${input.name}: $${variable}`];
  }

  #timeout(): number | string | null {
    return this.#isHostile() ? this.#random.pick([-1, 3_601, 0.5, null, '"1"', 2 ** 31]) : 0;
  }

  #literal(type: GraphQLInputType, name: string): string {
    const nullable = isNonNullType(type) ? type.ofType : type;
    if (isInputObjectType(nullable)) {
      return `{ ${Object.values(nullable.getFields())
        .flatMap((field) => this.#argument(field))
        .join(', ')} }`;
    }
    if (isListType(nullable)) return `[${this.#literal(nullable.ofType, name)}]`;
    if (isEnumType(nullable)) return this.#enumValue(nullable.getValues().map((value) => value.name));
    return literalOf(this.#value(nullable, name));
  }

  #enumValue(values: readonly string[]): string {
    return this.#isHostile() ? this.#random.pick(['NONE', '"TEXT"', '1', 'null', 'true']) : this.#random.pick(values);
  }

  #isHostile(): boolean {
    return this.#random.below(this.#options.oneHostileIn) === 0;
  }

  /** Returns a value of an input type as JSON. */
  #value(type: GraphQLInputType, name: string): unknown {
    const { samples } = this.#options;
    const nullable = isNonNullType(type) ? type.ofType : type;
    if (this.#isHostile()) return hostileJson(this.#random, samples);
    if (isListType(nullable))
      return Array.from({ length: this.#random.below(3) }, () => this.#value(nullable.ofType, name));
    if (isEnumType(nullable)) return this.#random.pick(nullable.getValues()).name;
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields()).filter((field) => !WAITING_INPUTS.has(field.name));
      const given = fields.filter(({ type: fieldType }) => isNonNullType(fieldType) || this.#random.below(3) === 0);
      return Object.fromEntries(
        given.map(({ name: field, type: fieldType }) => [
          field,
          field === TIMEOUT_INPUT ? this.#timeout() : this.#value(fieldType, field),
        ]),
      );
    }
    return this.#scalar(nullable.name, name);
  }

  #scalar(type: string, name: string): unknown {
    const { samples } = this.#options;
    switch (type) {
      case 'Int':
        return this.#random.below(30);
      case 'Float':
        return hostileNumber(this.#random);
      case 'Boolean':
        return this.#random.below(2) === 0;
      case 'DateTime':
        return '2026-11-25T10:00:00Z';
      case 'JSON':
        return hostileJson(this.#random, samples);
      default:
        return this.#text(name);
    }
  }

  #text(name: string): string {
    const { samples } = this.#options;
    if (name === 'namespace') return this.#random.pick(['team-a', 'team-a', 'team-b', 'loft-p-team-a', 'none']);
    if (name === 'id' || name === 'ids') return this.#random.pick(samples.ids);
    if (name === 'after' || name === 'before')
      return this.#random.pick([...samples.pageCursors, ...samples.streamCursors]);
    if (name === 'revision') return this.#random.pick(samples.revisions);
    if (/name|names|kind$/iu.test(name) || this.#random.below(2) === 0) return existingName(this.#random);
    return hostileText(this.#random, samples);
  }
}

/** Returns a JSON value as a GraphQL literal. */
function literalOf(value: unknown): string {
  const text = jsonOf(value);
  // Names of fields have no quotes in GraphQL.
  return text.startsWith('{') ? text.replaceAll(/"([A-Za-z_]\w*)":/gu, '$1:') : text;
}
