import type { DocumentTypeDecoration } from '@graphql-typed-document-node/core';
import type { ListEvent, ListRequest } from './event-stream.ts';
import { print, type Node } from './print.ts';

/** Result of a subscription of one list: each event has `type`, `cursor` and `object`. */
export type ListResult<Result> = {
  readonly [Field in keyof Result]: Field extends '__typename' ? unknown : ListEvent;
};

/** Type of the rows of a list: the type of `object` in its events. */
export type RowOf<Result> = Result extends unknown
  ? NonNullable<ObjectOf<Result[Exclude<keyof Result, '__typename'>]>>
  : never;

type ObjectOf<Event> = Event extends { readonly object?: infer Row } ? Row : never;

/** A document with types: a `TypedDocumentNode`, or the `TypedDocumentString` of GraphQL Code Generator. */
export type ListDocument<Result, Variables> = DocumentTypeDecoration<Result, Variables>;

/** An object whose string is the document, such as a `TypedDocumentString`. */
interface DocumentText {
  toString(): string;
}

interface DocumentNode extends Node {
  readonly definitions: readonly Node[];
}

/** Returns the request of a document. @throws {TypeError} if the document contains something other than operations and fragments */
export function requestFor(document: DocumentText | DocumentNode, variables: object): ListRequest {
  const request = { variables: { ...variables } };
  if (!('kind' in document)) return { ...request, query: String(document) };
  const operation = document.definitions.find(({ kind }) => kind === 'OperationDefinition');
  return { ...request, query: print(document), operationName: operation?.name?.value };
}

/** Returns the default key of a row. @throws {TypeError} if `id` is not selected */
export function idOf(row: unknown): string {
  const { id }: { readonly id?: string } = Object(row);
  if (id === undefined) throw new TypeError('Expected rows with an id, got none. Select `id`, or pass `key`.');
  return id;
}
