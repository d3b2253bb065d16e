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
