import {
  isInterfaceType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type DocumentNode,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import type { Resource } from '../kubernetes/resource.ts';

/** What a field says of itself, for what is to be known before an operation that selects it is executed. */
class FieldReads {
  /** The resources that its resolver asks `loaders.related` for. */
  readonly resources: readonly Resource[];
  /** Whether its answer depends on who asks, beyond what they may see of those resources. */
  readonly forViewer: boolean;

  constructor(resources: readonly Resource[], forViewer: boolean) {
    this.resources = resources;
    this.forViewer = forViewer;
  }
}

/**
 * Declares, as the `extensions` of a field, which resources its resolver reads beside those that its parent came from:
 * `extensions: reads(WorkspaceKind)`. What the viewer may see of them is found out, and a copy that is kept on demand is
 * waited for, before the operation is executed; so the resolver reads without a promise.
 */
export function reads(...resources: readonly Resource[]): { readonly reads: FieldReads } {
  return { reads: new FieldReads(resources, false) };
}

/** The same for a field whose answer depends on who asks, such as what they may do: live readers share it only with themselves. */
export function readsForViewer(...resources: readonly Resource[]): { readonly reads: FieldReads } {
  return { reads: new FieldReads(resources, true) };
}

/** What an operation reads, all fields taken together. */
export interface OperationReads {
  readonly resources: ReadonlySet<Resource>;
  readonly forViewer: boolean;
}

const known = new WeakMap<DocumentNode, OperationReads>();

/** Worked out once for each document. */
export function readsOf(schema: GraphQLSchema, document: DocumentNode): OperationReads {
  let found = known.get(document);
  if (!found) {
    const declared = declaredIn(schema, document);
    found = {
      resources: new Set(declared.flatMap(({ resources }) => resources)),
      forViewer: declared.some(({ forViewer }) => forViewer),
    };
    known.set(document, found);
  }
  return found;
}

function declaredIn(schema: GraphQLSchema, document: DocumentNode): FieldReads[] {
  const declared: FieldReads[] = [];
  const typeInfo = new TypeInfo(schema);
  const take = (field: GraphQLField<unknown, unknown> | null | undefined): void => {
    const said: unknown = field?.extensions['reads'];
    if (said instanceof FieldReads) declared.push(said);
  };
  const visitor = {
    Field({ name }: { readonly name: { readonly value: string } }) {
      const parent = typeInfo.getParentType();
      take(typeInfo.getFieldDef());
      if (!isInterfaceType(parent)) return;
      for (const type of schema.getPossibleTypes(parent)) take(type.getFields()[name.value]);
    },
  };
  visit(document, visitWithTypeInfo(typeInfo, visitor));
  return declared;
}
