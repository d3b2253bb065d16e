import {
  getArgumentValues,
  type FieldNode,
  type GraphQLField,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type VariableValues,
} from 'graphql';
import type { ReviewedResource } from '../auth/resource-attributes.ts';
import type { Context } from '../graphql/context.ts';
import type { KubernetesObject } from '../kubernetes/object.ts';
import type { Resource } from '../kubernetes/resource.ts';
import { Bail, NO_INFO } from './bail.ts';
import type { RowBlock } from './row-block.ts';
import { Utf8Text } from './utf8-text.ts';

// The plan of an operation, and a run of it. They are in one file because their types are recursive: the functions of a plan take the
// run, and the cached rows of a run are those of plans.

/** The selected fields of an object type, in the order of the result. */
export interface ObjectPlan {
  readonly type: GraphQLObjectType;
  readonly fields: readonly FieldPlan[];
  readonly facts: PlanFacts;
}

export interface FieldPlan {
  /** Start of the member of a JSON object: `"name":`. */
  readonly key: string;
  readonly type: GraphQLOutputType;
  /** Adds no cost for its result, which may be a promise. See {@link resolveField}. */
  readonly resolver: GraphQLFieldResolver<unknown, unknown>;
  /** Arguments of the field, or where they are if they depend on variables. */
  readonly args: Arguments | ArgumentSlot;
  /** Cost of each object of the result. Undefined if the result has no cost. */
  readonly objectCost: number | undefined;
  /** Plans of the objects, by the name of their type. Empty for leaf types. */
  readonly objects: ReadonlyMap<string, ObjectPlan>;
  readonly facts: PlanFacts;
  /** Set if the value depends on the viewer by one decision only. */
  readonly permission: PlannedPermission | undefined;
}

/** The permission that a field asks for. */
export interface PlannedPermission {
  readonly resource: ReviewedResource;
  readonly verbIn: (run: RenderRun) => string;
}

/** Facts about a selection at all levels. */
export interface PlanFacts {
  /** Text that is equal for selections with the same fields, response names and constant arguments. */
  readonly normalized: string;
  /** Arguments that depend on variables. */
  readonly slots: readonly ArgumentSlot[];
  /** Resources that the fields read, besides that of their object. */
  readonly resources: ReadonlySet<Resource>;
  /** Whether a value depends on more than objects and the visibility of those resources: on the viewer, for example. */
  readonly isDynamic: boolean;
  readonly leaves: number;
  /** Whether a field is a list of objects. */
  readonly hasObjectList: boolean;
}

/** The arguments of a field that depend on variables, which are evaluated once in a run. */
export class ArgumentSlot {
  readonly index: number;
  readonly field: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;

  constructor(index: number, field: GraphQLField<unknown, unknown>, node: FieldNode) {
    this.index = index;
    this.field = field;
    this.node = node;
  }
}

type Arguments = Readonly<Record<string, unknown>>;

/** Writes the JSON text of a value to that of the run. */
export type Write = (value: unknown, run: RenderRun) => void;

/** A member of a JSON object. */
export interface Member {
  readonly field: FieldPlan;
  /** Returns the writer of the member: resolves its field, and writes the value after a constant text, such as the key. */
  readonly writerAfter: (before: string) => Write;
}

/** A selection of fields of a Kubernetes object, whose text is cached for each object. */
export interface RowPlan {
  readonly plan: ObjectPlan;
  readonly parts: readonly RowPart[];
  /** Set if fields ask for permissions of the viewer: the parts if the decisions are known. */
  readonly decided: DecidedParts | undefined;
}

/** A part of a row: consecutive members of its JSON object. */
export interface RowPart {
  /** Whether it is rendered each time; see {@link PlanFacts}. */
  readonly isDynamic: boolean;
  /** Writes the members, with the brace or comma before them. */
  readonly write: Write;
}

interface DecidedParts {
  readonly parts: readonly RowPart[];
  readonly permissions: readonly PlannedPermission[];
}

/** Rows of a list, from an index on. */
export interface RowsOfList {
  readonly plan: RowPlan;
  readonly items: readonly unknown[];
  readonly index: number;
}

export interface ListedBlock {
  readonly block: RowBlock;
  /** Number of rows that were joined to the block now. */
  readonly joined: number;
}

/** The cached rows that a run reads and adds to. */
export interface CachedRows {
  /** To be called in each turn of the event loop: applies the changes of objects and permissions since the last turn. */
  resume(): void;

  /** Writes a row: cached parts, and those that depend on the viewer. */
  write(plan: RowPlan, object: KubernetesObject, run: RenderRun): void;

  /**
   * Returns rows of a list as a block, and renders those that are not cached. Undefined if the rows are not cached, contain a part that
   * is rendered each time, or their reads have to be reported.
   */
  block(rows: RowsOfList, run: RenderRun): ListedBlock | undefined;
}

/** Cost that an item of a list may have below it. Longer lists in it are left to graphql-js, which pauses in them. */
const MAX_NESTED_COST = 50_000;

/** Cost of the lists and objects in the items of lists, whose rendering cannot pause. */
export class NestedCost {
  #total = 0;
  #itemStart = 0;

  get total(): number {
    return this.#total;
  }

  /** To be called before each item of a list that is in no other. */
  beginItem(): void {
    this.#itemStart = this.#total;
  }

  /** Adds the cost of objects that resolvers have read for an item. */
  addReads(cost: number): void {
    this.#total += cost;
  }

  /** @throws {Bail} if the item has a larger cost than {@link MAX_NESTED_COST} */
  add(cost: number): void {
    this.#total += cost;
    if (this.#total - this.#itemStart > MAX_NESTED_COST) throw new Bail('the lists in an item are too long');
  }
}

interface RenderRunOptions {
  /** Passed to the resolvers. */
  readonly context: Context;
  readonly variableValues: VariableValues;
  /** Arguments that have been evaluated, by slot. Runs of the same operation and variables may share them. */
  readonly args?: Arguments[];
  /** Cached rows. Undefined if each row is rendered. */
  readonly rows?: CachedRows | undefined;
  /** That of the run for which this one renders rows. */
  readonly nested?: NestedCost;
}

const sharedText = new Utf8Text();

/** State of one rendering of a compiled operation. */
export class RenderRun {
  /** The text that is being written. All runs share it: each takes what it has written before its turn of the event loop ends. */
  readonly text = sharedText;
  readonly context: Context;
  readonly rows: CachedRows | undefined;
  readonly variableValues: VariableValues;
  readonly args: Arguments[];
  /** Cost of the rendered fields, as far as resolvers have not added it to the cost of the operation themselves. */
  cost = 0;
  readonly nested: NestedCost;

  constructor({ context, variableValues, args = [], rows, nested = new NestedCost() }: RenderRunOptions) {
    this.nested = nested;
    this.context = context;
    this.rows = rows;
    this.variableValues = variableValues;
    this.args = args;
  }

  argumentsAt({ index, field, node }: ArgumentSlot): Arguments {
    return (this.args[index] ??= getArgumentValues(field, node, this.variableValues));
  }

  /** Returns the arguments of a field. */
  argumentsOf({ args }: Pick<FieldPlan, 'args'>): Arguments {
    return args instanceof ArgumentSlot ? this.argumentsAt(args) : args;
  }

  /** Adds the cost so far to that of the operation. Throws if that exceeds its limit. */
  charge(): void {
    const { cost } = this;
    this.cost = 0;
    if (cost > 0) this.context.client.cost.add(cost);
  }
}

/** Returns the value of a field: the result of its resolver. */
export function resolveField(field: FieldPlan, source: unknown, run: RenderRun): unknown {
  return field.resolver(source, run.argumentsOf(field), run.context, NO_INFO);
}
