/** Thrown when a compiled operation cannot render its result. graphql-js then executes the operation, and reports errors exactly. */
export class Bail extends Error {
  override readonly name = 'Bail';
}

/** Handles the rejections of promises that nothing waits for, because their operation could not be rendered. */
export function abandon(values: Iterable<unknown>): void {
  for (const value of values) if (value instanceof Promise) value.catch(ignore);
}

function ignore(): void {
  // graphql-js resolves the field again, and reports its error
}
