import { Kind, type DocumentNode, type FieldNode, type FragmentDefinitionNode, type SelectionSetNode } from 'graphql';

/**
 * Returns the number of pairs of fields with the same response name in the same selection set, fragments included, up to a
 * limit: validation compares each pair, and their selection sets. Each fragment counts for itself too, since validation
 * visits it. The cost is linear in the number of fields, with each fragment counted as often as it is spread.
 * @param limit number of pairs from which the count ends
 */
export function countFieldComparisons(document: DocumentNode, limit: number): number {
  const counter = new ComparisonCounter(document, limit);
  for (const definition of document.definitions)
    if ('selectionSet' in definition) counter.countIn([definition.selectionSet]);
  return counter.pairs;
}

class ComparisonCounter {
  pairs = 0;
  readonly #limit: number;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Fragments around the current selection set. A cycle, which validation reports, is not followed. */
  readonly #open = new Set<string>();

  constructor({ definitions }: DocumentNode, limit: number) {
    const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
    this.#fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
    this.#limit = limit;
  }

  /** Counts the pairs of selection sets of one object, which are merged when they are executed. */
  countIn(selectionSets: readonly SelectionSetNode[]): void {
    const byName = new Map<string, FieldNode[]>();
    const spread: string[] = [];
    for (const selectionSet of selectionSets) this.#collect(selectionSet, byName, spread);
    for (const fields of byName.values()) {
      this.pairs += (fields.length * (fields.length - 1)) / 2;
      if (this.pairs > this.#limit) return;
      const below = fields.flatMap((field) => (field.selectionSet ? [field.selectionSet] : []));
      if (below.length > 0) this.countIn(below);
    }
    for (const name of spread) this.#open.delete(name);
  }

  /** @param spread receives the names of the fragments whose fields are collected */
  #collect({ selections }: SelectionSetNode, byName: Map<string, FieldNode[]>, spread: string[]): void {
    for (const node of selections) {
      if (node.kind === Kind.FIELD) {
        const name = (node.alias ?? node.name).value;
        const known = byName.get(name);
        if (known) known.push(node);
        else byName.set(name, [node]);
      } else if (node.kind === Kind.INLINE_FRAGMENT) this.#collect(node.selectionSet, byName, spread);
      else this.#collectFragment(node.name.value, byName, spread);
    }
  }

  #collectFragment(name: string, byName: Map<string, FieldNode[]>, spread: string[]): void {
    const fragment = this.#fragments.get(name);
    // Spread twice in one selection set, a fragment is compared once.
    if (!fragment || this.#open.has(name)) return;
    this.#open.add(name);
    spread.push(name);
    this.#collect(fragment.selectionSet, byName, spread);
  }
}
