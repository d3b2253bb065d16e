/** A response as bytes on the wire, decoded. */
export interface HttpResponse {
  readonly status: number;
  /** Status line and headers. */
  readonly head: string;
  /** Body without its transfer encoding, as far as it has been received. */
  readonly body: string;
  readonly complete: boolean;
}

const HEAD_END = '\r\n\r\n';

/**
 * Decodes the responses on one connection, informational ones (1xx) included. Independent of Node's parser, which refuses
 * some of the requests that provoke the responses.
 * @param ended whether the connection is closed, which completes a body without a length
 * @param hasBody false for responses to HEAD
 */
export function parseResponses(bytes: Buffer, { ended, hasBody = true }: ParseOptions): readonly HttpResponse[] {
  const responses: HttpResponse[] = [];
  for (let rest = bytes; rest.length > 0;) {
    const headEnd = rest.indexOf(HEAD_END);
    if (headEnd === -1) return [...responses, { status: 0, head: '', body: rest.toString(), complete: ended }];
    const head = rest.subarray(0, headEnd).toString('latin1');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/u.exec(head)?.[1] ?? 0);
    const after = rest.subarray(headEnd + HEAD_END.length);
    if (status === 101) return [...responses, { status, head, body: '', complete: true }];
    const { body, length } = bodyOf(head, after, { ended, hasBody: hasBody && status >= 200 && status !== 304 });
    responses.push({ status, head, body, complete: length !== undefined });
    rest = after.subarray(length ?? after.length);
  }
  return responses;
}

interface ParseOptions {
  readonly ended: boolean;
  readonly hasBody?: boolean;
}

/** Returns a body and its length on the wire. The length is undefined if the body is incomplete. */
function bodyOf(head: string, bytes: Buffer, { ended, hasBody }: ParseOptions) {
  if (!hasBody) return { body: '', length: 0 };
  if (/^transfer-encoding: *chunked/imu.test(head)) return chunkedBody(bytes, ended);
  const stated = /^content-length: *(\d+)/imu.exec(head)?.[1];
  const length = stated === undefined ? (ended ? bytes.length : undefined) : Number(stated);
  const isComplete = length !== undefined && bytes.length >= length;
  return {
    body: bytes.subarray(0, length).toString(),
    length: isComplete ? length : undefined,
  };
}

function chunkedBody(bytes: Buffer, ended: boolean): { readonly body: string; readonly length: number | undefined } {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf('\r\n', at);
    const size = lineEnd === -1 ? Number.NaN : Number.parseInt(bytes.toString('latin1', at, lineEnd), 16);
    if (Number.isNaN(size)) break;
    const start = lineEnd + 2;
    chunks.push(bytes.subarray(start, start + size));
    at = start + size + 2;
    if (size === 0 && at <= bytes.length) return { body: Buffer.concat(chunks).toString(), length: at };
    if (at > bytes.length) break;
  }
  return { body: Buffer.concat(chunks).toString(), length: ended ? bytes.length : undefined };
}
