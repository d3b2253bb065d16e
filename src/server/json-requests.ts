import type { IncomingMessage, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { processRegularResult } from 'graphql-yoga';
import { getOperationAST } from 'graphql';
import { isSerialized } from '../execution/serialized-result.ts';
import { failure, stackless } from '../graphql/errors.ts';
import { isRecord } from '../graphql/json-values.ts';
import type { BytesInFlight, RequestBytes } from '../scheduling/bytes-in-flight.ts';
import { turns } from '../scheduling/turns.ts';
import { excessiveValues } from './body-values.ts';
import { acceptedEncoding, compressed } from './compression.ts';
import {
  isOptionalRecord,
  mediaTypeOf,
  parseJson,
  readBody,
  selectionIn,
  type BodyLimits,
} from './operation-request.ts';
import type { KnownOperation, OperationCaller, Pipeline } from './pipeline.ts';
import { closingIfUnread, endWithBody, JSON_HEADERS } from './responses.ts';

interface JsonRequestOptions extends BodyLimits {
  readonly pipeline: Pipeline;
  /** Memory of the requests in progress. */
  readonly bytesInFlight: BytesInFlight;
  /** Bytes from which answers are compressed for clients that accept it. 0: none are. */
  readonly compressionMinBytes: number;
}

const JSON_TYPES = ['application/graphql-response+json', 'application/json'] as const;
type JsonType = (typeof JSON_TYPES)[number];

/** The parts of a request that yoga reads. */
type YogaRequest = Readable & Pick<IncomingMessage, 'method' | 'url' | 'headers' | 'socket'>;

/**
 * Serves requests with one JSON answer: queries and mutations by POST and GET.
 *
 * A POST whose document has been valid before is executed at once. yoga, which needs objects of the Fetch standard for each request, serves
 * all others: the first request of each document, GET, malformed requests, other media types. It gets the body that has been read, so that
 * each request has the same answer on both ways.
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
    const type = acceptedJsonType(request.headers.accept);
    if (type === undefined || !this.#isReadable(request)) return this.#serveWithYoga(request, response, caller);
    const body = await readBody(request, this.#options.maxBodyBytes).catch((error: unknown) => {
      caller.record?.fail([failure('TIMEOUT', 'The request was cancelled.')]);
      throw error;
    });
    const operation = await this.#knownOperation(body, caller);
    if (!operation) return this.#serveWithYoga(replayed(request, body), response, caller);
    const result = await this.#options.pipeline.executeKnown(operation, caller);
    const client = this.#clientOf(response, caller);
    if (!isSerialized(result) && result.errors) {
      const { fetchAPI } = this.#options.pipeline.yoga;
      return sendAnswer(
        client,
        stackless(() => processRegularResult(result, fetchAPI, type)), // copies the errors
      );
    }
    const text = isSerialized(result) ? result.text : JSON.stringify(result);
    return send(client, { status: 200, headers: { 'content-type': `${type}; charset=utf-8` }, text });
  };

  /** Whether the body may be read. A request that announces too long a body, or whose body has been read, is for yoga. */
  #isReadable(request: IncomingMessage): boolean {
    const { method, headers } = request;
    const isJsonPost = method === 'POST' && mediaTypeOf(headers['content-type'] ?? '') === 'application/json';
    return isJsonPost && !request.readableEnded && !(Number(headers['content-length']) > this.#options.maxBodyBytes);
  }

  /** Returns undefined if the request has to be served by yoga: it is malformed, or its document is not known as valid. */
  async #knownOperation(body: Buffer, { viewer }: OperationCaller): Promise<KnownOperation | undefined> {
    const { maxBodyBytes, maxBodyValues, pipeline } = this.#options;
    if (body.length > maxBodyBytes) return undefined;
    const text = body.toString();
    if (excessiveValues(text, maxBodyValues)) return undefined;
    await turns.begin(viewer.name);
    const parameters = parseJson(text);
    if (!isRecord(parameters)) return undefined;
    const query = this.#textOf(parameters);
    const selection = selectionIn(parameters);
    if (query === undefined || !selection || !isOptionalRecord(parameters['extensions'])) return undefined;
    const document = pipeline.knownDocument(query);
    const type = document && getOperationAST(document, selection.operationName)?.operation;
    if (!document || type === undefined || type === 'subscription') return undefined;
    return { document, ...selection };
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
    // yoga compares it with its case.
    const { 'content-type': contentType } = request.headers;
    if (contentType !== undefined) request.headers['content-type'] = mediaTypeOf(contentType);
    const answer = await this.#options.pipeline.yoga.handleNodeRequestAndResponse(request, response, caller);
    return sendAnswer(this.#clientOf(response, caller), answer);
  }

  #clientOf(response: ServerResponse, { deadline }: OperationCaller): AnsweredClient {
    const { bytesInFlight, compressionMinBytes } = this.#options;
    return { response, bytes: bytesInFlight.of(deadline.signal), compressionMinBytes };
  }
}

interface AnsweredClient extends Pick<JsonRequestOptions, 'compressionMinBytes'> {
  readonly response: ServerResponse;
  readonly bytes: RequestBytes | undefined;
}

interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Sends an answer of yoga in one piece, also one that yoga would send as multipart. */
async function sendAnswer(client: AnsweredClient, answer: Response): Promise<void> {
  const text = await answer.text();
  const headers = [...answer.headers].filter(([name]) => !/^(?:connection|transfer-encoding)$/iu.test(name));
  return send(client, { status: answer.status, headers: Object.fromEntries(headers), text });
}

/** Texts up to this length leave together with their headers in one write, which Node does for strings only. */
const SHORT_TEXT = 16 * 1_024;

async function send(client: AnsweredClient, { status, headers, text }: Answer): Promise<void> {
  const { response, bytes, compressionMinBytes } = client;
  if (response.destroyed) return;
  const isLong = compressionMinBytes > 0 && text.length >= compressionMinBytes;
  const encoding = isLong ? acceptedEncoding(response.req.headers['accept-encoding']) : undefined;
  if (isLong) response.appendHeader('vary', 'accept-encoding');
  const all = { ...headers, ...JSON_HEADERS, ...closingIfUnread(response.req) };
  if (encoding === undefined && text.length <= SHORT_TEXT) {
    response.writeHead(status, { ...all, 'content-length': Buffer.byteLength(text) }).end(text);
    return;
  }
  const body = Buffer.from(text);
  bytes?.answer(body.length);
  const packed = encoding && (await compressed(body, encoding));
  if (response.destroyed) return;
  if (packed) response.setHeader('content-encoding', packed.encoding);
  const sent = packed?.body ?? body;
  response.writeHead(status, { ...all, 'content-length': sent.length });
  await endWithBody(response, sent);
}

/**
 * Returns the type of JSON that a client accepts, or undefined. As in yoga, the first accepted type counts and quality values do not; a
 * wildcard means application/json.
 */
function acceptedJsonType(accept = '*/*'): JsonType | undefined {
  for (const accepted of accept.replaceAll(/\s/gu, '').toLowerCase().split(',')) {
    const [type, ...parameters] = accepted.split(';');
    const charset = parameters.find((parameter) => parameter.includes('charset='));
    if (charset !== undefined && charset !== 'charset=utf-8') continue;
    if (type === '*/*' || type === 'application/*') return 'application/json';
    const known = JSON_TYPES.find((each) => each === type);
    if (known) return known;
  }
  return undefined;
}

/** Returns the same request with the bytes that have been read of its body. */
function replayed({ method, url, headers, socket }: IncomingMessage, body: Buffer): YogaRequest {
  return Object.assign(Readable.from([body], { objectMode: false }), { method, url, headers, socket });
}
