import {
  getArgumentValues,
  type FieldNode,
  type GraphQLField,
  type GraphQLObjectType,
  type VariableValues,
} from 'graphql';
import type { Context } from '../graphql/context.ts';
import { Bail } from './bail.ts';
import type { RunRows } from './run-rows.ts';

/** The arguments of a field that depend on variables, which are evaluated once in a run. */
export interface ArgumentSlot {
  readonly index: number;
  readonly field: GraphQLField<unknown, unknown>;
  readonly node: FieldNode;
}

export type Arguments = Readonly<Record<string, unknown>>;

interface RenderRunOptions {
  /** Passed to the resolvers. */
  readonly context: Context;
  readonly variableValues: VariableValues;
  /** Arguments that have been evaluated, by slot. Runs of the same operation and variables may share them. */
  readonly args?: Arguments[];
  /** Cached rows. Undefined if each row is rendered. */
  readonly rows?: RunRows | undefined;
}

/** State of one rendering of a compiled operation. */
export class RenderRun {
  readonly context: Context;
  readonly rows: RunRows | undefined;
  readonly variableValues: VariableValues;
  readonly args: Arguments[];
  /** Cost of the rendered fields, as far as resolvers have not added it to the cost of the operation themselves. */
  cost = 0;

  constructor({ context, variableValues, args = [], rows }: RenderRunOptions) {
    this.context = context;
    this.rows = rows;
    this.variableValues = variableValues;
    this.args = args;
  }

  argumentsAt({ index, field, node }: ArgumentSlot): Arguments {
    return (this.args[index] ??= getArgumentValues(field, node, this.variableValues));
  }

  /** Adds the cost so far to that of the operation. Throws if that exceeds its limit. */
  charge(): void {
    const { cost } = this;
    this.cost = 0;
    if (cost > 0) this.context.client.cost.add(cost);
  }
}

/** Passed to resolvers as `info`. Those that use it are not compiled. */
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- it has no property that could be of another type
export const NO_INFO: never = new Proxy(Object.freeze({}), {
  get() {
    throw new Bail('a resolver used `info`');
  },
  has() {
    throw new Bail('a resolver used `info`');
  },
  ownKeys() {
    throw new Bail('a resolver used `info`');
  },
}) as never;

/** Rejects values that graphql-js does not complete as an object of this type. */
export function assertObject({ isTypeOf }: GraphQLObjectType, value: unknown, run: RenderRun): void {
  if (value instanceof Promise) throw new Bail('a nested field is asynchronous');
  if (value instanceof Error) throw new Bail('an error as the value of a field');
  if (isTypeOf && isTypeOf(value, run.context, NO_INFO) !== true) throw new Bail('an object of another type');
}
