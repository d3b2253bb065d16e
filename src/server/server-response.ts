import { ServerResponse, type IncomingMessage } from 'node:http';
import type { OperationRecord } from '../graphql/operation-record.ts';

/** Header with the id of a request, in requests and responses. */
export const REQUEST_ID = 'x-request-id';

/** A response that has the record of its request, and the id of the request among its headers. */
export class IdentifiedResponse<R extends IncomingMessage> extends ServerResponse<R> {
  record: OperationRecord | undefined;

  /** @param head a list of headers, names and values in turn, gets the id */
  override writeHead(...head: unknown[]): this {
    if (this.record) {
      const { requestId } = this.record;
      const headers = head.at(-1);
      // Node validates and copies the headers of `setHeader` once more.
      if (Array.isArray(headers)) headers.push(REQUEST_ID, requestId);
      else this.setHeader(REQUEST_ID, requestId);
    }
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the arguments of one of the overloads
    return super.writeHead(...(head as [number]));
  }
}

/**
 * Returns a class of responses that end their connections unless these are kept: also those of requests that have been
 * received before. A load balancer would send further requests on a connection that is kept, while the server closes it.
 * @param keepsConnections returns whether connections are kept after their answers
 */
export function responseOf(keepsConnections: () => boolean) {
  return class<R extends IncomingMessage> extends IdentifiedResponse<R> {
    override writeHead(...head: unknown[]): this {
      if (!keepsConnections()) this.shouldKeepAlive = false;
      return super.writeHead(...head);
    }
  };
}
