import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { processRegularResult } from 'graphql-yoga';
import { getOperationAST, type ExecutionResult } from 'graphql';
import { isSerialized, SerializedResult } from '../execution/serialized-result.ts';
import { stackless } from '../graphql/errors.ts';
import { isRecord } from '../graphql/json-values.ts';
import { andThen, type Awaitable } from '../scheduling/awaitable.ts';
import type { RequestBytes } from '../scheduling/bytes-in-flight.ts';
import { turns } from '../scheduling/turns.ts';
import { excessiveValues } from './body-limits.ts';
import { byteLengthOf } from './byte-length.ts';
import { compressed, ENCODINGS } from './compression.ts';
import { acceptedEncoding, acceptedJsonType, type JsonType } from './content-negotiation.ts';
import {
  hasOperationInBody,
  isOptionalRecord,
  mediaTypeOf,
  methodRefusal,
  operationIn,
  parseJson,
  readBody,
  REPEATABLE_METHOD,
  selectionIn,
  type BodyLimits,
} from './operation-request.ts';
import type { KnownOperation, OperationCaller } from './operation.ts';
import type { Pipeline } from './pipeline.ts';
import { endWithParts, isUnread, JSON_HEADERS, sendText } from './responses.ts';

interface JsonRequestOptions extends BodyLimits {
  readonly pipeline: Pipeline;
  /** Bytes from which answers are compressed for clients that accept it. 0: none are. */
  readonly compressionMinBytes: number;
}

/** A request whose body has been read. */
interface ReceivedRequest {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: OperationCaller;
  readonly body: Buffer;
  /** Undefined if the body exceeds a limit. */
  readonly text: string | undefined;
}

/** Media types of bodies that yoga parses as JSON. */
const JSON_TYPES: ReadonlySet<string> = new Set(['application/json', 'application/graphql+json']);

/** The parts of a request that yoga reads. */
type YogaRequest = Readable & Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'socket'>;

/**
 * Serves requests with one JSON answer: queries and mutations by POST, QUERY and GET.
 *
 * A POST or QUERY whose document has been valid before is executed at once. yoga, which needs objects of the Fetch standard for each
 * request, serves all others: the first request of each document, GET, malformed requests, other media types. It gets the body that has
 * been read, so that each request has the same answer on both ways.
 */
export class JsonRequestServer {
  readonly #options: JsonRequestOptions;

  constructor(options: JsonRequestOptions) {
    this.#options = options;
  }

  readonly serve = async (
    request: IncomingMessage,
    response: ServerResponse,
    caller: OperationCaller,
  ): Promise<void> => {
    if (!this.#isReadable(request)) return this.#serveWithYoga(request, response, caller);
    const body = await readBody(request, this.#options.maxBodyBytes);
    const text = this.#permittedText(body);
    const received = { request, response, caller, body, text };
    await (text === undefined ? this.#answer(received) : turns.run(caller.viewer.name, () => this.#answer(received)));
  };

  #answer({ request, response, caller, body, text }: ReceivedRequest): Awaitable<void> {
    const operation = text === undefined ? undefined : this.#knownOperation(text);
    const refused =
      request.method === REPEATABLE_METHOD && methodRefusal(request.method, operation?.type ?? this.#typeIn(body));
    if (refused) return sendText(response, refused.status, refused.refusal, { allow: 'POST' });
    if (!operation) return this.#serveWithYoga(replayed(request, body), response, caller);
    const executed = this.#options.pipeline.executeKnown(operation, caller);
    const client = this.#clientOf(response, caller);
    return andThen(executed, (result) => this.#sendResult(client, result, typeOf(request)));
  }

  #sendResult(client: AnsweredClient, result: ExecutionResult | SerializedResult, type: JsonType): Promise<void> {
    if (!isSerialized(result) && result.errors) {
      const { fetchAPI } = this.#options.pipeline.yoga;
      return sendAnswer(
        client,
        stackless(() => processRegularResult(result, fetchAPI, type)), // copies the errors
      );
    }
    return send(client, {
      status: 200,
      headers: ['content-type', `${type}; charset=utf-8`],
      body: isSerialized(result) ? result : new SerializedResult([JSON.stringify(result)]),
    });
  }

  /** Whether the body may be read. A request that announces too long a body, or whose body has been read, is for yoga. */
  #isReadable(request: IncomingMessage): boolean {
    const { headers } = request;
    const isJson = hasOperationInBody(request) && JSON_TYPES.has(mediaTypeOf(headers['content-type'] ?? ''));
    return isJson && !request.readableEnded && !(Number(headers['content-length']) > this.#options.maxBodyBytes);
  }

  /** Returns the text of a body. Undefined if it exceeds a limit, which yoga's answer explains. */
  #permittedText(body: Buffer): string | undefined {
    const { maxBodyBytes, maxBodyValues } = this.#options;
    if (body.length > maxBodyBytes) return undefined;
    const text = body.toString();
    return excessiveValues(text, maxBodyValues) ? undefined : text;
  }

  /** Returns undefined if the request has to be served by yoga: it is malformed, or its document is not known as valid. */
  #knownOperation(text: string): KnownOperation | undefined {
    const { pipeline } = this.#options;
    const parameters = parseJson(text);
    if (!isRecord(parameters)) return undefined;
    const query = this.#textOf(parameters);
    const selection = selectionIn(parameters);
    if (query === undefined || !selection || !isOptionalRecord(parameters['extensions'])) return undefined;
    const document = pipeline.knownDocument(query);
    const type = document && getOperationAST(document, selection.operationName)?.operation;
    if (!document || type === undefined || type === 'subscription') return undefined;
    return { document, type, ...selection };
  }

  /** Returns the type of the operation of a body. Undefined if the request is malformed or not valid. */
  #typeIn(body: Buffer): string | undefined {
    const operation = operationIn(body, this.#options);
    return 'refusal' in operation ? undefined : this.#options.pipeline.operationTypeOf(operation);
  }

  /** Returns the text of the document. Undefined if there is none, or it cannot be used, which yoga's answer explains. */
  #textOf(parameters: Readonly<Record<string, unknown>>): string | undefined {
    try {
      return this.#options.pipeline.documents.textOf(parameters);
    } catch {
      return undefined;
    }
  }

  async #serveWithYoga(request: YogaRequest, response: ServerResponse, caller: OperationCaller): Promise<void> {
    // yoga compares it with its case, and ignores that a quality is 0.
    const { 'content-type': contentType } = request.headers;
    if (contentType !== undefined) request.headers['content-type'] = mediaTypeOf(contentType);
    const type = typeOf(request);
    request.headers.accept = type;
    let serialized: SerializedResult | undefined;
    const answer = await this.#options.pipeline.yoga.handleNodeRequestAndResponse(request, response, {
      ...caller,
      onSerialized: (result) => (serialized = result),
    });
    const client = this.#clientOf(response, caller);
    return serialized ? this.#sendResult(client, serialized, type) : sendAnswer(client, answer);
  }

  #clientOf(response: ServerResponse, { bytes }: OperationCaller): AnsweredClient {
    return { response, bytes, compressionMinBytes: this.#options.compressionMinBytes };
  }
}

interface AnsweredClient extends Pick<JsonRequestOptions, 'compressionMinBytes'> {
  readonly response: ServerResponse;
  readonly bytes: RequestBytes | undefined;
}

interface Answer {
  readonly status: number;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly body: SerializedResult;
}

/** Headers that {@link send} sets. */
const OWN_HEADERS = new Set(['connection', 'transfer-encoding', 'content-length', ...Object.keys(JSON_HEADERS)]);
const OWN_JSON_HEADERS: readonly string[] = Object.entries(JSON_HEADERS).flat();

/** Sends an answer of yoga in one piece. */
async function sendAnswer(client: AnsweredClient, answer: Response): Promise<void> {
  const body = new SerializedResult([await answer.text()]);
  const headers = [...answer.headers].filter(([name]) => !OWN_HEADERS.has(name.toLowerCase()));
  return send(client, { status: answer.status, headers: headers.flat(), body });
}

/** Texts up to this length leave together with their headers in one write, which Node does for strings only. */
const SHORT_BYTES = 16 * 1_024;

async function send(client: AnsweredClient, { status, headers, body }: Answer): Promise<void> {
  const { response, bytes, compressionMinBytes } = client;
  if (response.destroyed) return;
  const length = body.byteLength;
  const isLong = compressionMinBytes > 0 && length >= compressionMinBytes;
  const encoding = isLong ? acceptedEncoding(ENCODINGS, response.req.headers['accept-encoding']) : undefined;
  const all = [...headers, ...OWN_JSON_HEADERS];
  if (isLong) addVary(response, all);
  if (isUnread(response.req)) all.push('connection', 'close');
  if (encoding === undefined && length <= SHORT_BYTES) {
    all.push('content-length', String(length));
    response.writeHead(status, all).end(body.text);
    return;
  }
  bytes?.answer(length);
  const content = body.bytes();
  const packed = encoding && (await compressed(content, encoding));
  if (response.destroyed) return;
  if (packed) all.push('content-encoding', packed.encoding);
  const parts = packed?.parts ?? content;
  all.push('content-length', String(byteLengthOf(parts)));
  response.writeHead(status, all);
  await endWithParts(response, parts);
}

/** Adds the header to those that are passed to `writeHead`: Node copies and validates all of them again if there is one that is set before. */
function addVary(response: ServerResponse, headers: string[]): void {
  if (response.hasHeader('vary')) response.appendHeader('vary', 'accept-encoding');
  else headers.push('vary', 'accept-encoding');
}

/** Returns the type of the answer. Requests whose clients accept none of JSON have been refused. */
function typeOf({ headers }: Pick<IncomingMessage, 'headers'>): JsonType {
  return acceptedJsonType(headers.accept) ?? 'application/json';
}

/** Returns the same request as a POST with the bytes that have been read of its body. */
function replayed({ url, headers, socket }: IncomingMessage, body: Buffer): YogaRequest {
  return Object.assign(Readable.from([body], { objectMode: false }), { method: 'POST', url, headers, socket });
}
