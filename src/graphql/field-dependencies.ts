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
class FieldDependencies {
  /** The resources that its resolver asks `client.related` for. */
  readonly resources: readonly Resource[];
  /** Whether its answer depends on who asks, beyond what they may see of those resources. */
  readonly viewerDependent: boolean;

  constructor(resources: readonly Resource[], onViewer: boolean) {
    this.resources = resources;
    this.viewerDependent = onViewer;
  }
}

/**
 * Declares, as the `extensions` of a field, which resources its resolver reads beside those that its parent came from:
 * `extensions: dependsOn(WorkspaceKind)`. What the viewer may see of them is found out, and a copy that is kept on demand is
 * waited for, before the operation is executed; so the resolver reads without a promise.
 */
export function dependsOn(...resources: readonly Resource[]): { readonly reads: FieldDependencies } {
  return { reads: new FieldDependencies(resources, false) };
}

/** The same for a field whose answer depends on who asks, such as what they may do: live readers share it only with themselves. */
export function viewerDependent(...resources: readonly Resource[]): { readonly reads: FieldDependencies } {
  return { reads: new FieldDependencies(resources, true) };
}

/** What an operation reads, all fields taken together. */
export interface OperationDependencies {
  readonly resources: ReadonlySet<Resource>;
  readonly viewerDependent: boolean;
}

const known = new WeakMap<DocumentNode, OperationDependencies>();

/** Worked out once for each document. */
export function dependenciesOf(schema: GraphQLSchema, document: DocumentNode): OperationDependencies {
  let found = known.get(document);
  if (!found) {
    const declared = declaredIn(schema, document);
    found = {
      resources: new Set(declared.flatMap(({ resources }) => resources)),
      viewerDependent: declared.some((field) => field.viewerDependent),
    };
    known.set(document, found);
  }
  return found;
}

function declaredIn(schema: GraphQLSchema, document: DocumentNode): FieldDependencies[] {
  const declared: FieldDependencies[] = [];
  const typeInfo = new TypeInfo(schema);
  const take = (field: GraphQLField<unknown, unknown> | null | undefined): void => {
    const said: unknown = field?.extensions['reads'];
    if (said instanceof FieldDependencies) declared.push(said);
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
