import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import type { Viewer } from '../auth/viewer.ts';
import { failure } from '../graphql/errors.ts';
import { turns } from '../scheduling/turns.ts';
import { excessiveValues, tooLong } from './body-limits.ts';
import type { DocumentStore } from './document-store.ts';

/**
 * Makes yoga read requests in turns of their viewers, and as other servers do: members that the GraphQL over HTTP specification
 * does not define are ignored. A reference to a document is replaced by its text.
 *
 * Replaces errors of yoga's parsers about malformed JSON. That of a query string would be an unexpected error; that of a body
 * has the error of the JSON parser in its extensions. A body with too many values is refused before it is parsed.
 */
export function readParameters(
  limits: { readonly maxBodyValues: number },
  documents: DocumentStore,
): Plugin<object, { readonly viewer: Viewer; readonly isBodyParsed?: boolean }> {
  return {
    onRequestParse({ requestParser, setRequestParser, serverContext: { viewer, isBodyParsed } }) {
      if (!requestParser) return;
      setRequestParser(async (request) => {
        // The text of a body that event streams have read already would be printed again, recursively.
        if (request.method === 'POST' && !isBodyParsed) await readBody(request, limits.maxBodyValues);
        await turns.begin(viewer.name);
        try {
          const parameters = await requestParser(request);
          return isPlainObject(parameters)
            ? definedMembers({ ...documentIdOf(request), ...parameters }, documents)
            : parameters;
        } catch (error) {
          throw readableError(error);
        }
      });
    },
    // The parsers have waited, for a body that event streams have read already for example.
    onParams: ({ context: { viewer } }) => turns.begin(viewer.name),
  };
}

/** Reads the body. It is parsed when yoga asks for it. */
async function readBody(request: Request, maxValues: number): Promise<void> {
  const text = await request.text();
  const excess = excessiveValues(text, maxValues);
  if (excess) throw excess;
  Object.defineProperty(request, 'json', { configurable: true, value: async () => JSON.parse(text) as unknown });
}

function readableError(error: unknown): unknown {
  const isMalformedBody = error instanceof GraphQLError && 'originalError' in error.extensions;
  if (!isMalformedBody && !(error instanceof SyntaxError)) return error;
  const expected = isMalformedBody ? 'a body that is a JSON object' : 'variables and extensions that are JSON objects';
  return failure('BAD_REQUEST', `Expected ${expected}, got malformed JSON.`, { http: { status: 400 } });
}

/** Returns false for a Response, and for JSON that yoga refuses. */
function isPlainObject(value: unknown): value is GraphQLParams {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}

/** Returns the `documentId` of a URL, which yoga ignores. */
function documentIdOf({ method, url }: Request): { readonly documentId?: string } {
  const documentId = method === 'GET' ? new URL(url).searchParams.get('documentId') : null;
  return documentId === null ? {} : { documentId };
}

/**
 * Returns the members that the specification defines, with the text of the document. Without one it returns all, which yoga refuses.
 * @throws {GraphQLError} if the document cannot be used: see {@link DocumentStore.textOf}
 */
function definedMembers(
  parameters: GraphQLParams & { readonly documentId?: unknown },
  documents: DocumentStore,
): GraphQLParams {
  const { operationName, variables, extensions } = parameters;
  const query = documents.textOf(parameters) ?? parameters.query;
  if (query === undefined) return parameters;
  return {
    query,
    ...(operationName !== undefined && { operationName }),
    ...(variables !== undefined && { variables }),
    ...(extensions !== undefined && { extensions }),
  };
}

/**
 * Replaces errors about the body of a request: that of yoga for one that is too large by one that names the limit, and that of Node
 * for a client that has left before its end, which is no error of the gateway.
 */
export function bodyError(error: unknown, maxBodyBytes: number): unknown {
  if (error instanceof Error && error.message === 'aborted' && 'code' in error && error.code === 'ECONNRESET')
    return failure('TIMEOUT', 'The request was cancelled.');
  if (!(error instanceof GraphQLError) || error.extensions['code'] !== 'REQUEST_ENTITY_TOO_LARGE') return error;
  return tooLong('body', maxBodyBytes);
}
