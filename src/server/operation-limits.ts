import {
  Kind,
  Lexer,
  parse,
  Source,
  TokenKind,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { failure } from '../graphql/errors.ts';
import type { ExceededLimit, LimitName } from '../graphql/exceeded-limit.ts';
import { countFieldComparisons } from './field-comparisons.ts';

/** Limits of a document and its operations together, checked before they are validated and executed. */
export interface OperationLimits {
  /** Bytes of a document, in UTF-8. */
  readonly maxDocumentBytes: number;
  /** Lexical tokens of a document. */
  readonly maxDocumentTokens: number;
  /** Nested selection sets with their fragments, and nested brackets of a document or of the variables. */
  readonly maxOperationDepth: number;
  /** Selected fields. A fragment counts as often as it is spread. */
  readonly maxOperationFields: number;
  /** Fields with an alias. A fragment counts as often as it is spread. */
  readonly maxOperationAliases: number;
  /** Directives. A fragment counts as often as it is spread. */
  readonly maxOperationDirectives: number;
  /** Fields of the root type. A fragment counts as often as it is spread. */
  readonly maxRootFields: number;
  /** Pairs of fields with the same response name in one selection set, which validation compares. */
  readonly maxFieldComparisons: number;
}

/** Size of an operation or a selection set, with its fragments. */
interface Size {
  /** Nested selection sets, those of fragments included. */
  readonly depth: number;
  readonly fields: number;
  readonly aliases: number;
  readonly directives: number;
  /** Fields at the first level. */
  readonly rootFields: number;
}

const EMPTY: Size = { depth: 0, fields: 0, aliases: 0, directives: 0, rootFields: 0 };

/** Validation visits each fragment, with the fragments that it spreads. */
const MAX_FRAGMENT_VISITS = 10;

/**
 * Parses a document. The cost is linear in the length of the text, and neither the parser nor validation can exhaust the
 * stack: nesting is counted by the lexer before the parser recurses.
 * @throws {GraphQLError} BAD_REQUEST if the document exceeds a limit; a syntax error if it cannot be parsed
 */
export function parseWithin(limits: OperationLimits, source: string | Source): DocumentNode {
  const text = typeof source === 'string' ? source : source.body;
  requireAtMost('MAX_DOCUMENT_BYTES', limits.maxDocumentBytes, Buffer.byteLength(text), 'bytes in a document');
  const { tokens, nesting } = tokensOf(text);
  requireAtMost('MAX_DOCUMENT_TOKENS', limits.maxDocumentTokens, tokens, 'tokens in a document');
  requireAtMost('MAX_OPERATION_DEPTH', limits.maxOperationDepth, nesting, 'nested brackets in a document');
  const document = parse(source);
  const { operations, fragments } = sizesOf(document);
  checkSize(limits, operations);
  requireAtMost(
    'MAX_ROOT_FIELDS',
    limits.maxRootFields,
    operations.rootFields,
    'root fields in the operations of a document',
  );
  for (const fragment of fragments) checkSize(limits, fragment);
  requireAtMost(
    'MAX_OPERATION_FIELDS',
    limits.maxOperationFields * MAX_FRAGMENT_VISITS,
    fragments.reduce((total, { fields }) => total + fields, 0),
    'fields in all fragments of a document together, ten times that setting',
  );
  requireAtMost(
    'MAX_FIELD_COMPARISONS',
    limits.maxFieldComparisons,
    countFieldComparisons(document, limits.maxFieldComparisons),
    'pairs of fields with the same name or alias in a selection set',
  );
  return document;
}

/**
 * Returns an error if the variables are nested too deeply to be printed or compared recursively, else undefined. The cost is
 * linear in their size.
 */
export function excessiveVariables(
  { maxOperationDepth: max }: OperationLimits,
  variables: Readonly<Record<string, unknown>> | null | undefined,
): GraphQLError | undefined {
  const depth = nestingOf(variables);
  return depth > max
    ? excess('MAX_OPERATION_DEPTH', max, depth, 'nested lists and objects in the variables')
    : undefined;
}

function checkSize(limits: OperationLimits, { depth, fields, aliases, directives }: Size): void {
  requireAtMost('MAX_OPERATION_DEPTH', limits.maxOperationDepth, depth, 'nested selection sets in an operation');
  requireAtMost('MAX_OPERATION_FIELDS', limits.maxOperationFields, fields, 'fields in the operations of a document');
  requireAtMost(
    'MAX_OPERATION_ALIASES',
    limits.maxOperationAliases,
    aliases,
    'aliases in the operations of a document',
  );
  requireAtMost(
    'MAX_OPERATION_DIRECTIVES',
    limits.maxOperationDirectives,
    directives,
    'directives in the operations of a document',
  );
}

/** Returns the error of an operation that was cancelled because of its cost. */
export function excessiveCost(
  cost: { readonly excess: string; readonly limit: ExceededLimit },
  isMutation: boolean,
): GraphQLError {
  const message = isMutation ? `${cost.excess} Changes of this mutation may have been applied.` : cost.excess;
  return failure('BAD_REQUEST', message, { limit: cost.limit, http: { status: 400 } });
}

/**
 * Returns the error with the status that yoga sends for every media type. Its hook for parse errors marks them as errors to
 * be sent with status 200 as `application/json`, which is meant for syntax errors.
 */
export function withLimitStatus(error: GraphQLError): GraphQLError {
  const { code, limit } = error.extensions;
  return typeof limit === 'object' && code === 'BAD_REQUEST'
    ? failure('BAD_REQUEST', error.message, { ...error.extensions, http: { status: 400 } })
    : error;
}

function requireAtMost(setting: LimitName, max: number, actual: number, unit: string): void {
  if (actual > max) throw excess(setting, max, actual, unit);
}

function excess(setting: LimitName, max: number, actual: number, unit: string): GraphQLError {
  const message = `Expected at most ${max} ${unit} (${setting}), got ${actual}. Send a smaller operation, or several.`;
  return failure('BAD_REQUEST', message, { limit: { name: setting, max, actual }, http: { status: 400 } });
}

const OPENING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_L, TokenKind.BRACKET_L, TokenKind.PAREN_L]);
const CLOSING: ReadonlySet<TokenKind> = new Set([TokenKind.BRACE_R, TokenKind.BRACKET_R, TokenKind.PAREN_R]);

/** @throws {GraphQLError} if the text contains an invalid token */
function tokensOf(text: string): { readonly tokens: number; readonly nesting: number } {
  const lexer = new Lexer(new Source(text));
  let [tokens, open, nesting] = [0, 0, 0];
  for (let { kind } = lexer.advance(); kind !== TokenKind.EOF; { kind } = lexer.advance()) {
    tokens += 1;
    if (OPENING.has(kind)) open += 1;
    else if (CLOSING.has(kind)) open -= 1;
    nesting = Math.max(nesting, open);
  }
  return { tokens, nesting };
}

/** Level by level instead of recursively, because JSON of a few hundred kilobytes can be nested deeper than the stack. */
function nestingOf(value: unknown): number {
  let depth = 0;
  let level = isCollection(value) ? [value] : [];
  while (level.length > 0) {
    depth += 1;
    const next: object[] = [];
    for (const collection of level) {
      for (const child of Array.isArray(collection) ? (collection as unknown[]) : Object.values(collection))
        if (isCollection(child)) next.push(child);
    }
    level = next;
  }
  return depth;
}

function isCollection(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

interface DocumentSizes {
  /** All operations together: they are validated together. */
  readonly operations: Size;
  /** Each fragment, because it is validated even if no operation spreads it. */
  readonly fragments: readonly Size[];
}

function sizesOf(document: DocumentNode): DocumentSizes {
  const measure = new SizeMeasure(document);
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  return {
    operations: operations.map((operation) => measure.definition(operation)).reduce(plus, EMPTY),
    fragments: measure.fragments(),
  };
}

type Definition = DocumentNode['definitions'][number];

/**
 * Measures selection sets. Each fragment is measured once, so the cost is linear in the length of the document although
 * the size is exponential in it at worst: `fragment B on T { ...A ...A }` is twice as large as A.
 */
class SizeMeasure {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #sizes = new Map<string, Size>();

  constructor({ definitions }: DocumentNode) {
    const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
    this.#fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
    this.#measureFragments();
  }

  fragments(): readonly Size[] {
    return [...this.#sizes.values()];
  }

  definition(definition: Definition): Size {
    const directives = definition.directives?.length ?? 0;
    const selectionSet = 'selectionSet' in definition ? definition.selectionSet : undefined;
    return plus({ ...EMPTY, directives }, this.#selectionSet(selectionSet));
  }

  /**
   * Measures each fragment after the fragments that it spreads, without recursion, because a chain of fragments can be
   * longer than the stack. A spread that closes a cycle counts as empty; validation reports the cycle.
   */
  #measureFragments(): void {
    const pending = [...this.#fragments.keys()];
    const started = new Set<string>();
    for (let name = pending.at(-1); name !== undefined; name = pending.at(-1)) {
      const fragment = this.#fragments.get(name);
      if (fragment && !started.has(name)) {
        started.add(name);
        pending.push(...spreadsOf(fragment.selectionSet).filter((spread) => !started.has(spread)));
      } else {
        pending.pop();
        if (fragment && !this.#sizes.has(name)) this.#sizes.set(name, this.definition(fragment));
      }
    }
  }

  #selectionSet(node: SelectionSetNode | undefined): Size {
    if (!node) return EMPTY;
    const size = node.selections.map((selection) => this.#selection(selection)).reduce(plus, EMPTY);
    return { ...size, depth: size.depth + 1 };
  }

  #selection(node: SelectionNode): Size {
    const own = { ...EMPTY, directives: node.directives?.length ?? 0 };
    switch (node.kind) {
      case Kind.FIELD:
        return plus(
          { ...own, fields: 1, aliases: node.alias ? 1 : 0, rootFields: 1 },
          { ...this.#selectionSet(node.selectionSet), rootFields: 0 },
        );
      case Kind.INLINE_FRAGMENT:
        return plus(own, this.#selectionSet(node.selectionSet));
      case Kind.FRAGMENT_SPREAD:
        return plus(own, this.#sizes.get(node.name.value) ?? EMPTY);
      default:
        throw new TypeError(`Unknown selection ${JSON.stringify(node satisfies never)}`);
    }
  }
}

/** Returns the names of the fragments that a selection set spreads at any level. */
function spreadsOf({ selections }: SelectionSetNode): readonly string[] {
  return selections.flatMap((node) => {
    if (node.kind === Kind.FRAGMENT_SPREAD) return [node.name.value];
    return node.selectionSet ? spreadsOf(node.selectionSet) : [];
  });
}

/** Returns the size of two selections of one selection set. */
function plus(a: Size, b: Size): Size {
  return {
    depth: Math.max(a.depth, b.depth),
    fields: sum(a.fields, b.fields),
    aliases: sum(a.aliases, b.aliases),
    directives: sum(a.directives, b.directives),
    rootFields: sum(a.rootFields, b.rootFields),
  };
}

function sum(a: number, b: number): number {
  return Math.min(a + b, Number.MAX_SAFE_INTEGER);
}
