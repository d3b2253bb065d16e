import { randomFillSync } from 'node:crypto';
import { getOperationAST, type DocumentNode, type GraphQLError, type OperationTypeNode } from 'graphql';
import { excerptOf } from '../kubernetes/excerpt.ts';
import type { NamespacedName } from '../kubernetes/object.ts';

/** Way in which an operation reaches the gateway. */
export type TransportName = 'http' | 'sse' | 'websocket';

/** Names and codes in logs are cut to this length: clients choose them. */
const MAX_NAME_LENGTH = 100;
/** Different codes of one record. */
const MAX_CODES = 10;

/**
 * Status of a request whose client disconnected, or completed it on a WebSocket, before the answer began, as in the logs of nginx. No client
 * receives it.
 */
export const CLIENT_CLOSED_REQUEST = 499;

/** A mutation that was parsed, for the audit log. */
export interface MutationRecord {
  readonly operationName: string | null | undefined;
  readonly variableValues: Readonly<Record<string, unknown>>;
}

/** Ended write of one of the objects that a mutation writes, for the audit log. */
export interface ObjectWrite extends NamespacedName {
  readonly kind: string;
  readonly requestId: string | undefined;
  /** Name of the viewer. */
  readonly viewer: string;
  readonly mutation: string;
  readonly dryRun: boolean;
  /** Undefined if the write succeeded. */
  readonly error: { readonly code: string; readonly message: string } | undefined;
}

/**
 * Facts about one HTTP request, one operation of a WebSocket, or one refused WebSocket, for logs and metrics. The transport creates it
 * and ends it; the pipeline describes the operation. It holds no headers and no tokens.
 */
export class OperationRecord {
  readonly requestId: string;
  readonly transport: TransportName;
  readonly startedAt = performance.now();
  /** Name of the authenticated viewer. Undefined until then. */
  viewer: string | undefined;
  /** Name of the operation. Empty if it has none. */
  operationName = '';
  /** Undefined if no operation was parsed. */
  type: OperationTypeNode | undefined;
  document: DocumentNode | undefined;
  /** Cost of the execution. 0 for subscriptions, whose events are executed for several viewers. */
  cost = 0;
  /** HTTP status, or {@link CLIENT_CLOSED_REQUEST}. WebSockets have the latter, or that of a refused upgrade, or none. */
  status: number | undefined;
  /**
   * Close code of a WebSocket that the gateway closed because of its client, or 4008 if it cut off the response to a request for the same
   * reason as a WebSocket: the client did not read.
   */
  closeCode: number | undefined;
  mutation: MutationRecord | undefined;
  /** Runs the work of the operation, so that traces know what caused a request to the API server. */
  within: <R>(work: () => R) => R = runPlainly;
  /** Errors of the operation. Its subscribers' clients have got them, too. */
  readonly errors: GraphQLError[] = [];
  #onEnd: ((record: OperationRecord) => void) | undefined;

  constructor(
    about: { readonly requestId: string; readonly transport: TransportName },
    onEnd: (record: OperationRecord) => void,
  ) {
    this.requestId = about.requestId;
    this.transport = about.transport;
    this.#onEnd = onEnd;
  }

  /** Records the operation of a document, if there is exactly one with the name. */
  describe(document: DocumentNode, operationName: string | null | undefined): void {
    const operation = getOperationAST(document, operationName);
    this.document = document;
    this.type = operation?.operation;
    this.operationName = cut(operation?.name?.value ?? '');
  }

  /** Records errors of the operation. */
  fail(errors: readonly GraphQLError[]): void {
    for (const error of errors) if (this.errors.length < MAX_CODES) this.errors.push(error);
  }

  /** Distinct codes of the errors. */
  get codes(): readonly string[] {
    return this.errors.length === 0 ? NONE : [...new Set(this.errors.map(codeOf))];
  }

  /** Reports the record to the observers, once. */
  end(): void {
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    onEnd?.(this);
  }
}

const NONE: readonly string[] = [];

function runPlainly<R>(work: () => R): R {
  return work();
}

/** Returns `extensions.code` of an error. */
export function codeOf({ extensions }: GraphQLError): string {
  return typeof extensions['code'] === 'string' ? extensions['code'] : 'INTERNAL';
}

/** Returns a text that clients chose, cut for a log. */
export function cut(text: string): string {
  return excerptOf(text, MAX_NAME_LENGTH);
}

const WELL_FORMED_ID = /^[\w.:/+=@-]{1,128}$/u;

/** Returns the `X-Request-ID` of a request if it is well-formed and has at most 128 characters, else a new one. */
export function requestIdOf(given: string | readonly string[] | undefined): string {
  return typeof given === 'string' && WELL_FORMED_ID.test(given) ? given : newRequestId();
}

const ID_BYTES = 16;
const randomBytes = Buffer.alloc(256 * ID_BYTES);
/** Position of the next unused byte. */
let position = randomBytes.length;

/** Returns 32 hexadecimal digits. A UUID would take longer, and 480 bytes for as long as a subscription runs: Node joins it from 20 parts. */
function newRequestId(): string {
  if (position === randomBytes.length) {
    randomFillSync(randomBytes);
    position = 0;
  }
  const begin = position;
  position += ID_BYTES;
  return randomBytes.toString('hex', begin, position);
}
