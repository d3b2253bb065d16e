import type { GraphQLObjectType } from 'graphql';
import type { Context } from '../graphql/context.ts';

/** Thrown when a compiled operation cannot render its result. graphql-js then executes the operation, and reports errors exactly. */
export class Bail extends Error {
  override readonly name = 'Bail';
}

/** Returns the value of a nested field. @throws {Bail} if it is a promise */
export function synchronous(value: unknown): unknown {
  if (typeof value !== 'object' || !(value instanceof Promise)) return value;
  abandon([value]);
  throw new Bail('a nested field is asynchronous');
}

/** Handles the rejections of promises that nothing waits for, because their operation could not be rendered. */
export function abandon(values: Iterable<unknown>): void {
  for (const value of values) if (value instanceof Promise) value.catch(ignore);
}

function ignore(): void {
  // graphql-js resolves the field again, and reports its error
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
export function assertObject(
  { isTypeOf }: GraphQLObjectType,
  value: unknown,
  { context }: { readonly context: Context },
): void {
  if (value instanceof Promise) throw new Bail('a nested field is asynchronous');
  if (value instanceof Error) throw new Bail('an error as the value of a field');
  if (isTypeOf && isTypeOf(value, context, NO_INFO) !== true) throw new Bail('an object of another type');
}
