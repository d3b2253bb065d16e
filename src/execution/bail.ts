/** Thrown when a compiled operation cannot render its result. graphql-js then executes the operation, and reports errors exactly. */
export class Bail extends Error {
  override readonly name = 'Bail';
}
