import {
  getOperationAST,
  Kind,
  OperationTypeNode,
  visit,
  type DirectiveNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  type OperationDefinitionNode,
  type VariableValues,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { Viewer } from '../auth/viewer.ts';
import { coercedVariables } from '../graphql/variables.ts';
import { Bail } from './bail.ts';
import { CompiledEvent } from './compiled-event.ts';
import { CompiledQuery } from './compiled-query.ts';
import { FieldCollector } from './field-collection.ts';
import { OperationPlanner } from './planner.ts';

export interface ParsedOperation {
  readonly document: DocumentNode;
  readonly operationName?: string | null | undefined;
  readonly variableValues?: Readonly<Record<string, unknown>> | null | undefined;
}

/** Executions in a row that could not be rendered, after which only one of {@link RETRY_EVERY} is tried. */
const MAX_FAILURES = 3;
const RETRY_EVERY = 64;
/** Bound of the failures that are remembered for viewers, in bytes of heap, and the size of one without its key. */
const MAX_FAILURES_BYTES = 4 * 1024 * 1024;
const FAILURE_BYTES = 200;

/** Failures in a row. */
class Failures {
  #count = 0;

  add(): void {
    this.#count += 1;
  }

  /** Whether to try once more. Counts a call that returns false. */
  isRetried(): boolean {
    if (this.#count < MAX_FAILURES) return true;
    this.#count += 1;
    return this.#count % RETRY_EVERY === 0;
  }
}

/** Failures by operation and viewer. The least recently used are forgotten. */
type ViewerFailures = LRUCache<string, Failures>;

interface Compilation {
  /** Undefined if the operation cannot be compiled. */
  readonly operation: CompiledQuery | CompiledEvent | undefined;
  /** Heap that the operation retains, by estimate. */
  readonly bytes: number;
}

/**
 * A compiled operation, which remembers for each viewer whether results can be rendered: that may depend on the permissions of the viewer,
 * on variables, and on the objects that the viewer sees.
 */
export class CompiledOperation implements Compilation {
  readonly operation: CompiledQuery | CompiledEvent | undefined;
  readonly bytes: number;
  readonly #number: number;
  readonly #failures: ViewerFailures;
  /** Whether a result of any viewer could not be rendered. */
  #hasFailed = false;

  /** @param number identifies the operation in the keys of the failures */
  constructor({ operation, bytes }: Compilation, number: number, failures: ViewerFailures) {
    this.operation = operation;
    this.bytes = bytes;
    this.#number = number;
    this.#failures = failures;
  }

  /** Whether to try to render the next result of a viewer, instead of leaving it to graphql-js. To be called once for each result. */
  isPromising({ key }: Pick<Viewer, 'key'>): boolean {
    return !this.#hasFailed || (this.#failures.get(this.#keyOf(key))?.isRetried() ?? true);
  }

  rendered({ key }: Pick<Viewer, 'key'>): void {
    if (this.#hasFailed) this.#failures.delete(this.#keyOf(key));
  }

  failed({ key }: Pick<Viewer, 'key'>): void {
    this.#hasFailed = true;
    const failures = this.#failures.get(this.#keyOf(key)) ?? new Failures();
    this.#failures.set(this.#keyOf(key), failures);
    failures.add();
  }

  #keyOf(viewer: string): string {
    return `${this.#number} ${viewer}`;
  }
}

/** Bound of the compiled operations in bytes of heap. */
const MAX_BYTES = 32 * 1024 * 1024;
/** Heap of a compiled operation without its fields, and of each character of its document, whose text it retains. */
const [OPERATION_BYTES, CHARACTER_BYTES] = [5_000, 2];

interface DocumentFacts {
  /** Identifies the document in keys. */
  readonly number: number;
  /** Variables that directives use. */
  readonly directiveVariables: readonly string[];
}

/**
 * The compiled operations of the process: one for each document, operation name, and values of the variables that `@skip` and `@include`
 * use. They take up to {@link MAX_BYTES}, and their failures {@link MAX_FAILURES_BYTES}; the least recently used are dropped.
 */
export class CompiledOperations {
  readonly #schema: GraphQLSchema;
  readonly #compiled = new LRUCache<string, CompiledOperation>({
    maxSize: MAX_BYTES,
    sizeCalculation: ({ bytes }, key) => bytes + key.length,
  });
  readonly #documents = new WeakMap<DocumentNode, DocumentFacts>();
  readonly #failures: ViewerFailures = new LRUCache({
    maxSize: MAX_FAILURES_BYTES,
    sizeCalculation: (_, key) => FAILURE_BYTES + 2 * key.length,
  });
  #lastNumber = 0;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /** Returns the compiled operation with its coerced variables. Undefined if it cannot be compiled, or the variables are invalid. */
  find(request: ParsedOperation): { compiled: CompiledOperation; variableValues: VariableValues } | undefined {
    const { document, operationName, variableValues: given } = request;
    const operation = getOperationAST(document, operationName);
    if (!operation || operation.operation === OperationTypeNode.MUTATION) return undefined;
    const variableValues = coercedVariables(this.#schema, operation, given);
    if (!variableValues) return undefined;
    const { number, directiveVariables } = this.#factsOf(document);
    const values = directiveVariables.map((name) => variableValues.coerced[name]);
    const key = JSON.stringify([number, operation.name?.value, ...values]);
    let compiled = this.#compiled.get(key);
    if (!compiled) {
      this.#lastNumber += 1;
      const compilation = compile(this.#schema, { document, operation, variables: variableValues.coerced });
      compiled = new CompiledOperation(compilation, this.#lastNumber, this.#failures);
      this.#compiled.set(key, compiled);
    }
    return { compiled, variableValues };
  }

  #factsOf(document: DocumentNode): DocumentFacts {
    let facts = this.#documents.get(document);
    if (!facts) {
      this.#lastNumber += 1;
      facts = { number: this.#lastNumber, directiveVariables: directiveVariablesOf(document) };
      this.#documents.set(document, facts);
    }
    return facts;
  }
}

function directiveVariablesOf(document: DocumentNode): readonly string[] {
  const names = new Set<string>();
  const enter = ({ arguments: args }: DirectiveNode): void => {
    for (const { value } of args ?? []) if (value.kind === Kind.VARIABLE) names.add(value.name.value);
  };
  visit(document, { Directive: { enter } });
  return [...names];
}

interface CompileOptions {
  readonly document: DocumentNode;
  readonly operation: OperationDefinitionNode;
  readonly variables: Readonly<Record<string, unknown>>;
}

function compile(schema: GraphQLSchema, { document, operation, variables }: CompileOptions): Compilation {
  const fragments = fragmentsOf(document);
  const planner = new OperationPlanner(schema, new FieldCollector({ schema, fragments, variables }));
  const documentBytes = CHARACTER_BYTES * (document.loc?.source.body.length ?? 0);
  try {
    const type = schema.getRootType(operation.operation);
    if (!type) throw new Bail('expected a root type');
    const plan = planner.plan(type, [operation.selectionSet], true);
    const isEvent = operation.operation === OperationTypeNode.SUBSCRIPTION;
    const bytes = OPERATION_BYTES + documentBytes + planner.bytes;
    return { operation: isEvent ? new CompiledEvent(plan) : new CompiledQuery(plan), bytes };
  } catch (error) {
    if (!(error instanceof Bail)) throw error;
    return { operation: undefined, bytes: OPERATION_BYTES };
  }
}

function fragmentsOf({ definitions }: DocumentNode): Readonly<Record<string, FragmentDefinitionNode>> {
  const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);
  return Object.fromEntries(fragments.map((fragment) => [fragment.name.value, fragment]));
}
