import {
  isInterfaceType,
  TypeInfo,
  visit,
  visitWithTypeInfo,
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type GraphQLField,
  type GraphQLSchema,
} from 'graphql';
import type { ReviewedResource } from '../auth/resource-attributes.ts';
import type { Resource } from '../kubernetes/resource.ts';

/** Dependencies that a field declares. They are resolved before an operation that selects the field is executed. */
class FieldDependencies {
  /** Resources that its resolver reads with `client.reader.prefetched`. */
  readonly resources: readonly Resource[];
  /** Whether its value depends on the viewer, beyond the visibility of those resources. */
  readonly viewerDependent: boolean;
  /** Returns further dependencies that its resolver has because of its arguments. */
  readonly ofArguments: DependenciesOfArguments | undefined;
  /** Whether its value can change although no object does. */
  readonly isVolatile: boolean;
  /** Set if its value depends on the viewer by one decision only. */
  readonly permission: FieldPermission | undefined;
  /** Whether its resolver must not be called twice by one operation. */
  readonly isResolvedOnce: boolean;

  constructor(resources: readonly Resource[], onViewer: boolean, options: FieldDependencyOptions = {}) {
    const { ofArguments, isVolatile = false, permission, isResolvedOnce = false } = options;
    this.isResolvedOnce = isResolvedOnce;
    this.isVolatile = isVolatile;
    this.permission = permission;
    this.resources = resources;
    this.viewerDependent = onViewer;
    this.ofArguments = ofArguments;
  }
}

interface FieldDependencyOptions {
  readonly ofArguments?: DependenciesOfArguments;
  readonly isVolatile?: boolean;
  readonly permission?: FieldPermission;
  readonly isResolvedOnce?: boolean;
}

/** The permission that a field asks for. */
interface FieldPermission {
  /** The kind of the object that has the field. It is namespaced. */
  readonly resource: ReviewedResource;
  /** Returns the verb for the arguments of the field. */
  readonly verbFor: (args: Readonly<Record<string, unknown>>) => string;
}

type DependenciesOfArguments = (args: readonly ArgumentNode[]) => {
  readonly resources: readonly Resource[];
  /** See {@link changesWithoutObjects}. */
  readonly isVolatile: boolean;
};

/** Like {@link dependsOn}, for a field that has further dependencies if its arguments in the document may need them. */
export function dependsOnArguments(
  ofArguments: DependenciesOfArguments,
  ...resources: readonly Resource[]
): { readonly dependsOn: FieldDependencies } {
  return { dependsOn: new FieldDependencies(resources, false, { ofArguments }) };
}

/**
 * Returns `extensions` that declare the resources that a resolver reads, besides that of its parent:
 * `extensions: dependsOn(WorkspaceKind)`. Before the operation is executed, their visibility is resolved and lazy informers
 * are synced, so the resolver reads them synchronously.
 */
export function dependsOn(...resources: readonly Resource[]): { readonly dependsOn: FieldDependencies } {
  return { dependsOn: new FieldDependencies(resources, false) };
}

/**
 * Like {@link dependsOn}, for a field that sends requests of its own to the API server. Operations that select it are not compiled, because
 * a compiled query that fails is executed again.
 */
export function resolvedOnce(...resources: readonly Resource[]): { readonly dependsOn: FieldDependencies } {
  return { dependsOn: new FieldDependencies(resources, false, { isResolvedOnce: true }) };
}

/** Like {@link dependsOn}, for a field whose value depends on the viewer. Viewers do not share subscriptions that select it. */
export function viewerDependent(...resources: readonly Resource[]): { readonly dependsOn: FieldDependencies } {
  return { dependsOn: new FieldDependencies(resources, true) };
}

/**
 * Like {@link viewerDependent}, for a field whose value depends only on its object and on whether the viewer may perform an action on it:
 * its resolver calls `client.can` with this verb, this resource and the object. Viewers with the same permissions share its text.
 */
export function dependsOnPermission(
  resource: ReviewedResource,
  verbFor: FieldPermission['verbFor'],
): { readonly dependsOn: FieldDependencies } {
  return { dependsOn: new FieldDependencies([], true, { permission: { resource, verbFor } }) };
}

/** Returns `extensions` of a field whose value can change although no object does, such as a cursor or an age: its text is not cached. */
export function changesWithoutObjects(): { readonly dependsOn: FieldDependencies } {
  return { dependsOn: new FieldDependencies([], false, { isVolatile: true }) };
}

/** Returns the dependencies that a field declares. Undefined if it declares none. */
export function declaredDependenciesOf(field: GraphQLField<unknown, unknown>): FieldDependencies | undefined {
  const declaration = field.extensions['dependsOn'];
  return declaration instanceof FieldDependencies ? declaration : undefined;
}

/** Dependencies of all fields of an operation. */
interface OperationDependencies {
  readonly resources: ReadonlySet<Resource>;
  readonly viewerDependent: boolean;
}

const known = new WeakMap<DocumentNode, OperationDependencies>();

/** Returns the dependencies of a document. Memoized for as long as the document is referenced. */
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
  const take = (field: GraphQLField<unknown, unknown> | null | undefined, args: readonly ArgumentNode[]): void => {
    const declaration = field && declaredDependenciesOf(field);
    if (!declaration) return;
    declared.push(declaration);
    if (declaration.ofArguments) declared.push(new FieldDependencies(declaration.ofArguments(args).resources, false));
  };
  const visitor = {
    Field({ name, arguments: args = [] }: FieldNode) {
      const parent = typeInfo.getParentType();
      take(typeInfo.getFieldDef(), args);
      if (!isInterfaceType(parent)) return;
      for (const type of schema.getPossibleTypes(parent)) take(type.getFields()[name.value], args);
    },
  };
  visit(document, visitWithTypeInfo(typeInfo, visitor));
  return declared;
}
