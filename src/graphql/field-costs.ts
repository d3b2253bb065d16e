import {
  defaultFieldResolver,
  getNamedType,
  getNullableType,
  isCompositeType,
  isListType,
  isObjectType,
  Kind,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type SelectionSetNode,
} from 'graphql';
import type { OperationCost } from '../viewer-client/operation-cost.ts';
import { isContext } from './context.ts';
import { declaredDependenciesOf } from './field-dependencies.ts';

type Resolver = GraphQLFieldResolver<unknown, unknown>;
type Fragments = Readonly<Record<string, FragmentDefinitionNode | undefined>>;

/** Shorter lists are completed synchronously. */
const MIN_PACED_ITEMS = 100;

interface GivenResolver {
  readonly given: Resolver;
  readonly isCharged: boolean;
}

/** The resolvers of fields as they were given, by those that {@link chargeFields} has put in their place. */
const replaced = new WeakMap<Resolver, GivenResolver>();

/**
 * Makes each field of a schema that returns objects or a list add its cost to the operation, see {@link OperationCost}, and
 * lets other work of the event loop run while the items of a long list are executed, and before a field of an object reads other objects:
 * one field may read thousands of them, and be selected many times. Includes introspection, whose types all schemas share.
 */
export function chargeFields(schema: GraphQLSchema): void {
  const roots = new Set([schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()]);
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type)) continue;
    for (const field of Object.values(type.getFields())) {
      const given = field.resolve ?? defaultFieldResolver;
      if (replaced.has(given)) continue;
      const isCharged = isListType(getNullableType(field.type)) || isCompositeType(getNamedType(field.type));
      const isPaced = !roots.has(type) && readsOtherObjects(field);
      if (!isCharged && !isPaced) continue;
      const resolve = isPaced ? pacedResolver(given) : given;
      field.resolve = isCharged ? chargingResolver(resolve) : resolve;
      replaced.set(field.resolve, { given, isCharged });
    }
  }
}

/** Returns whether the resolver of a field reads more objects than that of the field. */
export function readsOtherObjects(field: GraphQLField<unknown, unknown>): boolean {
  return (declaredDependenciesOf(field)?.resources.length ?? 0) > 0;
}

/** Returns a resolver that first waits for the next turn of the viewer, if this one is over. */
function pacedResolver(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    if (!isContext(context)) return resolve(source, args, context, info);
    const { cost } = context.client;
    const pause = cost.pause();
    if (!pause) return resolve(source, args, context, info);
    return pause.then(() => {
      context.signal.throwIfAborted();
      cost.assertWithin(); // other fields may have exceeded the limit meanwhile
      return resolve(source, args, context, info);
    });
  };
}

function chargingResolver(resolve: Resolver): Resolver {
  return (source, args, context, info) => {
    const result: unknown = resolve(source, args, context, info);
    if (!isContext(context)) return result;
    const { cost } = context.client;
    return result instanceof Promise
      ? result.then((value: unknown) => charged(value, cost, info))
      : charged(result, cost, info);
  };
}

/**
 * Returns the resolver of a field before {@link chargeFields}, which neither adds the cost of its result nor waits. If it was charged, the
 * caller must charge {@link objectCostOf} for each object of the result, or for the result if it is no array.
 */
export function givenResolver({ resolve = defaultFieldResolver }: GraphQLField<unknown, unknown>): GivenResolver {
  return replaced.get(resolve) ?? { given: resolve, isCharged: false };
}

/** Returns the cost of an object, or of a scalar in a list, that these nodes of a field select. */
export function objectCostOf(fieldNodes: readonly FieldNode[], fragments: Fragments): number {
  return 1 + sum(fieldNodes.map(({ selectionSet }) => sizeOf(selectionSet, fragments).fields));
}

function charged(value: unknown, cost: OperationCost, { fieldNodes, fragments }: GraphQLResolveInfo): unknown {
  if (value === null || value === undefined) return value;
  const objectCost = objectCostOf(fieldNodes, fragments);
  if (!Array.isArray(value)) {
    cost.add(objectCost);
    return value;
  }
  const items: readonly unknown[] = value;
  cost.add(items.length * objectCost);
  // An async iterator would wait for promises, and end with the first one that rejects.
  const isPaced = items.length > MIN_PACED_ITEMS && !items.some((item) => item instanceof Promise);
  return isPaced ? new PacedItems(items, cost) : items;
}

/**
 * The items of a list, in their order, with a {@link OperationCost.pause} before each for which the turn is over. `return` ends the
 * iteration at once, also during a pause: an async generator would first yield the item that a call of `next` waits for.
 */
export class PacedItems implements AsyncIterableIterator<unknown, undefined> {
  readonly #items: Iterator<unknown>;
  readonly #cost: Pick<OperationCost, 'pause'>;
  readonly #returned = Promise.withResolvers<void>();
  #hasEnded = false;

  constructor(items: Iterable<unknown>, cost: Pick<OperationCost, 'pause'>) {
    this.#items = items[Symbol.iterator]();
    this.#cost = cost;
  }

  async next(): Promise<IteratorResult<unknown, undefined>> {
    const pause = this.#cost.pause();
    if (pause) await Promise.race([pause, this.#returned.promise]);
    const item = this.#hasEnded ? undefined : this.#items.next();
    return item && !item.done ? { done: false, value: item.value } : { done: true, value: undefined };
  }

  return(): Promise<IteratorReturnResult<undefined>> {
    this.#hasEnded = true;
    this.#returned.resolve();
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

interface SelectionSize {
  /** Fields of the objects themselves. */
  readonly fields: number;
  /** Fields at all levels. */
  readonly allFields: number;
}

const EMPTY: SelectionSize = { fields: 0, allFields: 0 };
const sizes = new WeakMap<SelectionSetNode, SelectionSize>();

/** Returns the number of fields of a selection set at all levels. A fragment counts as often as it is spread. */
export function selectionSizeOf(selectionSet: SelectionSetNode, fragments: Fragments): number {
  return sizeOf(selectionSet, fragments).allFields;
}

function sizeOf(selectionSet: FieldNode['selectionSet'], fragments: Fragments): SelectionSize {
  if (!selectionSet) return EMPTY;
  let size = sizes.get(selectionSet);
  if (!size) {
    const parts = selectionSet.selections.map((node): SelectionSize => {
      if (node.kind === Kind.FIELD) return { fields: 1, allFields: 1 + sizeOf(node.selectionSet, fragments).allFields };
      const spread = node.kind === Kind.FRAGMENT_SPREAD ? fragments[node.name.value] : node;
      return sizeOf(spread?.selectionSet, fragments);
    });
    size = { fields: sum(parts.map(({ fields }) => fields)), allFields: sum(parts.map(({ allFields }) => allFields)) };
    sizes.set(selectionSet, size);
  }
  return size;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
