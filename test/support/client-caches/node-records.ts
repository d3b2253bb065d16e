import { isDeepStrictEqual } from 'node:util';
import { Kind, type DocumentNode, type FieldNode, type SelectionSetNode, print } from 'graphql';

type Result = Readonly<Record<string, unknown>>;

/** Fields of one Node, by name and arguments, with the query of their first value. */
interface NodeRecord {
  readonly typeName: string;
  readonly id: string;
  readonly fields: Map<string, { readonly value: unknown; readonly path: string }>;
}

/**
 * Nodes of the answers to one viewer, merged by `__typename` and `id` as a client cache does: a nested Node is replaced by its
 * key. Two different values of one field are a conflict.
 */
export class NodeRecords {
  readonly #records = new Map<string, NodeRecord>();
  readonly conflicts: string[] = [];

  /** Merges the data of an operation. */
  merge(document: DocumentNode, data: Result): void {
    for (const definition of document.definitions)
      if (definition.kind === Kind.OPERATION_DEFINITION)
        this.#normalize(data, definition.selectionSet, definition.operation);
  }

  get nodes(): readonly NodeRecord[] {
    return [...this.#records.values()];
  }

  /** Returns the value with Nodes replaced by their keys, and merges those. */
  #normalize(value: unknown, selection: SelectionSetNode | undefined, path: string): unknown {
    if (Array.isArray(value)) return value.map((item) => this.#normalize(item, selection, path));
    if (!selection || typeof value !== 'object' || value === null) return value;
    const result = value as Result;
    const fields = fieldsOf(selection);
    const entries = fields.map((field) => {
      const name = storageNameOf(field);
      const item = result[field.alias?.value ?? field.name.value];
      return [name, this.#normalize(item, field.selectionSet, `${path}.${name}`)] as const;
    });
    const { __typename: typeName, id } = result;
    if (typeof typeName !== 'string' || typeof id !== 'string') return Object.fromEntries(entries);
    const key = `${typeName}:${id}`;
    this.#mergeNode(key, { typeName, id, entries, path });
    return key;
  }

  #mergeNode(
    key: string,
    {
      typeName,
      id,
      entries,
      path,
    }: { typeName: string; id: string; entries: readonly (readonly [string, unknown])[]; path: string },
  ): void {
    const record = this.#records.get(key) ?? { typeName, id, fields: new Map() };
    this.#records.set(key, record);
    for (const [name, value] of entries) {
      const known = record.fields.get(name);
      if (!known) record.fields.set(name, { value, path });
      else if (!isDeepStrictEqual(withoutGaps(known.value, value), withoutGaps(value, known.value)))
        this.conflicts.push(
          `${typeName}.${name}: ${JSON.stringify(known.value)} (${known.path}), ${JSON.stringify(value)} (${path})`,
        );
    }
  }
}

/** Returns the part of an embedded value that the other one has too: two operations may select different fields of it. */
function withoutGaps(value: unknown, other: unknown): unknown {
  if (Array.isArray(value) && Array.isArray(other)) return value.map((item, index) => withoutGaps(item, other[index]));
  if (typeof value !== 'object' || value === null || typeof other !== 'object' || other === null) return value;
  const entries = Object.entries(value).filter(([key]) => Object.hasOwn(other, key));
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutGaps(item, (other as Result)[key])]));
}

function storageNameOf({ name, arguments: args = [] }: FieldNode): string {
  return args.length === 0 ? name.value : `${name.value}(${args.map((arg) => print(arg)).join(', ')})`;
}

/** Returns the fields, with those of inline fragments, which must be on the type of the value. */
function fieldsOf({ selections }: SelectionSetNode): readonly FieldNode[] {
  return selections.flatMap((node) => {
    if (node.kind === Kind.FIELD) return [node];
    return node.kind === Kind.INLINE_FRAGMENT ? fieldsOf(node.selectionSet) : [];
  });
}
