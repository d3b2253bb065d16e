import {
  getNamedType,
  getNullableType,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isInputObjectType,
  isListType,
  isNonNullType,
  isObjectType,
  isRequiredArgument,
  isRequiredInputField,
  type GraphQLCompositeType,
  type GraphQLField,
  type GraphQLInputType,
  type GraphQLSchema,
  type OperationTypeNode,
} from 'graphql';
import type { SeededRandom } from '../seeded-random.ts';

/** A generated operation with its variables. */
export interface RandomOperation {
  readonly query: string;
  /** The fields that it selects, as `Type.field`. */
  readonly fields: ReadonlySet<string>;
  readonly variables: Readonly<Record<string, unknown>>;
}

interface GeneratorOptions {
  readonly schema: GraphQLSchema;
  readonly random: SeededRandom;
  /** Values of `id` fields. */
  readonly ids: readonly string[];
  /** Fields that were selected before, as `Type.field`. Others are preferred. */
  readonly selected: ReadonlySet<string>;
}

const MAX_LEVEL = 5;
const NAMES = ['ws-0', 'ws-1', 'bad', 'jupyterlab', 'team-a', 'team-b', 'data', 'none'];
const TEXTS = ['', 'a', 'ws', 'team-a', 'jupyterlab', 'a=b', 'Zoë "quoted" \\ \u{1f600}', '2026-11-21T09:30:00Z'];
const NUMBERS = [0, 1, 2, 3, 50];

/** Generates valid operations with fragments, aliases, merged fields, directives and variables, most of which have no errors. */
export class OperationGenerator {
  readonly #options: GeneratorOptions;
  #number = 0;
  #fragments: string[] = [];
  #definitions: string[] = [];
  #variables: Record<string, unknown> = {};
  #fields = new Set<string>();

  constructor(options: GeneratorOptions) {
    this.#options = options;
  }

  /** Returns an operation with this root field, and sometimes others of a query. A few queries include none of them. */
  operation(type: OperationTypeNode, rootField: string): RandomOperation {
    [this.#fragments, this.#definitions, this.#variables, this.#fields] = [[], [], {}, new Set()];
    const root = this.#options.schema.getRootType(type);
    const field = root?.getFields()[rootField];
    if (!root || !field) throw new TypeError(`Expected a field of ${type}, got ${rootField}.`);
    const isAlone = type === 'subscription';
    const others = isAlone || this.#chance(80) ? [] : [this.#typename(), this.#aliased(field, 2)];
    const selections = [isAlone ? this.#field(field, '', 0) : this.#aliased(field, 0), ...others];
    const isEmpty = !isAlone && this.#chance(1);
    const selection = isEmpty ? `... @include(if: false) { ${selections.join(' ')} }` : selections.join(' ');
    const definitions = this.#definitions.length > 0 ? `(${this.#definitions.join(', ')})` : '';
    const query = `${type} Generated${definitions} { ${selection} } ${this.#fragments.join(' ')}`;
    return { query, variables: this.#variables, fields: this.#fields };
  }

  #chance(percent: number): boolean {
    return this.#options.random.below(100) < percent;
  }

  #typename(): string {
    return this.#chance(50) ? '__typename' : `t${(this.#number += 1)}: __typename`;
  }

  #aliased(field: GraphQLField<unknown, unknown>, level: number): string {
    return this.#field(field, `f${(this.#number += 1)}: `, level);
  }

  #field(field: GraphQLField<unknown, unknown>, alias: string, level: number): string {
    const args = field.args
      .filter((arg) => isRequiredArgument(arg) || this.#chance(argumentChance(arg.name)))
      .map((arg) => `${arg.name}: ${this.#argument(arg.name, arg.type)}`);
    const call = `${alias}${field.name}${args.length > 0 ? `(${args.join(', ')})` : ''}${this.#directives(level)}`;
    const type = getNamedType(field.type);
    return isCompositeType(type) ? `${call} ${this.#selection(type, level + 1)}` : call;
  }

  /** Fields of the root have none: most operations would be empty. */
  #directives(level: number): string {
    if (level < 2 || !this.#chance(6)) return '';
    const names = this.#chance(80) ? [this.#chance(50) ? 'include' : 'skip'] : ['include', 'skip'];
    return names.map((name) => ` @${name}(if: ${this.#condition()})`).join('');
  }

  #condition(): string {
    return this.#chance(50) ? String(this.#chance(50)) : this.#variable('Boolean!', this.#chance(50), 'true');
  }

  #selection(type: GraphQLCompositeType, level: number): string {
    if (isAbstractType(type)) {
      const types = this.#options.schema.getPossibleTypes(type);
      const some = types.filter((each) => this.#prefers(each.name) || this.#chance(40));
      const parts = some.map((each) => `... on ${each.name} ${this.#selection(each, level + 1)}`);
      return `{ __typename ${isObjectType(type) ? '' : this.#fieldsOf(type, level, 1)} ${parts.join(' ')} }`;
    }
    const fields = this.#fieldsOf(type, level, 1 + this.#options.random.below(level === 1 ? 3 : 5));
    if (this.#chance(12))
      return `{ ${this.#typename()} ... ${this.#chance(50) ? `on ${type.name} ` : ''}${this.#directives(level)} { ${fields} } }`;
    if (this.#chance(12))
      return `{ ${this.#spread(type.name, fields)}${this.#directives(level)} ${this.#chance(30) ? fields : ''} }`;
    return `{ ${fields} }`;
  }

  #spread(typeName: string, fields: string): string {
    const name = `Fragment${(this.#number += 1)}`;
    this.#fragments.push(`fragment ${name} on ${typeName} { ${fields} }`);
    return `...${name}`;
  }

  #fieldsOf(type: GraphQLCompositeType, level: number, count: number): string {
    const fields = 'getFields' in type ? Object.values(type.getFields()) : [];
    const possible = fields.filter((field) => level < MAX_LEVEL || !isCompositeType(getNamedType(field.type)));
    const missing = possible.filter((field) => this.#leads(type.name, field, level));
    const chosen = new Set(missing.slice(0, count));
    while (chosen.size < Math.min(count, possible.length)) chosen.add(this.#options.random.pick(possible));
    const selections = [...chosen].map((field) => {
      this.#fields.add(`${type.name}.${field.name}`);
      // Fields with arguments, and those of abstract types, would conflict with others of their name.
      const isPlain = field.args.length === 0 && !isAbstractType(type) && this.#chance(70);
      if (!isPlain) return this.#aliased(field, level);
      const isMerged = this.#chance(8);
      return [...(isMerged ? [this.#field(field, '', level)] : []), this.#field(field, '', level)].join(' ');
    });
    return [...selections, ...(this.#chance(10) || selections.length === 0 ? [this.#typename()] : [])].join(' ');
  }

  /** Whether a field was not selected, or has fields that were not. */
  #leads(typeName: string, field: GraphQLField<unknown, unknown>, level: number): boolean {
    if (!this.#isSelected(typeName, field.name)) return true;
    const type = getNamedType(field.type);
    return isObjectType(type) && level < MAX_LEVEL && this.#prefers(type.name);
  }

  #prefers(typeName: string): boolean {
    const type = this.#options.schema.getType(typeName);
    if (!isObjectType(type)) return false;
    return Object.keys(type.getFields()).some((name) => !this.#isSelected(typeName, name));
  }

  #isSelected(typeName: string, name: string): boolean {
    const field = `${typeName}.${name}`;
    return this.#fields.has(field) || this.#options.selected.has(field);
  }

  #argument(name: string, type: GraphQLInputType): string {
    return this.#input(name, type, this.#value(name, type, 0));
  }

  /** Returns a value as a literal, as a variable, or as a literal that contains variables. */
  #input(name: string, type: GraphQLInputType, value: unknown): string {
    if (this.#chance(25)) return this.#variable(String(type), value, literalOf(this.#value(name, type, 0)));
    const nullable = getNullableType(type);
    if (isListType(nullable) && Array.isArray(value))
      return `[${value.map((item) => this.#input(name, nullable.ofType, item)).join(', ')}]`;
    if (!isInputObjectType(nullable) || typeof value !== 'object' || value === null) return literalOf(value);
    const given = Object.values(nullable.getFields()).filter((field) => Object.hasOwn(value, field.name));
    const fields = given.map((field) => [
      field.name,
      this.#input(field.name, field.type, Reflect.get(value, field.name)),
    ]);
    return `{ ${fields.map((field) => field.join(': ')).join(', ')} }`;
  }

  #variable(type: string, value: unknown, defaultValue: string): string {
    const name = `v${(this.#number += 1)}`;
    const hasDefault = this.#chance(40) && defaultValue !== 'null';
    const isRequired = type.endsWith('!');
    const declared = hasDefault && isRequired && this.#chance(30) ? type.slice(0, -1) : type;
    this.#definitions.push(`$${name}: ${declared}${hasDefault ? ` = ${defaultValue}` : ''}`);
    const isGiven = hasDefault ? this.#chance(50) : isRequired || this.#chance(80);
    if (isGiven) this.#variables[name] = declared !== type && this.#chance(20) ? null : plainOf(value);
    return `$${name}`;
  }

  #value(name: string, type: GraphQLInputType, level: number): unknown {
    const { random, ids } = this.#options;
    if (!isNonNullType(type) && this.#chance(15)) return null;
    const nullable = getNullableType(type);
    if (isListType(nullable))
      return Array.from({ length: random.below(3) }, () => this.#value(name, nullable.ofType, level));
    if (isEnumType(nullable)) return new EnumValue(random.pick(nullable.getValues()).name);
    if (isInputObjectType(nullable)) {
      const fields = Object.values(nullable.getFields()).filter(
        (field) => isRequiredInputField(field) || (level < 2 && this.#chance(25)),
      );
      const chosen = nullable.isOneOf ? fields.slice(0, 1) : fields;
      return Object.fromEntries(chosen.map((field) => [field.name, this.#value(field.name, field.type, level + 1)]));
    }
    if (nullable.name === 'ID') return random.pick([...ids, 'invalid']);
    if (nullable.name === 'Boolean') return this.#chance(50);
    if (nullable.name === 'Int' || nullable.name === 'Float') return random.pick(NUMBERS);
    if (nullable.name === 'DateTime') return '2026-11-21T09:30:00+01:00';
    if (/^(?:name|names|namespace|claimName|secretName)$/u.test(name)) return random.pick(NAMES);
    return random.pick(TEXTS);
  }
}

/** Cursors are rarely valid, and both ends of a page exclude each other. */
function argumentChance(name: string): number {
  if (name === 'after' || name === 'before') return 2;
  return name === 'last' || name === 'orderBy' ? 15 : 35;
}

/** An enum value in a literal. */
class EnumValue {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }
}

/** Returns a value as a variable has it. */
function plainOf(value: unknown): unknown {
  if (value instanceof EnumValue) return value.name;
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, field]) => [name, plainOf(field)]));
}

function literalOf(value: unknown): string {
  if (value instanceof EnumValue) return value.name;
  if (Array.isArray(value)) return `[${value.map(literalOf).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const fields = Object.entries(value).map(([name, field]) => `${name}: ${literalOf(field)}`);
    return `{ ${fields.join(', ')} }`;
  }
  return JSON.stringify(value);
}
