import type { IncomingMessage } from 'node:http';
import type { OperationRequest } from './pipeline.ts';

const MAX_BODY_BYTES = 4 * 1024 * 1024;

/** Why a request names no operation. */
export interface Refusal {
  readonly status: number;
  readonly refusal: string;
}

/** The operation that a GET names in its query, or a POST in its JSON body. */
export async function readOperation(request: IncomingMessage): Promise<OperationRequest | Refusal> {
  if (request.method === 'GET') return fromQuery(new URL(request.url ?? '/', 'http://gateway').searchParams);
  if (request.method !== 'POST')
    return { status: 405, refusal: `Expected GET or POST, got ${request.method ?? 'nothing'}.` };
  const contentType = request.headers['content-type'] ?? '';
  if (!contentType.startsWith('application/json')) {
    return { status: 415, refusal: `Expected Content-Type: application/json, got ${JSON.stringify(contentType)}.` };
  }
  const body = await readBody(request);
  return body === undefined
    ? { status: 413, refusal: `The body is larger than ${MAX_BODY_BYTES} bytes.` }
    : fromJson(body);
}

async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    const bytes = Buffer.from(chunk);
    size += bytes.length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString();
}

function fromQuery(query: URLSearchParams): OperationRequest | Refusal {
  const parameters: Record<string, unknown> = Object.fromEntries(query);
  const { variables } = parameters;
  return checked({ ...parameters, ...(typeof variables === 'string' && { variables: parsed(variables) }) });
}

function fromJson(body: string): OperationRequest | Refusal {
  return checked(parsed(body));
}

const malformed: Refusal = {
  status: 400,
  refusal: 'Expected { "query": "…", "operationName": "…", "variables": { … } }, of which only the query is necessary.',
};

function checked(value: unknown): OperationRequest | Refusal {
  if (!isRecord(value)) return malformed;
  const { query, operationName, variables } = value;
  if (typeof query !== 'string') return malformed;
  if (!(operationName === undefined || operationName === null || typeof operationName === 'string')) return malformed;
  if (!(variables === undefined || variables === null || isRecord(variables))) return malformed;
  return { query, operationName: operationName ?? undefined, variables: variables ?? undefined };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // the caller says what was expected
  }
}
