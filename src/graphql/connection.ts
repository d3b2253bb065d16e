import type { GraphQLError } from 'graphql';
import type { ObjectField } from '../kubernetes/object-field.ts';
import type { Ordering } from '../kubernetes/ordering.ts';
import { PlainList, type ObjectList, type Page, type PageRange } from '../viewer-client/object-list.ts';
import type { ViewerClient } from '../viewer-client/viewer-client.ts';
import { builder, type TypeRef } from './builder.ts';
import { failure } from './errors.ts';
import { decodeCursor, encodeCursor } from './page-cursor.ts';

interface Edge<T> {
  readonly cursor: string;
  readonly node: T;
}

interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/**
 * One page of a list. Each part is evaluated when it is first read, as far as it is necessary for that. Read all parts in one
 * turn of the event loop: they are of the moment when they are read.
 */
export interface Connection<T> {
  readonly edges: readonly Edge<T>[];
  readonly nodes: readonly T[];
  readonly pageInfo: PageInfo;
  /** Number of items on all pages. */
  readonly totalCount: number;
  /** All items of the list, in no particular order. */
  readonly all: readonly T[];
  /** Returns the number of items on all pages with each value of a field; values without items are left out. */
  countBy<V>(field: ObjectField<T, V>): ReadonlyMap<V, number>;
}

export interface PagingArgs {
  readonly first?: number | null | undefined;
  readonly after?: string | null | undefined;
  readonly last?: number | null | undefined;
  readonly before?: string | null | undefined;
}

export interface PageOptions extends PagingArgs {
  /** Limits the items of a page and is charged for sorting. Default: a limit of 10,000. */
  readonly client?: Pick<ViewerClient, 'maxPage' | 'cost'>;
}

const MAX_PAGE = 10_000;

export const pagingArgs = builder.args((t) => ({
  first: t.int({
    description:
      'Maximum number of items, from the start of the list or after `after`: 1 to MAX_PAGE, by default 10,000. If neither `first` nor `last` is given, the page has all items; BAD_REQUEST if there are more than MAX_PAGE.',
  }),
  after: t.string({
    description:
      'Cursor after which the page starts. It stays valid if its object is deleted. BAD_REQUEST if it belongs to a list with another order.',
  }),
  last: t.int({
    description:
      'Maximum number of items, from the end of the list or before `before`: 1 to MAX_PAGE, by default 10,000. BAD_REQUEST together with `first`.',
  }),
  before: t.string({
    description: 'Cursor before which the page ends. BAD_REQUEST if it belongs to a list with another order.',
  }),
}));

/**
 * Returns a page of a list, according to the Relay Cursor Connections Specification
 * (https://relay.dev/graphql/connections.htm). A cursor encodes a position in the ordering instead of an index, so it stays
 * valid if objects are added, changed or deleted between two pages.
 * @throws {GraphQLError} BAD_REQUEST if `first` or `last` is less than 1 or exceeds the limit, if both are given, or if a cursor belongs to
 * another ordering. The page itself throws BAD_REQUEST if it has more items than the limit
 */
export function paginate<T>(
  items: readonly T[] | ObjectList<T>,
  ordering: Ordering<T>,
  { first, after, last, before, client }: PageOptions,
): Connection<T> {
  const maxPage = client?.maxPage ?? MAX_PAGE;
  if (isGiven(first) && isGiven(last))
    throw failure('BAD_REQUEST', `Expected first or last, got both (${first} and ${last}).`);
  const range = {
    after: after ? decodeCursor(ordering, after) : undefined,
    before: before ? decodeCursor(ordering, before) : undefined,
    first: countOf('first', first, maxPage),
    last: countOf('last', last, maxPage),
  };
  const list = isList(items)
    ? items
    : new PlainList(
        () => items,
        ordering,
        (count) => client?.cost.add(count),
      );
  return new ListPage(list, ordering, { range, maxPage });
}

function isList<T>(items: readonly T[] | ObjectList<T>): items is ObjectList<T> {
  return !Array.isArray(items);
}

interface ListPageOptions {
  readonly range: PageRange;
  readonly maxPage: number;
}

class ListPage<T> implements Connection<T> {
  readonly #list: ObjectList<T>;
  readonly #ordering: Ordering<T>;
  readonly #options: ListPageOptions;
  #page: Page<T> | undefined;

  constructor(list: ObjectList<T>, ordering: Ordering<T>, options: ListPageOptions) {
    this.#list = list;
    this.#ordering = ordering;
    this.#options = options;
  }

  get edges(): readonly Edge<T>[] {
    const cursorOf = (node: T) => this.#cursorOf(node);
    return this.nodes.map((node) => ({
      // Most operations select nodes only. The cursors of a page of 10,000 edges take tens of milliseconds.
      get cursor() {
        return cursorOf(node);
      },
      node,
    }));
  }

  get nodes(): readonly T[] {
    return this.#pageOnce().items;
  }

  get pageInfo(): PageInfo {
    const page = this.#pageOnce();
    const cursorOf = (node: T | undefined) => (node === undefined ? null : this.#cursorOf(node));
    return {
      get hasNextPage() {
        return page.hasNextPage;
      },
      get hasPreviousPage() {
        return page.hasPreviousPage;
      },
      get startCursor() {
        return cursorOf(page.items.at(0));
      },
      get endCursor() {
        return cursorOf(page.items.at(-1));
      },
    };
  }

  get totalCount(): number {
    return this.#list.count;
  }

  get all(): readonly T[] {
    return this.#list.all;
  }

  countBy<V>(field: ObjectField<T, V>): ReadonlyMap<V, number> {
    return this.#list.countBy(field);
  }

  #cursorOf(node: T): string {
    return encodeCursor(this.#ordering, this.#ordering.positionOf(node));
  }

  #pageOnce(): Page<T> {
    if (this.#page) return this.#page;
    const { range, maxPage } = this.#options;
    const page = this.#list.page(range);
    if (page.items.length > maxPage) throw pageTooLarge(page.items.length, maxPage);
    return (this.#page = page);
  }
}

function isGiven(value: number | null | undefined): value is number {
  return value !== null && value !== undefined;
}

function countOf(name: string, value: number | null | undefined, maxPage: number): number {
  if (!isGiven(value)) return Number.POSITIVE_INFINITY;
  if (value < 1) throw failure('BAD_REQUEST', `Expected ${name} to be at least 1, got ${value}.`);
  if (value > maxPage) throw pageTooLarge(value, maxPage);
  return value;
}

function pageTooLarge(actual: number, maxPage: number): GraphQLError {
  const message = `Expected at most ${maxPage} items in a page (MAX_PAGE), got ${actual}. Request pages with \`first: ${maxPage}\` and \`after\`.`;
  return failure('BAD_REQUEST', message, { limit: { name: 'MAX_PAGE', max: maxPage, actual } });
}

const PageInfoType = builder.objectRef<PageInfo>('PageInfo').implement({
  description: 'Position of a page in its list.',
  fields: (t) => ({
    hasNextPage: t.exposeBoolean('hasNextPage', { description: 'True if the list has items after this page.' }),
    hasPreviousPage: t.exposeBoolean('hasPreviousPage', {
      description: 'True if the list has items before this page.',
    }),
    startCursor: t.exposeString('startCursor', {
      nullable: true,
      description: 'Cursor of the first edge. Null if the page is empty.',
    }),
    endCursor: t.exposeString('endCursor', {
      nullable: true,
      description: 'Cursor of the last edge. Null if the page is empty.',
    }),
  }),
});

/** Adds `<Name>Connection` and `<Name>Edge` to the schema and returns the type of the connection. */
export function connectionTypeOf<T extends object, C extends Connection<T> = Connection<T>>(
  node: TypeRef<T>,
): TypeRef<C> {
  const connection = builder.objectRef<C>(`${node.name}Connection`);
  implementConnection(connection, node);
  return connection;
}

function implementConnection(connection: TypeRef<Connection<object>>, node: TypeRef<object>): void {
  const edge = builder.objectRef<Edge<object>>(`${node.name}Edge`).implement({
    description: `${node.name} in a list, with its cursor.`,
    fields: (t) => ({
      cursor: t.exposeString('cursor', { description: 'Opaque position in the list, for `after` and `before`.' }),
      node: t.field({ type: node, description: `The ${node.name}.`, resolve: (parent) => parent.node }),
    }),
  });
  connection.implement({
    description: `One page of a list of ${node.name} objects.`,
    fields: (t) => ({
      edges: t.field({
        type: [edge],
        description: 'Items of this page with their cursors.',
        resolve: ({ edges }) => edges,
      }),
      nodes: t.field({
        type: [node],
        description: 'Items of this page.',
        resolve: ({ nodes }) => nodes,
      }),
      pageInfo: t.field({
        type: PageInfoType,
        description: 'Position of this page in the list.',
        resolve: ({ pageInfo }) => pageInfo,
      }),
      totalCount: t.int({
        description: 'Number of matching items on all pages.',
        resolve: ({ totalCount }) => totalCount,
      }),
    }),
  });
}
