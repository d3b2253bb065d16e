import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

/** Returns the replacement of a response body of the API server; a promise holds the response back. */
export type Tamper = (answer: { readonly path: string; readonly body: string }) => string | Promise<string>;

/** Response that the API server itself would not send. */
export interface ForeignAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export interface TamperingProxy extends AsyncDisposable {
  readonly url: string;
  /** Function applied to every response from now on. */
  tamper: Tamper;
  /** Function applied to the target of every request from now on. */
  redirect: (target: string) => string;
  /** Returns the response to a request, which is then not sent to the API server. Undefined to forward the request. */
  answer: (request: { readonly method: string; readonly path: string }) => ForeignAnswer | undefined;
}

/**
 * Starts a proxy before an API server without TLS that changes the bodies of its responses. The lines of a watch are
 * changed one by one.
 */
export async function startTamperingProxy(target: string): Promise<TamperingProxy> {
  const server = http.createServer((request, response) => {
    const { method = 'GET', url: path = '/', headers } = request;
    const foreign = proxy.answer({ method, path });
    if (foreign) {
      request.resume().on('end', () => response.writeHead(foreign.status, foreign.headers).end(foreign.body));
      return;
    }
    const upstream = http.request(
      new URL(proxy.redirect(path), target),
      { method, headers, agent: false },
      (answer) => {
        void pass(answer, response, (body) => proxy.tamper({ path, body })).catch(() => response.destroy());
      },
    );
    upstream.on('error', () => response.destroy());
    response.on('close', () => upstream.destroy());
    request.pipe(upstream);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const proxy: TamperingProxy = {
    url: `http://127.0.0.1:${port}`,
    tamper: ({ body }) => body,
    redirect: (requested) => requested,
    answer: () => undefined,
    async [Symbol.asyncDispose]() {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
  return proxy;
}

async function pass(
  answer: IncomingMessage,
  response: ServerResponse,
  tampered: (body: string) => string | Promise<string>,
) {
  const { statusCode = 500, headers } = answer;
  const { 'content-length': length, 'transfer-encoding': _, ...kept } = headers;
  response.writeHead(statusCode, kept);
  if (length !== undefined) return void response.end(await tampered(await text(answer)));
  response.flushHeaders();
  let rest = '';
  for await (const chunk of answer.setEncoding('utf8')) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) response.write(`${await tampered(line)}\n`);
  }
  return void response.end();
}
