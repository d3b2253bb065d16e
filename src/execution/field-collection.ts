import {
  isAbstractType,
  Kind,
  typeFromAST,
  type DirectiveNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLObjectType,
  type GraphQLSchema,
  type InlineFragmentNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { Bail } from './bail.ts';

/** Fields of an object by response name, in the order of the result. The nodes of one name are merged. */
type CollectedFields = ReadonlyMap<string, readonly FieldNode[]>;

interface FieldCollectorOptions {
  readonly schema: GraphQLSchema;
  readonly fragments: Readonly<Record<string, FragmentDefinitionNode>>;
  /** Coerced values of the variables that directives use. */
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Collects the fields of selection sets, as CollectFields of the GraphQL specification (section 6.3.2). */
export class FieldCollector {
  readonly #options: FieldCollectorOptions;

  constructor(options: FieldCollectorOptions) {
    this.#options = options;
  }

  get fragments(): Readonly<Record<string, FragmentDefinitionNode>> {
    return this.#options.fragments;
  }

  /** @throws {Bail} if a directive has no boolean value */
  collect(type: GraphQLObjectType, selectionSets: readonly (SelectionSetNode | undefined)[]): CollectedFields {
    const fields = new Map<string, FieldNode[]>();
    const visited = new Set<string>();
    const visit = (selection: SelectionNode): void => {
      if (!this.#isIncluded(selection)) return;
      if (selection.kind === Kind.FIELD) {
        const name = (selection.alias ?? selection.name).value;
        const nodes = fields.get(name);
        if (nodes) nodes.push(selection);
        else fields.set(name, [selection]);
        return;
      }
      const fragment = this.#fragmentOf(selection, visited);
      if (fragment && this.#applies(fragment, type)) fragment.selectionSet.selections.forEach(visit);
    };
    for (const selectionSet of selectionSets) selectionSet?.selections.forEach(visit);
    return fields;
  }

  /** Returns undefined for a fragment that has been visited: its fields are collected. */
  #fragmentOf(
    selection: Exclude<SelectionNode, FieldNode>,
    visited: Set<string>,
  ): InlineFragmentNode | FragmentDefinitionNode | undefined {
    if (selection.kind === Kind.INLINE_FRAGMENT) return selection;
    const name = selection.name.value;
    const fragment = visited.has(name) ? undefined : this.#options.fragments[name];
    visited.add(name);
    return fragment;
  }

  #applies({ typeCondition }: InlineFragmentNode | FragmentDefinitionNode, type: GraphQLObjectType): boolean {
    if (!typeCondition) return true;
    const { schema } = this.#options;
    const condition = typeFromAST(schema, typeCondition);
    return condition === type || (isAbstractType(condition) && schema.isSubType(condition, type));
  }

  #isIncluded({ directives }: SelectionNode): boolean {
    return directives?.every((directive) => this.#allows(directive)) ?? true;
  }

  #allows({ name, arguments: args }: DirectiveNode): boolean {
    if (name.value !== 'skip' && name.value !== 'include') return true;
    const value = args?.find((argument) => argument.name.value === 'if')?.value;
    const condition = value?.kind === Kind.VARIABLE ? this.#options.variables[value.name.value] : undefined;
    const isTrue = value?.kind === Kind.BOOLEAN ? value.value : condition;
    if (typeof isTrue !== 'boolean') throw new Bail('expected a boolean condition of a directive');
    return isTrue === (name.value === 'include');
  }
}
