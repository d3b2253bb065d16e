import { GraphQLError } from 'graphql';
import type { GraphQLParams, Plugin } from 'graphql-yoga';
import type { Viewer } from '../auth/viewer.ts';
import { failure } from '../graphql/errors.ts';
import { turns } from '../scheduling/turns.ts';
import { excessiveValues } from './body-values.ts';

/**
 * Makes yoga read requests in turns of their viewers, and as other servers do: members that the GraphQL over HTTP specification
 * does not define are ignored, and a hash of a persisted query without its text gets PERSISTED_QUERY_NOT_SUPPORTED.
 *
 * Replaces errors of yoga's parsers about malformed JSON. That of a query string would be an unexpected error; that of a body
 * has the error of the JSON parser in its extensions. A body with too many values is refused before it is parsed.
 */
export function readParameters(limits: {
  readonly maxBodyValues: number;
}): Plugin<object, { readonly viewer: Viewer; readonly isBodyParsed?: boolean }> {
  return {
    onRequestParse({ requestParser, setRequestParser, serverContext: { viewer, isBodyParsed } }) {
      if (!requestParser) return;
      setRequestParser(async (request) => {
        // The text of a body that event streams have read already would be printed again, recursively.
        if (request.method === 'POST' && !isBodyParsed) await readBody(request, limits.maxBodyValues);
        await turns.begin(viewer.name);
        try {
          const parameters = await requestParser(request);
          return isPlainObject(parameters) ? definedMembers(parameters) : parameters;
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

/**
 * Returns the members that the specification defines. Without a query it returns all, which yoga refuses.
 * @throws {GraphQLError} PERSISTED_QUERY_NOT_SUPPORTED
 */
function definedMembers(parameters: GraphQLParams): GraphQLParams {
  const { query, operationName, variables, extensions } = parameters;
  if (!query && isPlainObject(extensions) && 'persistedQuery' in extensions) throw persistedQueryRefusal();
  if (query === undefined) return parameters;
  return {
    query,
    ...(operationName !== undefined && { operationName }),
    ...(variables !== undefined && { variables }),
    ...(extensions !== undefined && { extensions }),
  };
}

/** Clients recognize the message or the code, and send the text then. The status is that of Apollo Server. */
function persistedQueryRefusal(): GraphQLError {
  return failure('PERSISTED_QUERY_NOT_SUPPORTED', 'PersistedQueryNotSupported', { http: { status: 200 } });
}
