import { hash } from 'node:crypto';
import {
  defaultFieldResolver,
  getArgumentValues,
  getNamedType,
  getNullableType,
  GraphQLNonNull,
  GraphQLString,
  isAbstractType,
  isCompositeType,
  isListType,
  Kind,
  print,
  visit,
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import { isContext } from '../graphql/context.ts';
import { givenResolver, objectCostOf, readsOtherObjects } from '../graphql/field-costs.ts';
import { declaredDependenciesOf } from '../graphql/field-dependencies.ts';
import { Bail } from './bail.ts';
import type { FieldCollector } from './field-collection.ts';
import { ArgumentSlot, type FieldPlan, type ObjectPlan, type PlanFacts, type PlannedPermission } from './plan.ts';

type Field = GraphQLField<unknown, unknown>;
type Nodes = readonly FieldNode[];
type Resolver = GraphQLFieldResolver<unknown, unknown>;

/** Bounds the time and memory of a plan, in bytes of heap. An interface field counts once for each type that implements it. */
const MAX_BYTES = 16 * 1024 * 1024;
/** Heap of a planned field, and of each character of its name and its arguments: at most, as measured. */
const [FIELD_BYTES, CHARACTER_BYTES] = [3_000, 24];
/** Longer selections are identified by their digests, so that the text of a field is not part of the texts around it. */
const MAX_NORMALIZED_LENGTH = 100;

const NOTHING: PlanFacts = {
  normalized: '',
  slots: [],
  resources: new Set(),
  isDynamic: false,
  leaves: 0,
  hasObjectList: false,
};

/** Plans the selections of one operation. Methods throw a {@link Bail} if it cannot be compiled. */
export class OperationPlanner {
  readonly #schema: GraphQLSchema;
  readonly #collector: FieldCollector;
  #slots = 0;
  #bytes = 0;

  constructor(schema: GraphQLSchema, collector: FieldCollector) {
    this.#schema = schema;
    this.#collector = collector;
  }

  /** Heap of the plan and its writers, by estimate. */
  get bytes(): number {
    return this.#bytes;
  }

  /** @param isRoot whether resolvers may be asynchronous */
  plan(type: GraphQLObjectType, selectionSets: readonly (SelectionSetNode | undefined)[], isRoot = false): ObjectPlan {
    const collected = [...this.#collector.collect(type, selectionSets)];
    const fields = collected.map(([responseName, nodes]) => {
      const key = `${JSON.stringify(responseName)}:`;
      this.#count(FIELD_BYTES + CHARACTER_BYTES * key.length);
      return nodes[0]?.name.value === '__typename'
        ? typenamePlan(key, type)
        : this.#field(type, { key, nodes, isRoot });
    });
    return { type, fields, facts: objectFacts(type, fields) };
  }

  #field(parent: GraphQLObjectType, { key, nodes, isRoot }: { key: string; nodes: Nodes; isRoot: boolean }): FieldPlan {
    const [node] = nodes;
    const field = node && parent.getFields()[node.name.value];
    if (!field) throw new Bail('introspection is not compiled');
    const { given, isCharged } = givenResolver(field);
    const resolver = given === defaultFieldResolver ? propertyResolver(field.name) : given;
    if (!isRoot && isAsync(resolver)) throw new Bail('a nested field is asynchronous');
    if (declaredDependenciesOf(field)?.isResolvedOnce) throw new Bail('a field must not be resolved twice');
    const printed = (node.arguments ?? []).map(print).join();
    this.#count(CHARACTER_BYTES * printed.length);
    const args = hasVariables(node)
      ? new ArgumentSlot(this.#slots++, field, argumentsOnly(node))
      : getArgumentValues(field, node);
    const objects = this.#objects(field.type, nodes);
    return {
      key,
      type: field.type,
      resolver: !isRoot && readsOtherObjects(field) ? timedResolver(resolver) : resolver,
      args,
      objectCost: isCharged ? objectCostOf(nodes, this.#collector.fragments) : undefined,
      objects,
      facts: fieldFacts(key, { field, args, node, printed, objects }),
      permission: permissionOf(field, args),
    };
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    if (this.#bytes > MAX_BYTES) throw new Bail('the operation is too large');
  }

  #objects(type: GraphQLOutputType, nodes: Nodes): ReadonlyMap<string, ObjectPlan> {
    const named = getNamedType(type);
    if (!isCompositeType(named)) return new Map();
    const types = isAbstractType(named) ? this.#schema.getPossibleTypes(named) : [named];
    const selectionSets = nodes.map(({ selectionSet }) => selectionSet);
    return new Map(types.map((each) => [each.name, this.plan(each, selectionSets)]));
  }
}

function typenamePlan(key: string, { name }: GraphQLObjectType): FieldPlan {
  return {
    key,
    type: new GraphQLNonNull(GraphQLString),
    resolver: () => name,
    args: {},
    objectCost: undefined,
    objects: new Map(),
    facts: { ...NOTHING, normalized: `${key}__typename`, leaves: 1 },
    permission: undefined,
  };
}

function permissionOf(field: Field, args: FieldPlan['args']): PlannedPermission | undefined {
  const permission = declaredDependenciesOf(field)?.permission;
  if (!permission) return undefined;
  const { resource, verbFor } = permission;
  return { resource, verbIn: (run) => verbFor(run.argumentsOf({ args })) };
}

interface PlannedField {
  readonly field: Field;
  readonly args: FieldPlan['args'];
  readonly node: FieldNode;
  /** Text of the arguments in the document. */
  readonly printed: string;
  readonly objects: ReadonlyMap<string, ObjectPlan>;
}

function fieldFacts(key: string, { field, args, node, printed, objects }: PlannedField): PlanFacts {
  const below = combined([...objects.values()].map(({ facts }) => facts));
  const declared = declaredDependenciesOf(field);
  const ofArguments = declared?.ofArguments?.(node.arguments ?? []);
  const isVolatile = declared?.isVolatile === true || ofArguments?.isVolatile === true;
  const slots = args instanceof ArgumentSlot ? [args] : [];
  // Equal arguments may be volatile in one document only: those in which a variable contains more of them.
  const normalizedArgs = slots.length === 0 ? printed : isVolatile ? '$!' : '$';
  return {
    normalized: `${key}${field.name}(${normalizedArgs})${objects.size > 0 ? `{${below.normalized}}` : ''}`,
    slots: [...slots, ...below.slots],
    resources: new Set([...(declared?.resources ?? []), ...(ofArguments?.resources ?? []), ...below.resources]),
    isDynamic: below.isDynamic || declared?.viewerDependent === true || isVolatile,
    leaves: objects.size > 0 ? below.leaves : 1,
    hasObjectList: below.hasObjectList || (objects.size > 0 && isListType(getNullableType(field.type))),
  };
}

function objectFacts(type: GraphQLObjectType, fields: readonly FieldPlan[]): PlanFacts {
  const facts = combined(fields.map((field) => field.facts));
  const normalized = `${type.name} ${facts.normalized}`;
  const isShort = normalized.length <= MAX_NORMALIZED_LENGTH;
  return { ...facts, normalized: isShort ? normalized : hash('sha256', normalized, 'base64url') };
}

function combined(all: readonly PlanFacts[]): PlanFacts {
  return {
    normalized: all.map(({ normalized }) => normalized).join(','),
    slots: all.flatMap(({ slots }) => slots),
    resources: new Set(all.flatMap(({ resources }) => [...resources])),
    isDynamic: all.some(({ isDynamic }) => isDynamic),
    leaves: all.reduce((sum, { leaves }) => sum + leaves, 0),
    hasObjectList: all.some(({ hasObjectList }) => hasObjectList),
  };
}

/** Returns the default resolver of graphql-js for a property that is no method, which it finds by `info`. */
function propertyResolver(name: string): Resolver {
  return (source) => {
    if (typeof source !== 'object' || source === null) throw new Bail('expected an object');
    const value: unknown = Reflect.get(source, name);
    if (typeof value === 'function') throw new Bail('a field is a method');
    return value;
  };
}

/** Returns a resolver that leaves the operation to graphql-js, which can wait before a field, if the turn has become long. */
function timedResolver(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    if (isContext(context) && context.client.cost.isTurnLong)
      throw new Bail('the objects that a field reads are too many');
    return resolve(source, args, context, info);
  };
}

const AsyncFunction = (async () => undefined).constructor;

function isAsync(resolve: unknown): boolean {
  return resolve instanceof AsyncFunction;
}

/** Returns a field with its arguments only, without locations: these would retain all tokens of the document. */
function argumentsOnly({ kind, name, arguments: args }: FieldNode): FieldNode {
  return visit({ kind, name, arguments: args }, { enter: (node) => ({ ...node, loc: undefined }) });
}

/** Whether the arguments of a field depend on variables. */
function hasVariables(node: FieldNode): boolean {
  let found = false;
  for (const argument of node.arguments ?? []) {
    visit(argument, {
      [Kind.VARIABLE]: () => {
        found = true;
      },
    });
  }
  return found;
}
